/// How far one subscriber has read the log: a position, not a queue.
///
/// For each room it watches it knows the last entry it dealt with and what the room had published by then. Differences to
/// the log's own tallies then say how far it lags and what it misses, also when those entries have left the ring.
package struct LogPosition: Sendable {
    /// One watched room.
    package struct WatchedRoom: Sendable {
        /// The room's number in the log.
        package let index: RoomIndex
        /// The room's newest entry that was dealt with, perhaps evicted; 0 if there was none.
        package var last: UInt64
        /// What the room had published up to that entry.
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
    package var sequence: UInt64
    /// What it watches.
    package var scope: Scope

    /// Takes note that an entry was handed over.
    ///
    /// - Parameters:
    ///   - entry: The next watched entry.
    ///   - place: Which of the watched rooms is its room; without meaning for every room.
    package mutating func advance(over entry: LogEntry, place: Int) {
        sequence = entry.sequence
        switch scope {
        case .rooms(var rooms):
            // Taken out and put back, so that the array is not copied.
            scope = .everyRoom(Tally.Level())
            rooms[place].last = entry.sequence
            rooms[place].tally = entry.roomTally[level]
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
        /// Whether it is handed over; if not, the position only moves on over it, so that it is not counted as skipped.
        package let isVisible: Bool
    }

    /// Watched entries, ascending.
    package var items: [Item] = []
    /// The position once all of them are handed over.
    package var end: LogPosition
    /// Whether the position is then at the head.
    package var isLast = false
    /// Estimated bytes of the frames between the position (before this page) and the head.
    package var lag: UInt64 = 0
    /// Whether entries of a watched room after the position have left the ring.
    ///
    /// The page is empty then.
    package var hasGap = false
}

/// What is left out when a subscriber is moved to the head at once.
package struct LogCollapse: Sendable {
    /// Events and comments that are left out.
    package var skipped: Tally.Level
    /// The newest mood of each room since the position, ascending: those are still handed over.
    package var moods: [UInt64]
}
