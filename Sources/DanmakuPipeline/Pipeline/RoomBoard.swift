import SentimentModel

/// What one room has become: its mood, its newest comments, and what waits to be published of it.
///
/// A class, so that a batch works on it in place; it is only ever touched under its shard's board lock.
package final class RoomBoard {
    /// The name's bytes.
    package let name: [UInt8]
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

    /// Creates the board of a new room.
    package init(name: [UInt8], configuration: FanOutConfiguration, now: Timestamp) {
        self.name = name
        aggregate = RoomAggregate(now: now)
        flush = RoomFlush(room: name, configuration: configuration)
        pacer = MoodPacer(configuration: configuration)
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
