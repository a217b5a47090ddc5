import DanmakuPipeline
import SentimentModel

/// What became of one item, in values that the decoder and its oracles can be compared by.
enum DecodedItem: Equatable {
    /// The bytes of a comment's fields.
    struct Fields: Equatable {
        var room: [UInt8] = []
        var text: [UInt8] = []
        var id: [UInt8] = []
        var idIsInteger = false
        var uid: [UInt8] = []
        var name: [UInt8] = []
        var price: [UInt8] = []
        var sentAt: Int64?
        var kind = "chat"
    }

    case comment(Fields)
    case rejected(String)

    /// Decodes one line on its own; `nil` if it counted for nothing.
    static func ours(_ line: [UInt8], fixedRoom: String? = nil) -> DecodedItem? {
        let room = fixedRoom.flatMap { RoomName($0) }
        var decoder = LineDecoder(maxLineBytes: 1 << 20, expectsHello: false, fixedRoom: room)
        var output = line.withUnsafeBytes { decoder.decode($0) }
        if output.tooLongLine == nil {
            output = decoder.finish()
        }
        return items(of: output.chunk).first
    }

    /// Everything a chunk holds, by item.
    static func items(of chunk: CommentChunk) -> [DecodedItem] {
        let comments = chunk.comments.map { ($0.item, DecodedItem.comment(fields(of: $0, in: chunk.bytes))) }
        let rejections = chunk.rejections.map { ($0.item, DecodedItem.rejected($0.error.rawValue)) }
        return (comments + rejections).sorted { $0.0 < $1.0 }.map(\.1)
    }

    private static func fields(of comment: DecodedComment, in bytes: [UInt8]) -> Fields {
        func field(_ range: TextRange) -> [UInt8] {
            Array(bytes[range.indices])
        }
        return Fields(
            room: field(comment.room),
            text: field(comment.text),
            id: field(comment.id),
            idIsInteger: comment.idIsInteger,
            uid: field(comment.uid),
            name: field(comment.name),
            price: field(comment.price),
            sentAt: comment.sentAt == DecodedComment.absentTime ? nil : comment.sentAt,
            kind: comment.kind.name.description
        )
    }
}
