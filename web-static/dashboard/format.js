// Words and figures as the pages show them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const shortClock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });

/** A score with its sign, a true minus and no "−0.00". */
export function signed(value, digits = 2) {
  if (value === null || value === undefined) return "–";
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value < 0 ? "−" : "+") + text;
}

/** A count, shortened from ten thousand on. */
export function count(value) {
  return value >= 10_000 ? short.format(value) : whole.format(value ?? 0);
}

/** Comments a second. */
export function rate(value) {
  if (!value) return "0";
  return value < 10 ? value.toFixed(1) : count(Math.round(value));
}

/** A share of one as per cent; rounds towards "not quite", so that 99.96 % is never shown as everything. */
export function percent(share) {
  if (share >= 1) return "100 %";
  return `${Math.floor(share * 1_000) / 10} %`;
}

/** The time of day of milliseconds since 1970. */
export function timeOfDay(at, withSeconds = true) {
  return (withSeconds ? clock : shortClock).format(at);
}

/** positive, neutral or negative, as a room's mood is coloured; the band about zero is neutral. */
export function tone(mood) {
  if (mood === null || mood === undefined || Math.abs(mood) < 0.05) return "neutral";
  return mood > 0 ? "positive" : "negative";
}

/** A mood in words. */
export function inWords(mood) {
  if (mood === null || mood === undefined) return "No mood yet";
  const strength = Math.abs(mood);
  if (strength < 0.05) return "Even";
  const side = mood > 0 ? "positive" : "negative";
  if (strength < 0.15) return `Slightly ${side}`;
  if (strength < 0.4) return mood > 0 ? "Positive" : "Negative";
  return `Very ${side}`;
}

/** The language a text is set in, so that Han characters get the right glyphs; empty for anything else. */
export function languageOf(text) {
  if (/[\u3040-\u30ff\uff66-\uff9d]/u.test(text)) return "ja";
  return /\p{Script=Han}/u.test(text) ? "zh-Hans" : "";
}

/** Makes an element with a class and a text; text never becomes markup. */
export function element(name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}
