import DequeModule

/// What the log knows of its rooms.
///
/// A room stays while the pipeline has it, while it has entries in the ring, or while a reader watches it; the table is
/// bounded by the three together. ``LogSubscriptions`` knows which readers those are.
///
/// After that, the id of its newest evicted entry is remembered for the last ``departedLimit`` rooms: with it, a cursor of such
/// a room is judged exactly. Of the rooms before those only the highest id is kept: an old cursor of an unknown room then
/// gets a `reset` that it might not have needed, and never a gap without one.
package struct RoomTable {
    /// One room.
    struct Room {
        let name: [UInt8]
        /// What it has published.
        var tally = Tally()
        /// Its newest entry, perhaps evicted; 0 if there was none since it is in the table.
        var newest: UInt64 = 0
        /// Its entries in the ring.
        var lists = EntryLists()
        /// Its newest evicted entry; 0 if none was since it is in the table.
        var evicted: UInt64 = 0
        /// The id of its newest evicted entry, at most; 0 if none was.
        var evictedID: UInt64 = 0
        /// Whether the pipeline has the room.
        var isOwned = false
        /// Whether a reader (event loop) watches it by name.
        var isWatched = false

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

    /// Estimated bytes of the table: its rooms with their names, their look-up and their watchers, and the departed ones.
    var bytes: Int {
        rooms.count * 160 + indices.count * 320 + departed.count * 160
    }

    /// The names of the pipeline's rooms, a part at a time: what a stream of every room begins with.
    ///
    /// A room keeps its place while it is in the table, so that no room which stays is left out between two parts.
    ///
    /// - Parameters:
    ///   - start: The place to begin at; 0 at first.
    ///   - limit: How many places are looked at.
    /// - Returns: Names, and where the next part begins.
    func ownedNames(from start: Int, limit: Int) -> RoomNames {
        let end = min(rooms.count, start + limit)
        guard start < end else {
            return RoomNames(names: [], next: nil)
        }
        let names = rooms[start..<end].compactMap { $0.flatMap { $0.isOwned ? $0.name : nil } }
        return RoomNames(names: names, next: end < rooms.count ? end : nil)
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

    /// A reader watches a room, which need not exist yet.
    mutating func watch(_ name: [UInt8]) -> RoomIndex {
        let index = insert(name)
        self[index].isWatched = true
        return index
    }

    /// No reader watches a room any more.
    mutating func unwatch(_ index: RoomIndex) {
        self[index].isWatched = false
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
    mutating func evict(_ entry: LogEntry) {
        let index = entry.roomIndex
        self[index].evicted = entry.sequence
        self[index].evictedID = entry.id
        self[index].lists.evict(entry.sequence, entry.kind)
        removeIfUnused(index)
    }

    private mutating func insert(_ name: [UInt8]) -> RoomIndex {
        if let index = indices[name] {
            return index
        }
        var room = Room(name: name)
        room.evictedID = departed[name] ?? departedBefore
        let index: RoomIndex
        // The end of the table may have been cut off since a place became free.
        while let last = free.last, Int(last) >= rooms.count {
            free.removeLast()
        }
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
        guard !self[index].isOwned, !self[index].hasEntries, !self[index].isWatched else {
            return
        }
        let room = self[index]
        indices[room.name] = nil
        rooms[Int(index)] = nil
        free.append(index)
        while let last = rooms.last, last == nil {
            rooms.removeLast()
        }
        if rooms.isEmpty {
            (rooms, free) = ([], [])
        }
        // A room that the table only guessed about is guessed again.
        guard room.evictedID > departedBefore else {
            return
        }
        if departed.updateValue(room.evictedID, forKey: room.name) == nil {
            departedOrder.append(room.name)
        }
        if departedOrder.count > Self.departedLimit, let oldest = departedOrder.popFirst() {
            departedBefore = max(departedBefore, departed.removeValue(forKey: oldest) ?? 0)
        }
    }
}

/// Some of the rooms that have published something.
package struct RoomNames: Sendable {
    /// Their names.
    package var names: [[UInt8]]
    /// Where the next part begins; `nil` if there is none.
    package var next: Int?

    /// Creates a part.
    package init(names: [[UInt8]], next: Int?) {
        self.names = names
        self.next = next
    }
}
