import SentimentModel

/// What one room has become: its mood, its newest comments, and what waits to be published of it.
///
/// A class, so that a batch works on it in place; it is only ever touched under its shard's board lock.
package final class RoomBoard {
    /// The name.
    package let name: RoomName
    /// Windows, trend, phrases, totals.
    package var aggregate: RoomAggregate
    /// The newest comments.
    package var recent = RecentComments()
    /// Results that wait for the next frame.
    package var flush: RoomFlush
    /// When the next mood leaves.
    package var pacer: MoodPacer
    /// Restores the order of admission.
    package var sequencer = RoomSequencer()
    /// The number of published comments.
    package var seq: UInt64 = 0
    /// Whether the shard looks at the room again within milliseconds.
    package var isSoon = false
    /// Whether the shard looks at the room again within a second: its mood decays.
    package var isSettling = false
    /// What `degraded` the room's last mood said.
    package private(set) var shownDegraded = false
    /// The latest `at` that anyone was shown of the room.
    private var shownAt: Int64

    /// Creates the board of a new room.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - configuration: The rates.
    ///   - displayKey: Tells texts apart at `display`.
    ///   - shownAt: The latest `at` that may have been shown of a room of this name.
    ///   - now: The time.
    package init(
        name: RoomName,
        configuration: FanOutConfiguration,
        displayKey: UInt64,
        shownAt: Int64,
        now: Timestamp
    ) {
        self.shownAt = shownAt
        self.name = name
        aggregate = RoomAggregate(second: now.second)
        flush = RoomFlush(room: name.bytes, configuration: configuration, displayKey: displayKey)
        pacer = MoodPacer(configuration: configuration)
    }

    /// The mood for a reader: never older than one that was published.
    package func mood(now: Timestamp, degraded: Bool, detail: MoodSnapshot.Detail = .full) -> MoodSnapshot {
        var snapshot = aggregate.snapshot(at: now.milliseconds, second: now.second, degraded: degraded, detail: detail)
        snapshot.at = max(shownAt, snapshot.at)
        // The next one that is published has to be newer than this.
        shownAt = snapshot.at
        return snapshot
    }

    /// The mood to publish: newer than the one before even if the wall clock was set back, because a client ignores a
    /// mood that is not.
    package func nextMood(now: Timestamp, degraded: Bool, detail: MoodSnapshot.Detail) -> MoodSnapshot {
        var snapshot = aggregate.snapshot(at: now.milliseconds, second: now.second, degraded: degraded, detail: detail)
        snapshot.at = max(shownAt + 1, snapshot.at)
        shownAt = snapshot.at
        shownDegraded = degraded
        return snapshot
    }

    /// Bytes of memory that the room takes, without what waits for its next frame.
    package var memoryBytes: Int {
        aggregate.memoryBytes + recent.memoryBytes + 512
    }

    /// When the room has something to publish next, in nanoseconds of the monotonic clock.
    package var due: Int64? {
        switch (flush.due, pacer.due) {
        case (let flush?, let mood?): min(flush, mood)
        case (let flush?, nil): flush
        case (nil, let mood?): mood
        case (nil, nil): nil
        }
    }
}
