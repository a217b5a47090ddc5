package import SentimentModel
import Synchronization

/// A room and its mood, in brief.
package struct RoomSummary: Sendable {
    /// The room's name.
    package let name: RoomName
    /// Its mood.
    package let mood: MoodSnapshot

    /// Creates a summary.
    package init(name: RoomName, mood: MoodSnapshot) {
        self.name = name
        self.mood = mood
    }
}

extension Pipeline {
    /// The mood of a room, or `nil` if it has published nothing (or was evicted).
    package func mood(of room: RoomName, now: Timestamp) -> MoodSnapshot? {
        let degraded = scorer.isDegraded
        return withRoom(room) { $0.replica.mood(now: now, degraded: degraded) }
    }

    /// The mood of a room for a stream that begins: zeros if it has published nothing.
    package func moodOrZeros(of room: RoomName, now: Timestamp) -> MoodSnapshot {
        mood(of: room, now: now)
            ?? intake.shard(of: room.hash).board.withLock { $0.emptyMood(now: now) }
    }

    /// The moods of all rooms, in no order.
    ///
    /// Takes each shard's board lock once.
    package func rooms(now: Timestamp) -> [RoomSummary] {
        let degraded = scorer.isDegraded
        return shards.flatMap { shard in
            shard.board.withLock { board in
                board.rooms.compactMap { room in
                    room.map {
                        RoomSummary(
                            name: $0.name,
                            mood: $0.replica.mood(now: now, degraded: degraded, detail: .brief)
                        )
                    }
                }
            }
        }
    }

    /// A room's newest comments before a `seq`, at most `limit`, in ascending order; `nil` for an unknown room.
    package func comments(of room: RoomName, before: UInt64?, limit: Int) -> ResultBlock? {
        withRoom(room) { $0.replica.recent.page(before: before, limit: limit) }
    }

    /// A room's history as points of `step` milliseconds; `nil` for an unknown room.
    ///
    /// - Parameters:
    ///   - room: The room's name.
    ///   - from: The first millisecond since 1970.
    ///   - to: The last one, exclusive.
    ///   - step: Milliseconds between two points.
    ///   - now: The time: what is older than the longest window is gone.
    /// - Returns: The points, oldest first.
    package func timeline(
        of room: RoomName,
        from: Int64,
        to: Int64,
        step: Int64,
        now: Timestamp
    ) -> [TimelinePoint]? {
        withRoom(room) { $0.replica.aggregate.timeline(from: from, to: to, step: step, now: now) }
    }

    /// Scores texts without storing or publishing anything.
    package func score(_ texts: TextBatch) async -> Verdicts {
        await scorer.score(texts)
    }

    /// What the configured scorer is called in `hello` and `/v1/score`.
    package var model: String {
        scorer.model
    }

    private func withRoom<Value: Sendable>(_ name: RoomName, _ body: (RoomBoard) -> Value) -> Value? {
        let shard = intake.shard(of: name.hash)
        let slot = shard.gate.withLock { $0.directory.slot(of: name.bytes.span, hash: name.hash) }
        guard let slot else {
            return nil
        }
        return shard.board.withLock { board in
            // Between the two locks the room may have been evicted and its slot used again.
            guard let room = board.room(slot), room.name == name else {
                return nil
            }
            return body(room)
        }
    }
}
