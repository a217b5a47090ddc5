// The live comments of one room: bounded, drawn once a frame, in the order of `seq`.

import { element, languageOf, signed } from "./format.js";

const MOST_ROWS = 200;
/// Sampling is said over the last seconds, so that the figure neither jumps nor remembers an old burst.
const SHARE_SECONDS = 10;
/** Characters from which a comment may be cut off by the style. */
const TOOLTIP_LENGTH = 120;

export class Feed {
  #list = document.getElementById("feed");
  #empty = document.getElementById("feed-empty");
  #share = document.getElementById("feed-share");
  #pause = document.getElementById("feed-pause");
  #newest = document.getElementById("feed-newest");
  #waiting = [];
  #held = 0;
  #lastSeq = 0;
  #frame = 0;
  #paused = false;
  #follows = true;
  #samples = [];

  constructor() {
    this.#pause.addEventListener("click", () => this.#setPaused(!this.#paused));
    this.#newest.addEventListener("click", () => this.#toEnd());
    this.#list.addEventListener("scroll", () => {
      this.#follows = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40;
      if (this.#follows) this.#newest.hidden = true;
    }, { passive: true });
    setInterval(() => this.#say(), 1_000);
  }

  /** Starts anew for another room. */
  clear() {
    this.#list.replaceChildren();
    this.#waiting = [];
    this.#samples = [];
    this.#lastSeq = 0;
    this.#follows = true;
    this.#newest.hidden = true;
    this.#empty.hidden = false;
    this.#setPaused(false);
    this.#say();
  }

  /** The server counts this room's comments from 1 again. */
  restart() {
    this.#lastSeq = 0;
  }

  /** Adds results in ascending `seq`; those already shown are left out. */
  add(results, omitted = 0) {
    const now = performance.now();
    for (const result of results) {
      if (result.seq <= this.#lastSeq) continue;
      this.#lastSeq = result.seq;
      this.#hold(result);
    }
    if (results.length + omitted > 0) this.#samples.push({ now, shown: results.length, omitted });
    this.#draw();
  }

  /** Adds a line that is no comment: a gap, an alert. */
  note(text) {
    this.#hold({ note: text });
    this.#draw();
  }

  #hold(entry) {
    this.#waiting.push(entry);
    if (this.#paused) this.#held += 1;
    // A hidden page gets no frames: what it will never show is not kept.
    if (this.#waiting.length > MOST_ROWS) this.#waiting.splice(0, this.#waiting.length - MOST_ROWS);
  }

  #draw() {
    if (this.#paused) {
      this.#pause.textContent = this.#held ? `Resume · ${Math.min(this.#held, 999)} new` : "Resume";
      return;
    }
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.#paused) this.#flush();
    });
  }

  #flush() {
    if (!this.#waiting.length) return;
    const rows = document.createDocumentFragment();
    for (const entry of this.#waiting) rows.append(entry.note ? element("li", "note", entry.note) : row(entry));
    this.#waiting = [];
    this.#empty.hidden = true;
    this.#list.append(rows);
    const excess = this.#list.childElementCount - MOST_ROWS;
    const before = this.#list.scrollHeight;
    for (let index = 0; index < excess; index += 1) this.#list.firstElementChild.remove();
    if (this.#follows) {
      this.#list.scrollTop = this.#list.scrollHeight;
    } else {
      this.#list.scrollTop -= before - this.#list.scrollHeight;
      this.#newest.hidden = false;
    }
  }

  #setPaused(paused) {
    this.#paused = paused;
    this.#held = 0;
    this.#pause.setAttribute("aria-pressed", String(paused));
    this.#pause.textContent = paused ? "Resume" : "Pause";
    if (!paused) this.#draw();
  }

  #toEnd() {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#newest.hidden = true;
  }

  #say() {
    const horizon = performance.now() - SHARE_SECONDS * 1_000;
    this.#samples = this.#samples.filter((sample) => sample.now > horizon);
    let shown = 0;
    let omitted = 0;
    for (const sample of this.#samples) {
      shown += sample.shown;
      omitted += sample.omitted;
    }
    this.#share.textContent = omitted && shown ? `Showing 1 of ${Math.max(2, Math.round((shown + omitted) / shown))}` : "";
  }
}

function row(result) {
  const item = element("li", "comment");
  const said = element("p", "said");
  const label = result.label ?? "neutral";
  item.classList.add(`is-${label}`);
  const strength = Math.abs(result.score ?? 0);
  if (label !== "neutral") item.style.setProperty("--strength", String(0.35 + 0.65 * strength));
  if (strength >= 0.75) item.classList.add("is-strong");
  if (result.affective === false || !("score" in result)) item.classList.add("is-aside");
  if (result.kind === "paid") {
    item.classList.add("is-paid");
    said.append(element("span", "price", result.price ? `Paid ${result.price}` : "Paid"));
  } else if (result.kind !== "chat" && result.kind) {
    said.append(element("span", "who", result.kind));
  }
  if (result.name) said.append(element("span", "who", result.name));
  const text = element("span", "text", result.text);
  const language = languageOf(result.text);
  if (language) text.lang = language;
  said.append(text);
  if (result.repeat > 1) said.append(element("span", "times", `× ${result.repeat}`));
  // The style cuts a long comment off: the rest of it is in the tooltip.
  if (result.text.length > TOOLTIP_LENGTH) said.title = result.text;
  item.append(said);
  const verdict = element("p", "verdict");
  if (result.emotion && result.emotion !== "none") verdict.append(element("span", "emotion", result.emotion));
  if (label !== "neutral") verdict.append(element("span", "score", signed(result.score)));
  if (verdict.childElementCount) item.append(verdict);
  return item;
}
