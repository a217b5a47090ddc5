/// One comment on its way through a shard, after admission and before its result.
public struct QueuedComment: Sendable {
    /// Where its fields lie in ``CommentBatch/bytes``.
    public var fields: CommentFields
    /// The room, as the shard numbers them.
    public var slot: UInt32
    /// The room's own count of queued comments, reserved at enqueue: results are released in this order.
    public var number: UInt64
    /// When the edge had read it.
    public var receivedAt: Timestamp
    /// The source's time in milliseconds since 1970, or ``DecodedComment/absentTime``.
    public var sentAt: Int64
    /// The keyed hash of `uid` (else of `name`); 0 if it has neither.
    public var author: UInt64

    /// Creates a queued comment.
    public init(
        fields: CommentFields,
        slot: UInt32,
        number: UInt64,
        receivedAt: Timestamp,
        sentAt: Int64,
        author: UInt64
    ) {
        self.fields = fields
        self.slot = slot
        self.number = number
        self.receivedAt = receivedAt
        self.sentAt = sentAt
        self.author = author
    }
}

/// Comments that are scored together, and the bytes of all their fields.
public struct CommentBatch: Sendable {
    /// The fields of all comments.
    public var bytes: [UInt8] = []
    /// The comments, in order of admission.
    public var comments: [QueuedComment] = []
    /// The rooms whose first comment is in this batch, so that the board learns their names.
    public var newRooms: [NewRoom] = []
    /// The requests that wait for a comment's result (`?wait=scored`); nearly always empty.
    public var watchers: [Watcher] = []

    /// A room that has no board yet.
    public struct NewRoom: Sendable {
        /// The room, as the shard numbers them.
        public var slot: UInt32
        /// Its name.
        public var name: RoomName
    }

    /// A request that waits for one comment's result.
    public struct Watcher: Sendable {
        /// The index in ``CommentBatch/comments``.
        public var position: Int
        /// The item of the request's body.
        public var item: UInt64
        /// Where the result goes.
        public var watch: ResultWatch
    }

    /// Creates an empty batch.
    public init() {}
}
