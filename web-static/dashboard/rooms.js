// The list of rooms: mood and rate of each, refreshed while the page is looked at.

import { fetchRooms, isRoomName } from "./api.js";
import { element, rate, signed, tone } from "./format.js";

const REFRESH = 3_000;
const MOST_ROWS = 100;

export class RoomList {
  #list = document.getElementById("rooms");
  #empty = document.getElementById("no-rooms");
  #field = document.getElementById("find-room");
  #rows = new Map();
  #moods = new Map();
  #current = null;
  #loaded;
  #timer = 0;

  /** @param {(rooms: string[]) => void} loaded Called after each refresh with the rooms' names, busiest first. */
  constructor(loaded) {
    this.#loaded = loaded;
    this.#field.addEventListener("input", () => this.#render());
    document.getElementById("find").addEventListener("submit", (event) => {
      event.preventDefault();
      const name = this.#field.value.trim();
      if (isRoomName(name)) location.hash = `#/${name}`;
    });
    document.addEventListener("visibilitychange", () => this.refresh());
  }

  /** Asks the server, and again after a while as long as somebody looks. */
  async refresh() {
    clearTimeout(this.#timer);
    if (document.visibilityState !== "visible") return;
    try {
      const rooms = await fetchRooms();
      this.#moods = new Map(rooms.map((mood) => [mood.room, mood]));
      this.#empty.hidden = rooms.length > 0;
      this.#render();
      this.#loaded([...this.#moods.keys()]);
    } catch {
      // The connection's state says so already; the next round tries again.
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), REFRESH);
  }

  /** Marks the room that is watched. */
  select(room) {
    this.#current = room;
    this.#render();
    this.#rows.get(room)?.link.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Takes the watched room's newest mood, fresher than the last refresh. */
  update(mood) {
    if (!this.#moods.has(mood.room)) return;
    this.#moods.set(mood.room, { ...this.#moods.get(mood.room), ...mood });
    const row = this.#rows.get(mood.room);
    if (row) this.#fill(row, this.#moods.get(mood.room));
  }

  #render() {
    const wanted = this.#field.value.trim().toLowerCase();
    const names = [...this.#moods.keys()].filter((name) => name.toLowerCase().includes(wanted));
    const shown = names.slice(0, MOST_ROWS);
    if (this.#current && !wanted && !shown.includes(this.#current)) shown.unshift(this.#current);
    for (const [name, row] of this.#rows) {
      if (!shown.includes(name)) {
        row.item.remove();
        this.#rows.delete(name);
      }
    }
    shown.forEach((name, index) => {
      const row = this.#rows.get(name) ?? this.#make(name);
      this.#fill(row, this.#moods.get(name));
      if (name === this.#current) row.link.setAttribute("aria-current", "page");
      else row.link.removeAttribute("aria-current");
      // Moving a row that already stands there would take the focus from it.
      if (this.#list.children[index] !== row.item) this.#list.insertBefore(row.item, this.#list.children[index] ?? null);
    });
  }

  #make(name) {
    const item = element("li");
    const link = element("a");
    link.href = `#/${name}`;
    const scale = element("span", "scale");
    const row = {
      item,
      link,
      value: element("span", "value"),
      bar: element("i"),
      rate: element("span", "rate"),
      scale,
    };
    scale.append(row.bar);
    link.append(element("span", "name", name), row.value, scale, row.rate);
    item.append(link);
    this.#rows.set(name, row);
    return row;
  }

  #fill(row, mood) {
    const value = mood?.mood ?? null;
    const left = value === null ? 50 : 50 + Math.min(0, value) * 50;
    row.value.textContent = signed(value);
    row.value.className = `value ${tone(value)}`;
    row.scale.className = `scale ${tone(value)}`;
    row.bar.style.left = `${left}%`;
    row.bar.style.width = `${Math.abs(value ?? 0) * 50}%`;
    row.rate.textContent = `${rate(mood?.commentsPerSecond)}/s`;
  }
}
