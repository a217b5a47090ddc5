// The reading routes.

/** Whether the server takes this as the name of a room. */
export function isRoomName(name) {
  return /^[A-Za-z0-9._:-]{1,64}$/.test(name);
}

/** The rooms, busiest first. */
export async function fetchRooms(signal) {
  return listed(await get("/v1/rooms?sort=rate&limit=200", signal), "rooms");
}

/** The newest comments of a room in ascending order. */
export async function fetchComments(room, limit, signal) {
  const comments = listed(await get(`/v1/rooms/${encodeURIComponent(room)}/comments?limit=${limit}`, signal), "comments");
  return comments.sort((a, b) => a.seq - b.seq);
}

/** A room's timeline between two times in milliseconds since 1970, with `step` seconds a point. */
export async function fetchTimeline(room, from, to, step, signal) {
  const query = `from=${Math.floor(from)}&to=${Math.ceil(to)}&step=${step}`;
  return listed(await get(`/v1/rooms/${encodeURIComponent(room)}/timeline?${query}`, signal), "points");
}

/** Where the event stream of one room is. */
export function streamOf(room, detail) {
  return `/v1/rooms/${encodeURIComponent(room)}/events?detail=${detail}`;
}

/** A room that nobody has written to yet answers 404; to a page it is simply empty. */
async function get(path, signal) {
  const response = await fetch(path, { signal, headers: { accept: "application/json" } });
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function listed(body, key) {
  return Array.isArray(body) ? body : (body[key] ?? []);
}
