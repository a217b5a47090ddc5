// A room's newest comments and its mood over a picture: /overlay.html?room=NAME&lines=8&size=24&seconds=20&mood=0
//
//   lines    comments at once, 0 shows the mood alone (default 8)
//   size     text size in pixels (24)
//   seconds  how long a comment stays, 0 for as long as there is room (20)
//   mood     0 hides the meter

import { DanmakuStream } from "../danmaku-stream.js";
import { isRoomName, streamOf } from "../dashboard/api.js";
import { element, languageOf, rate, signed, tone } from "../dashboard/format.js";

const parameters = new URLSearchParams(location.search);
const room = parameters.get("room") ?? "";
const lines = bounded("lines", 8, 0, 40);
const seconds = bounded("seconds", 20, 0, 3_600);
const node = (id) => document.getElementById(id);
let lastSeq = 0;

document.documentElement.style.setProperty("--size", `${bounded("size", 24, 8, 120)}px`);
if (isRoomName(room)) watch();
else node("hint").hidden = false;

function bounded(name, otherwise, least, most) {
  const value = Number.parseFloat(parameters.get(name));
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : otherwise;
}

function watch() {
  const detail = lines > 0 ? "display" : "mood";
  const stream = new DanmakuStream(streamOf(room, detail));
  stream.addEventListener("snapshot", (event) => showMood(event.detail));
  stream.addEventListener("mood", (event) => showMood(event.detail));
  stream.addEventListener("sentiment", (event) => showComments(event.detail.results));
  stream.addEventListener("restart", () => (lastSeq = 0));
  stream.open();
}

function showMood(mood) {
  if (mood.room !== room || parameters.get("mood") === "0") return;
  const value = mood.mood ?? null;
  node("meter").hidden = false;
  node("meter").className = `meter ${tone(value)}`;
  node("value").textContent = signed(value);
  node("rate").textContent = `${rate(mood.commentsPerSecond)}/s`;
  node("bar").style.left = `${value === null ? 50 : 50 + Math.min(0, value) * 50}%`;
  node("bar").style.width = `${Math.abs(value ?? 0) * 50}%`;
}

function showComments(results) {
  const list = node("comments");
  for (const result of results.slice(-lines)) {
    if (result.seq <= lastSeq) continue;
    list.append(line(result));
  }
  lastSeq = Math.max(lastSeq, results.at(-1)?.seq ?? 0);
  while (list.childElementCount > lines) list.firstElementChild.remove();
}

function line(result) {
  const item = element("li", `is-${result.label ?? "neutral"}`);
  if (result.kind === "paid") item.classList.add("is-paid");
  if (result.name) item.append(element("span", "who", result.name));
  const text = element("span", "text", result.text);
  const language = languageOf(result.text);
  if (language) text.lang = language;
  item.append(text);
  if (result.repeat > 1) item.append(element("span", "times", `× ${result.repeat}`));
  if (seconds > 0) {
    setTimeout(() => item.classList.add("is-leaving"), seconds * 1_000);
    setTimeout(() => item.remove(), seconds * 1_000 + 1_200);
  }
  return item;
}
