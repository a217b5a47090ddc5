// The dashboard: the room in the address is watched over one stream, the list of rooms is asked for now and then.

import { DanmakuStream } from "../danmaku-stream.js";
import { fetchComments, isRoomName, streamOf } from "./api.js";
import { Feed } from "./feed.js";
import { count } from "./format.js";
import { MoodPanel } from "./panel.js";
import { RoomList } from "./rooms.js";
import { MoodTimeline } from "./timeline.js";

const HISTORY = 100;
const ALERTS = {
  spike: "Many comments at once",
  mood_drop: "The mood has dropped",
  mood_rise: "The mood has risen",
  flame: "A quarrel",
  scorer_degraded: "The scorer is degraded",
  source_silent: "The source has gone silent",
};

const REASONS = { bye: "Server restarting, reconnecting", overloaded: "Server busy, reconnecting" };

const node = (id) => document.getElementById(id);
const feed = new Feed();
const panel = new MoodPanel();
const timeline = new MoodTimeline();
const rooms = new RoomList(arrive);
let watched = null;

/** The first look at the rooms decides what a bare address shows. */
function arrive(names) {
  const asked = roomInAddress();
  if (!watched && !asked && names.length) history.replaceState(null, "", `#/${names[0]}`);
  if (!watched && roomInAddress()) watch(roomInAddress());
  node("welcome").hidden = watched !== null;
}

function roomInAddress() {
  const name = location.hash.replace(/^#\/?/, "");
  return isRoomName(name) ? name : null;
}

function watch(room) {
  watched?.stop();
  feed.clear();
  panel.clear();
  timeline.show(room);
  rooms.select(room);
  node("room").hidden = false;
  node("welcome").hidden = true;
  node("room-name").textContent = room;
  document.title = `${room} · danmaku mood`;
  watched = new Watch(room);
}

/** One room being watched: its stream, and the history that fills the page after a reload. */
class Watch {
  hasBeenLive = false;
  #room;
  #stream;
  #gone = new AbortController();
  #early = [];

  constructor(room) {
    this.#room = room;
    this.#stream = new DanmakuStream(streamOf(room, "display"));
    const on = (name, act) => this.#stream.addEventListener(name, (event) => act(event.detail));
    on("state", showConnection);
    on("hello", (hello) => {
      this.hasBeenLive = true;
      timeline.setServerTime(hello.serverTime);
    });
    on("snapshot", (mood) => this.#mood(mood));
    on("mood", (mood) => this.#mood(mood));
    on("sentiment", (frame) => this.#results(frame));
    on("reset", () => this.#fill("Some comments were missed here"));
    on("restart", () => {
      feed.restart();
      feed.note("The server has restarted");
    });
    on("skipped", (skipped) => feed.note(`${count(skipped.comments)} comments left out: this connection is slow`));
    on("alert", (alert) => {
      if (alert.state === "raised") feed.note([ALERTS[alert.alert] ?? alert.alert, ...(alert.phrases ?? [])].join(" · "));
    });
    this.#stream.open();
    this.#fill();
  }

  stop() {
    this.#gone.abort();
    this.#stream.close();
  }

  #mood(mood) {
    if (mood.room !== this.#room) return;
    panel.update(mood);
    timeline.update(mood);
    rooms.update(mood);
  }

  #results(frame) {
    if (this.#early) this.#early.push(frame);
    else feed.add(frame.results, frame.omitted);
    // Bounded like the feed itself: a history that never answers must not collect a stream.
    if (this.#early?.length > HISTORY) this.#early.shift();
  }

  /** Puts the newest comments in front of what the stream has brought meanwhile. */
  async #fill(note) {
    this.#early ??= [];
    let history = [];
    try {
      history = await fetchComments(this.#room, HISTORY, this.#gone.signal);
    } catch {
      if (this.#gone.signal.aborted) return;
    }
    if (note) feed.note(note);
    const early = this.#early ?? [];
    this.#early = null;
    feed.add(history);
    for (const frame of early) feed.add(frame.results, frame.omitted);
  }
}

function showConnection({ state, reason, retryAt }) {
  const box = node("connection");
  const words = box.querySelector(".words");
  box.dataset.state = state;
  switch (state) {
    case "live":
      words.textContent = "Live";
      break;
    case "connecting":
      words.textContent = REASONS[reason] ?? (watched?.hasBeenLive ? "Reconnecting" : "Connecting");
      break;
    case "waiting":
      words.textContent = "Connection lost, trying again shortly";
      box.title = `Next attempt at ${new Date(retryAt).toLocaleTimeString()}`;
      break;
    default:
      words.textContent = "Not watching";
  }
  if (state !== "waiting") box.removeAttribute("title");
}

node("welcome-command").textContent =
  `curl ${location.origin}/v1/rooms/hello/comments \\\n  -H 'content-type: application/json' -d '{"text":"哈哈哈 nice!"}'`;
addEventListener("hashchange", () => {
  if (roomInAddress()) watch(roomInAddress());
});
rooms.refresh();
if (roomInAddress()) watch(roomInAddress());
