import DequeModule

/// What the log knows of its rooms.
///
/// A room stays while the pipeline has it, while it has entries in the ring, or while somebody watches it; the table is
/// bounded by the three together.
///
/// After that, the sequence of its newest evicted entry is remembered for the last ``departedLimit`` rooms: with it, a cursor
/// of such a room is judged exactly. Of rooms before those the highest one alone is kept: an old cursor of an unknown room
/// then gets a `reset` that it might not have needed, and never a gap that nobody mentions.
package struct RoomTable {
    /// One room.
    struct Room {
        let name: [UInt8]
        /// What it has published.
        var tally = Tally()
        /// Its newest entry, perhaps evicted; 0 if there never was one.
        var newest: UInt64 = 0
        /// Its oldest entry in the ring; meaningless if none is there.
        var oldest: UInt64 = 0
        /// Its newest mood, perhaps evicted; 0 if there never was one.
        var newestMood: UInt64 = 0
        /// Its newest evicted entry; 0 if none was.
        var evicted: UInt64 = 0
        /// Whether the pipeline has the room.
        var isOwned = false
        /// The readers (event loops) that watch it.
        var readers: [Int] = []

        /// Whether an entry is in the ring.
        var hasEntries: Bool {
            newest > evicted
        }
    }

    /// How many departed rooms are remembered by name: more costs memory, fewer means needless resets after long absence.
    static let departedLimit = 16_384

    private var rooms: [Room?] = []
    private var indices: [[UInt8]: RoomIndex] = [:]
    private var free: [RoomIndex] = []
    private var departed: [[UInt8]: UInt64] = [:]
    private var departedOrder: Deque<[UInt8]> = []
    private var departedBefore: UInt64 = 0

    /// The number of rooms.
    var count: Int {
        indices.count
    }

    /// The names of the pipeline's rooms.
    var ownedNames: [[UInt8]] {
        rooms.compactMap { $0.flatMap { $0.isOwned ? $0.name : nil } }
    }

    /// The newest mood of each room that ever had one.
    var newestMoods: some Sequence<UInt64> {
        rooms.lazy.compactMap { $0?.newestMood }.filter { $0 != 0 }
    }

    /// Works on a room in place.
    subscript(index: RoomIndex) -> Room {
        _read {
            yield rooms[Int(index)]!
        }
        _modify {
            yield &rooms[Int(index)]!
        }
    }

    /// The number of a room, if it is in the table.
    func index(of name: [UInt8]) -> RoomIndex? {
        indices[name]
    }

    /// The number of a room in which the pipeline publishes.
    mutating func publishing(_ name: [UInt8]) -> RoomIndex {
        let index = insert(name)
        self[index].isOwned = true
        return index
    }

    /// Enters a reader of a room, which need not exist yet.
    mutating func watch(_ name: [UInt8], reader: Int) -> RoomIndex {
        let index = insert(name)
        if !self[index].readers.contains(reader) {
            self[index].readers.append(reader)
        }
        return index
    }

    /// Removes a reader of a room.
    mutating func unwatch(_ index: RoomIndex, reader: Int) {
        self[index].readers.removeAll { $0 == reader }
        removeIfUnused(index)
    }

    /// The pipeline has evicted a room.
    mutating func forget(_ name: [UInt8]) {
        if let index = indices[name] {
            self[index].isOwned = false
            removeIfUnused(index)
        }
    }

    /// An entry of a room has left the ring.
    mutating func evict(_ sequence: UInt64, of index: RoomIndex, next: UInt64) {
        self[index].evicted = sequence
        self[index].oldest = next
        removeIfUnused(index)
    }

    private mutating func insert(_ name: [UInt8]) -> RoomIndex {
        if let index = indices[name] {
            return index
        }
        var room = Room(name: name)
        room.evicted = departed[name] ?? departedBefore
        room.newest = room.evicted
        let index: RoomIndex
        if let reused = free.popLast() {
            index = reused
            rooms[Int(index)] = room
        } else {
            index = RoomIndex(rooms.count)
            rooms.append(room)
        }
        indices[name] = index
        return index
    }

    private mutating func removeIfUnused(_ index: RoomIndex) {
        let room = self[index]
        guard !room.isOwned, !room.hasEntries, room.readers.isEmpty else {
            return
        }
        indices[room.name] = nil
        rooms[Int(index)] = nil
        free.append(index)
        // A room that the table only guessed about is guessed again.
        guard room.evicted > departedBefore else {
            return
        }
        if departed.updateValue(room.evicted, forKey: room.name) == nil {
            departedOrder.append(room.name)
        }
        if departedOrder.count > Self.departedLimit, let oldest = departedOrder.popFirst() {
            departedBefore = max(departedBefore, departed.removeValue(forKey: oldest) ?? 0)
        }
    }
}
