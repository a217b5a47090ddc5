/// How far one subscriber has read the log: a position, not a queue.
///
/// For each room it watches it knows what the room had published by then. Differences to the log's own tallies say how far
/// it lags and what it misses, also when those entries have left the ring.
package struct LogPosition: Sendable {
    /// One watched room.
    package struct WatchedRoom: Sendable {
        /// The room's number in the log.
        package let index: RoomIndex
        /// The room's moods before the one that a replay shows: those never count as skipped.
        package let moods: UInt32
        /// What the room had published up to its last entry that was handed over; the moods that a replay passes over
        /// are in it from the beginning.
        package var tally: Tally.Level
    }

    /// What it watches.
    package enum Scope: Sendable {
        /// These rooms, without repetition.
        case rooms([WatchedRoom])
        /// Every room, and what all had published up to ``LogPosition/sequence``.
        case everyRoom(Tally.Level)
    }

    /// The level it reads at.
    package let level: DetailLevel
    /// Every watched entry up to this one was dealt with.
    package private(set) var sequence: UInt64
    /// The id up to which that is so: that of the entry, or the client's own cursor.
    package private(set) var id: UInt64
    /// What it watches.
    package var scope: Scope

    /// Takes note that a page was handed over.
    package mutating func advance(over page: LogPage) {
        sequence = page.end
        id = page.endID
    }

    /// Takes note that an entry was handed over.
    ///
    /// - Parameters:
    ///   - entry: The next watched entry.
    ///   - place: Which of the watched rooms is its room; without meaning for every room.
    package mutating func advance(over entry: LogEntry, place: Int) {
        sequence = entry.sequence
        id = entry.id
        switch scope {
        case .rooms(var rooms):
            // Taken out and put back, so that the array is not copied.
            scope = .everyRoom(Tally.Level())
            rooms[place].tally = entry.roomTally[level]
            let moods = UInt64(rooms[place].moods)
            if entry.roomTally.moods < moods {
                rooms[place].tally.events += moods - entry.roomTally.moods
            }
            scope = .rooms(rooms)
        case .everyRoom:
            scope = .everyRoom(entry.logTally[level])
        }
    }
}

/// Some entries that a lagging subscriber reads from the ring.
package struct LogPage: Sendable {
    /// One entry.
    package struct Item: Sendable {
        /// The entry.
        package let entry: LogEntry
        /// The place of its room among those watched; without meaning for every room.
        package let place: Int
    }

    /// Visible entries of watched rooms, ascending.
    package var items: [Item] = []
    /// Every watched entry up to here was dealt with once all of them are handed over.
    package var end: UInt64
    /// The id of that place.
    package var endID: UInt64
    /// Whether the position is then at the head.
    package var isLast = false
    /// Estimated bytes of the frames between the position (before this page) and the head; 0 if they were not measured
    /// again, because they cannot be more than asked for.
    package var lag: UInt64 = 0
    /// Whether entries of a watched room after the position have left the ring.
    ///
    /// The page is empty then.
    package var hasGap = false
    /// Elements of lists, heaps and trees that were looked at: what the page cost.
    package var steps = 0
}

/// What is left out when a subscriber is moved to the head at once.
package struct LogCollapse: Sendable {
    /// Events and comments that are left out.
    package var skipped: Tally.Level
    /// The newest mood of each room since the position: those are still handed over.
    package var kept: KeptMoods
}

/// Moods that are handed over although a subscriber was moved to the head.
package struct KeptMoods: Sendable {
    /// Which moods.
    package enum Moods: Sendable {
        /// These, ascending.
        case of([UInt64])
        /// Each room's newest when this was the head.
        case everyRoom(UInt64)
    }

    /// Those up to here were handed over.
    package var after: UInt64
    /// Which they are.
    package let moods: Moods
    /// How many are outstanding; some may have left the ring.
    package var count = 0

    /// No moods.
    package static let none = KeptMoods(after: 0, moods: .of([]))
}
