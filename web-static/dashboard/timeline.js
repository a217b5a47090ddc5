// The mood over time: a line about zero, and the number of comments as bars beneath.

import { fetchTimeline } from "./api.js";
import { count, element, inWords, signed, timeOfDay, tone } from "./format.js";

/// Minutes shown -> seconds a point: about 150 to 240 points, one every few pixels.
const STEPS = { 5: 2, 15: 5, 60: 15 };
/// The mood of a moment looks back over a minute and leans to zero by five comments, as the contract defines it.
const LOOK_BACK = 60_000;
const PRIOR = 5;
const MARGIN = { left: 34, right: 10, top: 8, bottom: 20 };
const BAR_SHARE = 0.22;

export class MoodTimeline {
  #box = document.getElementById("timeline");
  #reading = document.getElementById("timeline-reading");
  #room = null;
  #minutes = 5;
  #points = new Map();
  #series = [];
  #mood = null;
  #request = null;
  #timer = 0;
  #pointer = null;
  #clockOffset = 0;

  constructor() {
    document.getElementById("timeline-range").addEventListener("change", (event) => {
      this.#minutes = Number(event.target.value);
      this.#reload();
    });
    new ResizeObserver(() => this.#draw()).observe(this.#box);
    this.#box.addEventListener("pointermove", (event) => this.#point(event.clientX));
    this.#box.addEventListener("pointerleave", () => this.#point(null));
    document.addEventListener("visibilitychange", () => this.#refresh());
    setInterval(() => this.#draw(), 1_000);
  }

  /** Shows another room. */
  show(room) {
    this.#room = room;
    this.#mood = null;
    this.#reload();
  }

  /** The server's clock, which the points are dated by. */
  setServerTime(milliseconds) {
    this.#clockOffset = milliseconds - Date.now();
  }

  /** The newest mood is where the line ends. */
  update(mood) {
    this.#mood = mood;
    this.#clockOffset = Math.max(this.#clockOffset, mood.at - Date.now());
  }

  #reload() {
    this.#points.clear();
    this.#draw();
    this.#refresh();
  }

  /** Fetches what is new; the last points again, because they were still filling. */
  async #refresh() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    if (!this.#room || document.visibilityState !== "visible") return;
    const request = new AbortController();
    this.#request = request;
    const step = STEPS[this.#minutes];
    const now = this.#now();
    const start = now - this.#minutes * 60_000 - LOOK_BACK;
    const newest = Math.max(start, ...this.#points.keys());
    try {
      const points = await fetchTimeline(this.#room, Math.max(start, newest - 3_000 * step), now, step, request.signal);
      for (const point of points) this.#points.set(point.at, point);
      for (const at of this.#points.keys()) if (at < start) this.#points.delete(at);
      this.#draw();
    } catch {
      if (request.signal.aborted) return;
    }
    this.#timer = setTimeout(() => this.#refresh(), Math.max(2, step) * 1_000);
  }

  #now() {
    return Date.now() + this.#clockOffset;
  }

  #smooth() {
    const points = [...this.#points.values()].sort((a, b) => a.at - b.at);
    const series = [];
    let first = 0;
    let sum = 0;
    let weight = 0;
    for (const point of points) {
      const scored = point.positive + point.neutral + point.negative;
      sum += (point.mean ?? 0) * scored;
      weight += scored;
      while (points[first].at <= point.at - LOOK_BACK) {
        const old = points[first];
        const oldScored = old.positive + old.neutral + old.negative;
        sum -= (old.mean ?? 0) * oldScored;
        weight -= oldScored;
        first += 1;
      }
      series.push({ at: point.at, mood: weight ? sum / (weight + PRIOR) : null, comments: point.comments });
    }
    return series;
  }

  #draw() {
    const width = this.#box.clientWidth;
    const height = this.#box.clientHeight;
    if (!width || !this.#room) return;
    const step = STEPS[this.#minutes] * 1_000;
    const end = this.#now();
    const start = end - this.#minutes * 60_000;
    this.#series = this.#smooth().filter((point) => point.at >= start - step);
    const live = this.#mood && this.#mood.mood !== null && end - this.#mood.at < LOOK_BACK ? this.#mood.mood : null;
    const reach = Math.max(0.25, Math.abs(live ?? 0), ...this.#series.map((point) => Math.abs(point.mood ?? 0)));
    const top = Math.min(1, Math.ceil(reach * 1.1 * 4) / 4);

    const plot = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom };
    const barTop = plot.bottom - (plot.bottom - plot.top) * BAR_SHARE;
    const lineBottom = barTop - 6;
    const x = (at) => plot.left + ((at - start) / (end - start)) * (plot.right - plot.left);
    const y = (mood) => plot.top + ((top - mood) / (2 * top)) * (lineBottom - plot.top);

    const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": this.#summary() });
    for (const mood of [top, 0, -top]) {
      svg.append(make("line", { class: mood ? "grid" : "zero", x1: plot.left, x2: plot.right, y1: y(mood), y2: y(mood) }));
      svg.append(label(signed(mood), plot.left - 8, y(mood) + 4, "end"));
    }
    const marks = Math.max(2, Math.min(5, Math.floor(width / 130)));
    for (let mark = 0; mark <= marks; mark += 1) {
      const at = start + ((end - start) * mark) / marks;
      const anchor = mark === 0 ? "start" : mark === marks ? "end" : "middle";
      svg.append(label(mark === marks ? "now" : timeOfDay(at, this.#minutes < 60), x(at), height - 4, anchor));
    }

    const most = Math.max(1, ...this.#series.map((point) => point.comments));
    const barWidth = Math.max(1, ((plot.right - plot.left) * step) / (end - start) - 1);
    const bars = this.#series.filter((point) => point.comments && point.at >= start).map((point) => {
      const size = Math.max(1, (point.comments / most) * (plot.bottom - barTop));
      const left = Math.min(x(point.at), plot.right - barWidth);
      return `M${fixed(left)} ${plot.bottom}v${fixed(-size)}h${fixed(barWidth)}V${plot.bottom}z`;
    });
    svg.append(make("path", { class: "bars", d: bars.join("") }));

    for (const line of this.#lines(x, y, plot, live)) {
      const path = line.map(([px, py], index) => `${index ? "L" : "M"}${fixed(px)} ${fixed(py)}`).join("");
      const area = `${path}L${fixed(line.at(-1)[0])} ${fixed(y(0))}L${fixed(line[0][0])} ${fixed(y(0))}z`;
      svg.append(this.#half("above", 0, y(0), width, path, area), this.#half("below", y(0), height, width, path, area));
    }
    if (live !== null) svg.append(make("circle", { class: `head ${tone(live)}`, cx: plot.right, cy: y(live), r: 5 }));

    this.#readAt(svg, x, plot, start, end);
    const quiet = !this.#series.some((point) => point.comments);
    const empty = !quiet ? [] : [element("p", "empty", "No comments in this time.")];
    this.#box.replaceChildren(svg, ...empty);
  }

  /** The stretches in which there was a mood; the live one ends the last. */
  #lines(x, y, plot, live) {
    const lines = [[]];
    for (const point of this.#series) {
      if (point.mood !== null) lines.at(-1).push([Math.max(plot.left, x(point.at)), y(point.mood)]);
      else if (lines.at(-1).length) lines.push([]);
    }
    if (live !== null) {
      const last = lines.at(-1);
      // The last buckets are still filling: the live mood stands for them.
      while (last.length && last.at(-1)[0] > plot.right - 6) last.pop();
      last.push([plot.right, y(live)]);
    }
    return lines.filter((line) => line.length > 1);
  }

  /** One side of zero: the same line and area, clipped, in the colour of that side. */
  #half(name, from, to, width, path, area) {
    const group = make("g", { class: name, "clip-path": `url(#clip-${name})` });
    const clip = make("clipPath", { id: `clip-${name}` });
    clip.append(make("rect", { x: 0, y: fixed(from), width, height: fixed(Math.max(0, to - from)) }));
    group.append(clip, make("path", { class: "fill", d: area }), make("path", { class: "line", d: path }));
    return group;
  }

  #point(clientX) {
    this.#pointer = clientX === null ? null : clientX - this.#box.getBoundingClientRect().left;
    this.#draw();
  }

  #readAt(svg, x, plot, start, end) {
    if (this.#pointer === null || !this.#series.length) {
      this.#reading.textContent = "";
      return;
    }
    const at = start + ((this.#pointer - plot.left) / (plot.right - plot.left)) * (end - start);
    const nearest = this.#series.reduce((a, b) => (Math.abs(b.at - at) < Math.abs(a.at - at) ? b : a));
    const px = Math.max(plot.left, x(nearest.at));
    svg.append(make("line", { class: "cross", x1: px, x2: px, y1: plot.top, y2: plot.bottom }));
    const seconds = STEPS[this.#minutes];
    const mood = nearest.mood === null ? "no mood" : signed(nearest.mood);
    this.#reading.textContent = `${timeOfDay(nearest.at)} · ${mood} · ${count(nearest.comments)} comments in ${seconds} s`;
  }

  #summary() {
    const moods = this.#series.map((point) => point.mood).filter((mood) => mood !== null);
    if (!moods.length) return "Mood over time: no comments";
    const low = signed(Math.min(...moods));
    const high = signed(Math.max(...moods));
    return `Mood over the last ${this.#minutes} minutes: between ${low} and ${high}, now ${inWords(moods.at(-1)).toLowerCase()}`;
  }
}

function make(name, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function label(text, x, y, anchor) {
  const node = make("text", { x: fixed(x), y: fixed(y), "text-anchor": anchor });
  node.textContent = text;
  return node;
}

function fixed(value) {
  return Math.round(value * 10) / 10;
}
