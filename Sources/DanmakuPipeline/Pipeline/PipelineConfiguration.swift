/// Everything that the pipeline can be told; read once, when it is built.
public struct PipelineConfiguration: Sendable {
    /// What is let in.
    public struct Admission: Sendable {
        /// Comments a second that a room may have queued; 0 for no limit.
        public var roomRate = 0.0
        /// Paid comments a second that a room may have shown as such; 0 for no limit.
        public var paidRate = 10.0
        /// Rooms a minute that one client may begin with full standing; 0 for no limit.
        public var newRoomsPerMinute = 600
        /// How long an id is remembered.
        public var dedupeSeconds = 600
        /// How many ids are remembered, all rooms together.
        public var dedupeIDs = 524_288

        /// Creates the defaults.
        public init() {}
    }

    /// How many rooms there may be, and for how long.
    public struct Rooms: Sendable {
        /// The most rooms at a time.
        public var max = 10_000
        /// How long a room without subscribers is kept after its last comment.
        public var idle: Duration = .seconds(1800)

        /// Creates the defaults.
        public init() {}
    }

    /// What is let in.
    public var admission = Admission()
    /// How many rooms there may be, and for how long.
    public var rooms = Rooms()
    /// When a batch leaves.
    public var batcher = BatcherConfiguration()
    /// The most comments that may wait, all shards together.
    public var queueLimit = 65_536
    /// The most bytes of their fields that may wait.
    public var queueByteLimit = 16 * 1024 * 1024
    /// When frames leave and what they hold.
    public var fanOut = FanOutConfiguration()
    /// When the scorer is given up for its fallback, and for how long.
    public var breaker = CircuitBreakerConfiguration()
    /// Whether `uid` itself is published, and not a keyed hash of it.
    public var exposesUserID = false
    /// How many shards there are; a power of two.
    ///
    /// Each has its own locks, queue and batcher.
    public var shardCount = 16

    /// Creates the defaults.
    public init() {}
}
