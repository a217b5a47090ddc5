// What a mood object says about the watched room: figures, division, emotions, phrases.

import { count, element, inWords, percent, rate, signed, tone } from "./format.js";

const EMOTIONS = ["happy", "surprised", "sad", "angry"];
const TONES = ["negative", "neutral", "positive"];
/// How often the mood is spoken to people who listen to the page instead of looking at it.
const SPEAKING_INTERVAL = 20_000;

const node = (id) => document.getElementById(id);

export class MoodPanel {
  #mood = {};
  #window = "1m";
  #spokenAt = 0;
  #parts = new Map();

  constructor() {
    node("split-window").addEventListener("change", (event) => {
      this.#window = event.target.value;
      this.#windows();
    });
    for (const name of TONES) {
      const bar = element("i", name);
      const value = element("dd", name, "–");
      const pair = element("div");
      pair.append(element("dt", "", name), value);
      node("split").append(bar);
      node("split-figures").append(pair);
      this.#parts.set(name, { bar, value });
    }
    for (const name of EMOTIONS) {
      const bar = element("i");
      const track = element("span", "bar");
      const value = element("dd", "", "–");
      const line = element("div", name);
      track.append(bar);
      line.append(element("dt", "", name), track, value);
      node("emotions").append(line);
      this.#parts.set(name, { bar, value });
    }
  }

  /** Starts anew for another room. */
  clear() {
    this.#mood = {};
    this.#spokenAt = performance.now() - SPEAKING_INTERVAL + 4_000;
    this.#show();
    this.#windows();
    this.#phrases();
  }

  /** Takes a mood; one without windows and phrases leaves the last ones standing. */
  update(mood) {
    this.#mood = { ...this.#mood, ...mood };
    this.#show();
    if (mood.windows) this.#windows();
    if (mood.phrases) this.#phrases();
    this.#speak();
  }

  #show() {
    const { mood = null, trend, commentsPerSecond, uniqueCommenters, totals, coverage = 1, degraded } = this.#mood;
    node("mood-value").textContent = signed(mood);
    node("mood-value").className = `mood-value ${tone(mood)}`;
    node("mood-words").textContent = inWords(mood);
    node("mood-trend").textContent = direction(mood, trend);
    node("fact-rate").textContent = rate(commentsPerSecond);
    // Sources without user ids and names have nobody to count.
    node("fact-people").textContent = uniqueCommenters ? count(uniqueCommenters) : "–";
    node("fact-total").textContent = count(totals?.comments);
    node("fact-coverage").textContent = percent(coverage);
    node("fact-coverage").className = coverage < 0.95 ? "negative" : "";
    node("degraded").hidden = !degraded;
  }

  #windows() {
    const { scored = 0, emotions = {}, ...tones } = this.#mood.windows?.[this.#window] ?? {};
    for (const name of TONES) {
      const { bar, value } = this.#parts.get(name);
      bar.style.flexGrow = String(tones[name] ?? 0);
      value.textContent = scored ? `${Math.round((100 * (tones[name] ?? 0)) / scored)} %` : "–";
    }
    const most = Math.max(1, ...EMOTIONS.map((name) => emotions[name] ?? 0));
    for (const name of EMOTIONS) {
      const { bar, value } = this.#parts.get(name);
      bar.style.width = `${(100 * (emotions[name] ?? 0)) / most}%`;
      value.textContent = scored ? count(emotions[name] ?? 0) : "–";
    }
  }

  #phrases() {
    const phrases = this.#mood.phrases ?? [];
    node("no-phrases").hidden = phrases.length > 0;
    node("phrases").replaceChildren(...phrases.slice(0, 10).map((phrase) => {
      // Votes and rituals are said often and say nothing of the mood.
      const isVote = phrase.affective === false;
      const item = element("li", isVote ? "vote" : "");
      if (isVote) item.title = "Not counted in the mood";
      item.append(
        element("span", isVote ? "dot" : `dot ${tone(phrase.mood)}`),
        element("span", "phrase", phrase.text),
        element("span", "count", count(phrase.count)),
      );
      return item;
    }));
  }

  #speak() {
    const now = performance.now();
    if (now - this.#spokenAt < SPEAKING_INTERVAL) return;
    this.#spokenAt = now;
    const { mood = null, trend, commentsPerSecond } = this.#mood;
    node("spoken").textContent = [
      mood === null ? "No mood yet" : `Mood ${mood.toFixed(2)}, ${inWords(mood).toLowerCase()}`,
      direction(mood, trend),
      `${rate(commentsPerSecond)} comments a second`,
    ].filter(Boolean).join("; ");
  }
}

function direction(mood, trend) {
  if (mood === null || trend === null || trend === undefined) return "";
  if (Math.abs(trend) < 0.02) return "Steady over five minutes";
  return `${trend > 0 ? "Rising" : "Falling"}: ${signed(trend)} against the last five minutes`;
}
