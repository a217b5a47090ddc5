/// Everything that the pipeline can be told; read once, when it is built.
package struct PipelineConfiguration: Sendable {
    /// What is let in.
    package struct Admission: Sendable {
        /// Comments a second that a room may have queued; 0 for no limit.
        package var roomRate = 0.0
        /// Paid comments a second that a room may have shown as such; 0 for no limit.
        package var paidRate = 10.0
        /// Rooms a minute that one client may begin with full standing; 0 for no limit.
        package var newRoomsPerMinute = 600
        /// How long an id is remembered.
        package var dedupeSeconds = 600
        /// How many ids are remembered, all rooms together.
        package var dedupeIDs = 524_288

        /// Creates the defaults.
        package init() {}
    }

    /// How many rooms there may be, and for how long.
    package struct Rooms: Sendable {
        /// The most rooms at a time.
        package var max = 10_000
        /// How long a room without subscribers is kept after its last comment.
        package var idle: Duration = .seconds(1800)

        /// Creates the defaults.
        package init() {}
    }

    /// What is let in.
    package var admission = Admission()
    /// How many rooms there may be, and for how long.
    package var rooms = Rooms()
    /// When a batch leaves.
    package var batcher = BatcherConfiguration()
    /// The most comments that may wait, all shards together.
    package var queueLimit = 65_536
    /// The most bytes of their fields that may wait.
    package var queueByteLimit = 16 * 1024 * 1024
    /// When frames leave and what they hold.
    package var fanOut = FanOutConfiguration()
    /// When the scorer is given up for its fallback, and for how long.
    package var breaker = CircuitBreakerConfiguration()
    /// Whether `uid` itself is published, and not a keyed hash of it.
    package var exposesUserID = false
    /// How many shards there are; a power of two.
    ///
    /// Each has its own locks, queue and batcher.
    package var shardCount = 16

    /// Creates the defaults.
    package init() {}
}
