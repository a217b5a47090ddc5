public import DanmakuPipeline
import SentimentModel

/// A comment in a test's words.
public struct CommentFixture: Sendable {
    /// The room.
    public var room: String
    /// The text.
    public var text: String
    /// The id; empty for none.
    public var id: String
    /// The uid; empty for none.
    public var uid: String
    /// The name; empty for none.
    public var name: String
    /// The price as written; empty for none.
    public var price: String
    /// The kind.
    public var kind: CommentKind
    /// Milliseconds since 1970.
    public var sentAt: Int64
    /// Whether the id was an integer.
    public var idIsInteger: Bool

    /// Creates a comment, an ordinary one unless told otherwise.
    public init(
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
    /// A chunk of these comments, as the edge would have decoded them; items are counted from 0.
    public init(_ fixtures: [CommentFixture]) {
        self.init()
        for fixture in fixtures {
            append(fixture)
        }
    }

    /// A chunk of ordinary comments: room and text.
    public init(_ comments: [(room: String, text: String)]) {
        self.init(comments.map { CommentFixture(room: $0.room, text: $0.text) })
    }

    /// A chunk of comments that can be repeats: room, text and id.
    public init(_ comments: [(room: String, text: String, id: String)]) {
        self.init(comments.map { CommentFixture(room: $0.room, text: $0.text, id: $0.id) })
    }

    /// Adds a comment as the newest.
    public mutating func append(_ fixture: CommentFixture) {
        let room = range(of: fixture.room)
        var comment = DecodedComment(
            room: room,
            roomHash: roomHash(fixture.room.utf8),
            text: range(of: fixture.text),
            item: UInt64(comments.count)
        )
        comment.id = range(of: fixture.id)
        comment.uid = range(of: fixture.uid)
        comment.name = range(of: fixture.name)
        comment.price = range(of: fixture.price)
        comment.kind = fixture.kind
        comment.sentAt = fixture.sentAt
        comment.idIsInteger = fixture.idIsInteger
        comments.append(comment)
    }

    private mutating func range(of field: String) -> TextRange {
        guard !field.isEmpty else {
            return .empty
        }
        let start = bytes.count
        bytes.append(contentsOf: field.utf8)
        return TextRange(start: start, count: bytes.count - start)
    }
}
