import Synchronization

extension Shard {
    /// The most rooms that are forgotten while the gate is held.
    private static let evictedAtOnce = 64
    /// How many rooms are asked after when one is to be forgotten: those that are watched or pending are passed over.
    private static let candidates = 8

    /// Forgets the longest unused room of a standing that has no subscribers and nothing pending.
    ///
    /// - Returns: Whether there was one.
    func makeRoom(from standing: RoomStanding, now: Timestamp) -> Bool {
        guard let reason = RoomEviction(standing) else {
            return false
        }
        let candidates = gate.withLock { $0.leastUsedRooms(standing, limit: Self.candidates) }
        return evict(candidates, usedBefore: .max, for: reason, limit: 1, now: now) > 0
    }

    /// Forgets the rooms that have been idle for long; looks at no others.
    func evict(idle: Duration, now: Timestamp) {
        let second = (now.nanoseconds - idle.nanoseconds) / 1_000_000_000
        while true {
            let candidates = gate.withLock { $0.idleRooms(before: second, limit: Self.evictedAtOnce) }
            guard !candidates.isEmpty else {
                return
            }
            // What is not forgotten counts as used now, so that this ends.
            evict(candidates, usedBefore: second, for: .idle, limit: .max, now: now)
        }
    }

    @discardableResult
    private func evict(
        _ candidates: [EvictionCandidate],
        usedBefore second: Int64,
        for reason: RoomEviction,
        limit: Int,
        now: Timestamp
    ) -> Int {
        guard !candidates.isEmpty else {
            return 0
        }
        // The log's lock is never taken under the gate. A subscriber that comes now finds a room without comments.
        let watched = Set(candidates.filter { log.isWatched($0.name.bytes) }.map(\.slot))
        let evicted = gate.withLock { intake in
            let evicted = intake.evict(
                candidates,
                watched: watched,
                usedBefore: second,
                for: reason,
                limit: limit,
                now: now.second
            )
            // Under the gate, because the slots may be used again once it is open.
            board.withLock { $0.remove(evicted, now: now) }
            return evicted.count
        }
        publish()
        return evicted
    }
}
