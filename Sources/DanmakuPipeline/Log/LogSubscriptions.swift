/// Who watches what: the outbox of each reader (event loop), and the rooms that it watches.
///
/// A reader's outbox takes the entries of its rooms and is bounded in bytes; a reader that takes nothing for too long loses
/// its outbox and reads on from the ring.
struct LogSubscriptions {
    /// What one reader has not taken yet.
    private struct Reader {
        var outbox = Outbox()
        /// Bytes of the outbox.
        var bytes = 0
        /// Whether the reader was woken since it last took.
        var isWoken = false
        /// Wakes the reader; called without a lock held.
        let wake: @Sendable () -> Void
    }

    /// The most bytes of an outbox: what it holds may have left the ring, so that this is memory on top of it.
    private let limit: Int
    private var readers: [Reader] = []
    private var everyRoom: [Int] = []
    private var rooms: [RoomIndex: [Int]] = [:]

    /// Creates subscriptions without readers.
    ///
    /// - Parameter ringLimit: The bound of the ring; an outbox may take an eighth of it.
    init(ringLimit: Int) {
        limit = ringLimit / 8
    }

    /// Adds a reader.
    ///
    /// - Parameter wake: Called after an outbox became non-empty.
    /// - Returns: The reader's number.
    mutating func add(wake: @escaping @Sendable () -> Void) -> Int {
        readers.append(Reader(wake: wake))
        return readers.count - 1
    }

    /// Empties the outbox of a reader, which is woken again for the next entry.
    mutating func take(_ reader: Int) -> Outbox {
        defer {
            readers[reader].outbox = Outbox()
            readers[reader].bytes = 0
            readers[reader].isWoken = false
        }
        return readers[reader].outbox
    }

    /// A reader watches a room from now on.
    mutating func watch(_ room: RoomIndex, _ reader: Int) {
        if !rooms[room, default: []].contains(reader) {
            rooms[room, default: []].append(reader)
        }
    }

    /// A reader does not watch a room any more.
    ///
    /// - Returns: Whether another reader does.
    mutating func unwatch(_ room: RoomIndex, _ reader: Int) -> Bool {
        rooms[room]?.removeAll { $0 == reader }
        guard rooms[room]?.isEmpty ?? true else {
            return true
        }
        rooms[room] = nil
        if rooms.isEmpty {
            // Gives the memory of the table back.
            rooms = [:]
        }
        return false
    }

    /// A reader watches every room from now on.
    mutating func watchEveryRoom(_ reader: Int) {
        if !everyRoom.contains(reader) {
            everyRoom.append(reader)
        }
    }

    /// A reader does not watch every room any more.
    mutating func unwatchEveryRoom(_ reader: Int) {
        everyRoom.removeAll { $0 == reader }
    }

    /// Puts an entry into the outboxes of the readers that watch its room.
    ///
    /// - Parameters:
    ///   - entry: The entry.
    ///   - isRoomWatched: Whether a reader watches the room by its name.
    ///   - wakes: Is given the wake-ups of readers whose outbox became non-empty, to be called without a lock held.
    mutating func deliver(_ entry: LogEntry, isRoomWatched: Bool, wakes: inout [@Sendable () -> Void]) {
        for reader in everyRoom {
            deliver(entry, to: reader, &wakes)
        }
        guard isRoomWatched, let watching = rooms[entry.roomIndex] else {
            return
        }
        for reader in watching where !everyRoom.contains(reader) {
            deliver(entry, to: reader, &wakes)
        }
    }

    private mutating func deliver(_ entry: LogEntry, to reader: Int, _ wakes: inout [@Sendable () -> Void]) {
        if !readers[reader].isWoken {
            readers[reader].isWoken = true
            wakes.append(readers[reader].wake)
        }
        guard !readers[reader].outbox.isOverrun else {
            return
        }
        readers[reader].outbox.entries.append(entry)
        readers[reader].bytes += entry.footprint
        if readers[reader].bytes > limit {
            readers[reader].outbox = Outbox(isOverrun: true)
            readers[reader].bytes = 0
        }
    }
}

/// What a reader takes: entries in ascending sequence, of the rooms it watches.
package struct Outbox: Sendable {
    /// The entries.
    package var entries: [LogEntry] = []
    /// If true, entries are missing: every subscriber reads on from the ring.
    package var isOverrun = false
}
