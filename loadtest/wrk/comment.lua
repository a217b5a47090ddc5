-- One comment a request, each with a text of its own.
local count = 0
local texts = { "主播太强了哈哈哈", "666", "这波可以", "无语", "nice one", "就这？", "好听好听", "下次一定" }

request = function()
  count = count + 1
  local text = texts[count % #texts + 1]
  local body = string.format('{"text":"%s %d","uid":"u%d"}', text, count, count % 500)
  return wrk.format("POST", "/v1/rooms/hall/comments", { ["Content-Type"] = "application/json" }, body)
end
