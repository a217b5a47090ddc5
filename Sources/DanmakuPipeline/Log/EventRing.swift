import DequeModule

/// The log's content: the newest entries, oldest first, and what is known of each room.
///
/// Entries are found by index arithmetic (their sequences have no holes), and by lists of sequences for each room and class;
/// a client's id is looked up once, at its join.
/// What it holds is bounded by `log.ring-bytes`, the frames cached on its entries and its indices included: a quarter of
/// it may be frames, of which the oldest go first; entries go when all together exceed the bound. The newest entry stays.
package struct EventRing {
    /// An entry in its place.
    struct Slot {
        let entry: LogEntry
        /// When it was appended, in nanoseconds of the monotonic clock.
        let appendedAt: Int64
        /// Bytes of cached frames.
        var cachedBytes = 0
    }

    /// The bound on everything.
    let limit: Int
    private(set) var slots: Deque<Slot> = []
    /// The sequence of the oldest entry; of the next one if there is none.
    private(set) var first: UInt64 = 1
    /// The id of the newest entry; 0 if there never was one.
    private(set) var headID: UInt64 = 0
    /// The id of the newest entry that has left the ring; 0 if there is none.
    private(set) var evictedID: UInt64 = 0
    /// What all rooms have published.
    private(set) var tally = Tally()
    /// The rooms.
    var rooms = RoomTable()
    /// The entries of all rooms by class, without the moods.
    private(set) var lists = EntryLists()
    /// The moods of all rooms.
    private(set) var moods = MoodIndex()
    /// Bytes of the entries without their frames, their places in lists included.
    private(set) var footprint = 0
    /// Bytes of the cached frames.
    private(set) var cachedBytes = 0
    /// Entries with cached frames, in the order of caching.
    private var cached: Deque<UInt64> = []

    init(limit: Int) {
        self.limit = limit
    }

    /// The newest sequence; 0 if there never was an entry.
    var head: UInt64 {
        first + UInt64(slots.count) - 1
    }

    /// Bytes of everything that the bound is about.
    var bytes: Int {
        footprint + cachedBytes + moods.bytes
    }

    /// The place of a sequence, if it is in the ring.
    func place(of sequence: UInt64) -> Int? {
        sequence >= first && sequence <= head ? Int(sequence - first) : nil
    }

    /// The age of the oldest entry, in nanoseconds; 0 if there is none.
    func age(now: Int64) -> Int64 {
        slots.first.map { max(0, now - $0.appendedAt) } ?? 0
    }

    /// Adds an entry, and evicts what no longer fits.
    mutating func append(_ draft: EntryDraft, id: UInt64, share: Tally, now: Int64) -> LogEntry {
        precondition(id > headID, "the id \(id) does not follow \(headID)")
        headID = id
        let sequence = head + 1
        let room = rooms.publishing(draft.room)
        tally.add(share)
        rooms[room].tally.add(share)
        let entry = LogEntry(
            sequence: sequence,
            id: id,
            draft: draft,
            share: share,
            roomIndex: room,
            roomTally: rooms[room].tally,
            logTally: tally
        )
        slots.append(Slot(entry: entry, appendedAt: now))
        moods.reserve(first: first, count: slots.count)
        if entry.kind == .mood {
            if let previous = rooms[room].lists[.mood].last {
                moods.supersede(previous, by: sequence)
            }
            moods.append(sequence)
        } else {
            lists.append(sequence, entry.kind)
        }
        rooms[room].lists.append(sequence, entry.kind)
        rooms[room].newest = sequence
        footprint += entry.footprint
        trim()
        return entry
    }

    /// Counts frames that were encoded and stay on their entry.
    mutating func cache(_ sequence: UInt64, bytes: Int) {
        guard let place = place(of: sequence) else {
            return
        }
        if slots[place].cachedBytes == 0 {
            cached.append(sequence)
        }
        slots[place].cachedBytes += bytes
        cachedBytes += bytes
        while cachedBytes > limit / 4, cached.count > 1, let oldest = cached.popFirst() {
            dropFrames(of: oldest)
        }
        trim()
    }

    private mutating func dropFrames(of sequence: UInt64) {
        guard let place = place(of: sequence) else {
            return
        }
        cachedBytes -= slots[place].cachedBytes
        slots[place].cachedBytes = 0
        slots[place].entry.dropFrames()
    }

    private mutating func trim() {
        while bytes > limit, slots.count > 1, let slot = slots.popFirst() {
            let sequence = first
            first += 1
            evictedID = slot.entry.id
            footprint -= slot.entry.footprint
            cachedBytes -= slot.cachedBytes
            if cached.first == sequence {
                cached.removeFirst()
            }
            if slot.entry.kind == .mood {
                moods.evict(sequence)
            } else {
                lists.evict(sequence, slot.entry.kind)
            }
            rooms.evict(slot.entry)
        }
    }
}
