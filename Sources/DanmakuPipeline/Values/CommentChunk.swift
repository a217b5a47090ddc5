package import SentimentModel

/// One comment that the ``CommentRules`` have passed; every field lies in the bytes of its ``CommentChunk``.
package struct DecodedComment: Sendable {
    /// 1–64 bytes of `A–Z a–z 0–9 . _ : -`.
    package var room: TextRange
    /// 1–1,024 bytes of UTF-8, trimmed, without control characters, not escaped.
    package var text: TextRange
    /// At most 128 bytes of UTF-8, unescaped; empty if absent.
    ///
    /// An integer's digits as written.
    package var id: TextRange = .empty
    /// At most 128 bytes of UTF-8, unescaped; empty if absent.
    ///
    /// Never leaves the server.
    package var uid: TextRange = .empty
    /// At most 64 bytes of UTF-8, unescaped, cut on a scalar; empty if absent.
    package var name: TextRange = .empty
    /// The digits of `price` as written (a JSON number of at most 32 bytes); empty if absent.
    package var price: TextRange = .empty
    /// The ``RoomName/hash`` of `room`: picks the shard.
    package var roomHash: UInt64
    /// The source's own time in milliseconds since 1970, or ``absentTime``.
    package var sentAt: Int64 = DecodedComment.absentTime
    /// Which line or array element this was, counted as the protocol counts them.
    package var item: UInt64
    /// The kind.
    package var kind: CommentKind = .chat
    /// Whether `id` was a JSON integer, so that it is echoed as one.
    package var idIsInteger = false

    /// Stands in ``sentAt`` for a comment without `sentAt`.
    package static let absentTime = Int64.min

    /// Creates a comment with its required fields; the optional ones are set afterwards.
    init(room: TextRange, roomHash: UInt64, text: TextRange, item: UInt64) {
        self.room = room
        self.roomHash = roomHash
        self.text = text
        self.item = item
    }
}

/// A comment that was refused by the edge: which one, and why.
package struct Rejection: Sendable, Equatable {
    /// The line or array index.
    package var item: UInt64
    /// The reason.
    package var error: CommentError

    /// Creates a rejection.
    package init(item: UInt64, error: CommentError) {
        self.item = item
        self.error = error
    }
}

/// What one socket read held, decoded: the unit that crosses from the edge into the pipeline.
///
/// Bytes are copied once, from the read buffer into ``bytes``; all else is ranges.
package struct CommentChunk: Sendable {
    /// The fields of all comments.
    package internal(set) var bytes: [UInt8]
    /// The valid comments, in their order.
    package internal(set) var comments: [DecodedComment]
    /// The refused ones, in their order.
    package internal(set) var rejections: [Rejection]

    /// Creates an empty chunk with room for some bytes and comments.
    init(byteCapacity: Int = 0, commentCapacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(byteCapacity)
        comments = []
        comments.reserveCapacity(commentCapacity)
        rejections = []
    }
}
