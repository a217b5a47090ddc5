package import DanmakuPipeline

/// A comment in a test's words.
package struct CommentFixture: Sendable {
    /// The room.
    package var room: String
    /// The text.
    package var text: String
    /// The id; empty for none.
    package var id: String
    /// The uid; empty for none.
    package var uid: String
    /// The name; empty for none.
    package var name: String
    /// The price as written; empty for none.
    package var price: String
    /// The kind.
    package var kind: CommentKind
    /// Milliseconds since 1970.
    package var sentAt: Int64
    /// Whether the id was an integer.
    package var idIsInteger: Bool

    /// Creates a comment, an ordinary one unless told otherwise.
    package init(
        room: String = "room",
        text: String,
        id: String = "",
        uid: String = "",
        name: String = "",
        price: String = "",
        kind: CommentKind = .chat,
        sentAt: Int64 = DecodedComment.absentTime,
        idIsInteger: Bool = false
    ) {
        self.room = room
        self.text = text
        self.id = id
        self.uid = uid
        self.name = name
        self.price = price
        self.kind = kind
        self.sentAt = sentAt
        self.idIsInteger = idIsInteger
    }
}

extension CommentChunk {
    /// A chunk of these comments, which have to be valid; items are counted from 0.
    package init(_ fixtures: [CommentFixture]) {
        var builder = Builder()
        for (index, fixture) in fixtures.enumerated() {
            builder.append(fixture.comment, item: UInt64(index))
        }
        precondition(builder.chunk.rejections.isEmpty, "invalid fixtures: \(builder.chunk.rejections)")
        self = builder.chunk
    }

    /// A chunk of ordinary comments: room and text.
    package init(_ comments: [(room: String, text: String)]) {
        self.init(comments.map { CommentFixture(room: $0.room, text: $0.text) })
    }

    /// A chunk of comments that can be repeats: room, text and id.
    package init(_ comments: [(room: String, text: String, id: String)]) {
        self.init(comments.map { CommentFixture(room: $0.room, text: $0.text, id: $0.id) })
    }
}

extension CommentFixture {
    /// The comment as a source has it.
    fileprivate var comment: SourceComment {
        var comment = SourceComment(room: RoomName(stringLiteral: room), text: text)
        if !id.isEmpty {
            comment.id = idIsInteger ? .integer(Int64(id)!) : .text(id)
        }
        comment.uid = uid
        comment.name = name
        comment.price = price
        comment.kind = kind
        comment.sentAt = sentAt == DecodedComment.absentTime ? nil : sentAt
        return comment
    }
}

extension RoomName: ExpressibleByStringInterpolation {
    /// The name of a test's room, which has to be valid.
    package init(stringLiteral name: String) {
        guard let room = RoomName(name) else {
            preconditionFailure("\(name) is not a room's name")
        }
        self = room
    }
}
