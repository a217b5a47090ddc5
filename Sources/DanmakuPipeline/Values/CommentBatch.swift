/// One comment on its way through a shard, after admission and before its result.
package struct QueuedComment: Sendable {
    /// Where its fields lie in ``CommentBatch/bytes``.
    package var fields: CommentFields
    /// The room, as the shard numbers them.
    package var slot: UInt32
    /// The room's own count of queued comments, reserved at enqueue: results are released in this order.
    package var number: UInt64
    /// When the edge had read it.
    package var receivedAt: Timestamp
    /// The source's time in milliseconds since 1970, or ``DecodedComment/absentTime``.
    package var sentAt: Int64
    /// The keyed hash of `uid` (else of `name`); 0 if it has neither.
    package var author: UInt64

    /// Creates a queued comment.
    package init(
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
package struct CommentBatch: Sendable {
    /// The fields of all comments.
    package var bytes: [UInt8] = []
    /// The comments, in order of admission.
    package var comments: [QueuedComment] = []
    /// The rooms whose first comment is in this batch, so that the board learns their names.
    package var newRooms: [NewRoom] = []
    /// The requests that wait for a comment's result (`?wait=scored`); nearly always empty.
    package var watchers: [Watcher] = []

    /// A room that has no board yet.
    package struct NewRoom: Sendable {
        /// The room, as the shard numbers them.
        package var slot: UInt32
        /// Its name.
        package var name: RoomName
    }

    /// A request that waits for one comment's result.
    package struct Watcher: Sendable {
        /// The index in ``CommentBatch/comments``.
        package var position: Int
        /// The item of the request's body.
        package var item: UInt64
        /// Where the result goes.
        package var watch: ResultWatch
    }

    /// Creates an empty batch.
    package init() {}
}
