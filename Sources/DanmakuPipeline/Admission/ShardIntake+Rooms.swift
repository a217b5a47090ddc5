/// A room that may be forgotten, as it was when it was found.
package struct EvictionCandidate: Sendable {
    /// Its slot.
    package let slot: UInt32
    /// Its name, which tells whether the slot was used again since.
    package let name: RoomName
}

extension ShardIntake {
    /// Rooms without a comment since a second, some at most; all that is looked at is found.
    package mutating func idleRooms(before second: Int64, limit: Int) -> [EvictionCandidate] {
        var found: [EvictionCandidate] = []
        for standing in RoomStanding.allCases where found.count < limit {
            found += directory.unused(standing, before: second, limit: limit - found.count)
        }
        return found
    }

    /// The longest unused rooms of a standing, some at most.
    package mutating func leastUsedRooms(_ standing: RoomStanding, limit: Int) -> [EvictionCandidate] {
        directory.unused(standing, before: .max, limit: limit)
    }

    /// Forgets candidates that still have their standing; those that are in use go behind all others.
    ///
    /// - Parameters:
    ///   - candidates: What was found; rooms may have been used or forgotten since.
    ///   - watched: The slots of those that a subscriber watches.
    ///   - second: Rooms that were used in this second or later stay.
    ///   - reason: Why; of ``RoomEviction/excess`` and ``RoomEviction/single`` only rooms of that standing are forgotten.
    ///   - limit: The most that are forgotten.
    ///   - now: The second.
    /// - Returns: Those that were forgotten.
    package mutating func evict(
        _ candidates: [EvictionCandidate],
        watched: Set<UInt32>,
        usedBefore second: Int64,
        for reason: RoomEviction,
        limit: Int = .max,
        now: Int64
    ) -> [EvictionCandidate] {
        var evicted: [EvictionCandidate] = []
        for candidate in candidates where evicted.count < limit {
            guard let room = directory.rooms[Int(candidate.slot)], room.name == candidate.name,
                room.usedAt < second, reason.concerns(room.standing)
            else {
                continue
            }
            guard room.pending == 0, !watched.contains(candidate.slot) else {
                directory.keep(candidate.slot, second: now)
                continue
            }
            directory.remove(candidate.slot)
            shared.roomCount.release(room.standing)
            evicted.append(candidate)
        }
        counts.evictedRooms[reason.index] += evicted.count
        return evicted
    }
}

extension RoomEviction {
    /// The reason for which rooms of a standing make room for others; `nil` if they do not.
    package init?(_ standing: RoomStanding) {
        switch standing {
        case .excess: self = .excess
        case .single: self = .single
        case .used: return nil
        }
    }

    fileprivate func concerns(_ standing: RoomStanding) -> Bool {
        switch self {
        case .idle: true
        case .excess: standing == .excess
        case .single: standing == .single
        }
    }

    /// Its place in counts of evictions.
    fileprivate var index: Int {
        switch self {
        case .idle: 0
        case .excess: 1
        case .single: 2
        }
    }
}
