// A stream of danmaku-sentiment events that stays alive: native EventSource plus what it lacks.
//
//   const stream = new DanmakuStream("/v1/rooms/my-room/events?detail=display");
//   stream.addEventListener("mood", (event) => show(event.detail));
//   stream.addEventListener("state", (event) => console.log(event.detail.state));
//   stream.open();
//
// Native EventSource reconnects when a connection ends, but gives up for good on any status but 200, never notices
// a dead peer, and forgets its cursor when a page makes a new one. So: a watchdog over the server's heartbeat, a
// full-jitter backoff when the browser has given up, `?cursor=` on every source that this object opens itself.
//
// Every event of the contract is dispatched under its own name with the parsed JSON as `detail`; besides:
//   state    {state, reason?, retryAt?}   connecting | live | waiting | stopped
//   restart  {epoch, previous}            the server has started anew: `seq` and totals begin again
// A `mood` whose `at` is not newer than the last one of its room is dropped.

const EVENTS = [
  "hello", "snapshot", "sentiment", "mood", "alert", "heartbeat", "reset", "skipped", "overloaded", "evicted", "bye",
];
const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 30_000;
/// Silence that counts as a dead connection, in heartbeats: two may be lost, the third is late.
const WATCHDOG_HEARTBEATS = 2.5;
/// The browser's own reconnecting may wait out a `retry:` that was spread over a drain; only then is it overruled.
const LONGEST_CONNECTING = 60_000;

export class DanmakuStream extends EventTarget {
  #url;
  #source = null;
  #cursor = null;
  #epoch = null;
  #moods = new Map();
  #heartbeat = 15_000;
  #lastSign = 0;
  #failures = 0;
  #farewell = null;
  #retryTimer = 0;
  #watchdog = 0;
  #state = { state: "stopped" };
  #onVisible = () => {
    if (document.visibilityState === "visible") this.#check(true);
  };
  #onOnline = () => this.#check(true);

  /** @param {string} url Where to listen, with its query but without a cursor. */
  constructor(url) {
    super();
    this.#url = new URL(url, document.baseURI);
  }

  /** The last state dispatched. */
  get state() {
    return this.#state;
  }

  /** Starts listening; calling it twice changes nothing. */
  open() {
    if (this.#watchdog) return;
    this.#watchdog = setInterval(() => this.#check(false), 1_000);
    document.addEventListener("visibilitychange", this.#onVisible);
    addEventListener("online", this.#onOnline);
    this.#connect();
  }

  /** Stops for good. */
  close() {
    clearInterval(this.#watchdog);
    clearTimeout(this.#retryTimer);
    this.#watchdog = 0;
    this.#retryTimer = 0;
    document.removeEventListener("visibilitychange", this.#onVisible);
    removeEventListener("online", this.#onOnline);
    this.#drop();
    this.#announce({ state: "stopped" });
  }

  #connect() {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = 0;
    this.#drop();
    const url = new URL(this.#url);
    if (this.#cursor) url.searchParams.set("cursor", this.#cursor);
    const source = new EventSource(url);
    this.#source = source;
    this.#lastSign = performance.now();
    this.#announce({ state: "connecting", reason: this.#farewell });
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => {
        if (source === this.#source) this.#receive(name, event);
      });
    }
    source.addEventListener("error", () => {
      if (source === this.#source) this.#lost();
    });
  }

  #drop() {
    this.#source?.close();
    this.#source = null;
  }

  #receive(name, event) {
    this.#lastSign = performance.now();
    if (event.lastEventId) this.#cursor = event.lastEventId;
    let detail;
    try {
      detail = JSON.parse(event.data);
    } catch {
      return;
    }
    switch (name) {
      case "hello":
        this.#greet(detail);
        break;
      case "overloaded":
      case "evicted":
      case "bye":
        this.#farewell = name;
        break;
      case "snapshot":
        if (detail.room) this.#moods.set(detail.room, Math.max(detail.at ?? 0, this.#moods.get(detail.room) ?? 0));
        break;
      case "mood":
        if (!(detail.at > (this.#moods.get(detail.room) ?? -Infinity))) return;
        this.#moods.set(detail.room, detail.at);
        break;
    }
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #greet(hello) {
    if (hello.heartbeatSeconds > 0) this.#heartbeat = hello.heartbeatSeconds * 1_000;
    const previous = this.#epoch;
    this.#epoch = hello.epoch;
    this.#farewell = null;
    if (previous !== null && previous !== hello.epoch) {
      this.#moods.clear();
      this.dispatchEvent(new CustomEvent("restart", { detail: { epoch: hello.epoch, previous } }));
    }
    this.#failures = 0;
    this.#announce({ state: "live" });
  }

  /** The connection has ended: the browser either tries again by itself or has given up. */
  #lost() {
    this.#lastSign = performance.now();
    if (this.#source.readyState === EventSource.CLOSED) {
      this.#retryLater();
    } else {
      this.#announce({ state: "connecting", reason: this.#farewell });
    }
  }

  #retryLater() {
    this.#drop();
    const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    // Full jitter, so that the tabs a restart has cut off do not come back at the same moment.
    const delay = FIRST_DELAY / 2 + Math.random() * ceiling;
    this.#announce({ state: "waiting", reason: this.#farewell, retryAt: Date.now() + delay });
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), delay);
  }

  /** Looks for a dead connection; `impatient` (the page came back, the network too) ends a wait at once. */
  #check(impatient) {
    if (!this.#source) {
      if (impatient && this.#watchdog) this.#connect();
      return;
    }
    const silence = performance.now() - this.#lastSign;
    switch (this.#source.readyState) {
      case EventSource.CLOSED:
        if (!this.#retryTimer) this.#retryLater();
        break;
      case EventSource.CONNECTING:
        if (silence > LONGEST_CONNECTING || (impatient && silence > FIRST_DELAY)) this.#connect();
        break;
      case EventSource.OPEN:
        if (silence > WATCHDOG_HEARTBEATS * this.#heartbeat) this.#connect();
        break;
    }
  }

  #announce(state) {
    if (state.state === this.#state.state && state.reason === this.#state.reason && !state.retryAt) return;
    this.#state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
