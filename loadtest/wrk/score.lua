-- A hundred texts a request; nothing is stored.
local texts = { "主播太强了哈哈哈", "666", "这波可以", "无语", "nice one", "就这？", "好听好听", "下次一定" }
local items = {}
for index = 1, 100 do
  items[index] = '"' .. texts[index % #texts + 1] .. '"'
end
local body = '{"texts":[' .. table.concat(items, ",") .. "]}"

request = function()
  return wrk.format("POST", "/v1/score", { ["Content-Type"] = "application/json" }, body)
end
