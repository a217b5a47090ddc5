import DanmakuPipeline
import SentimentModel

/// What became of one item, by value, so that two ways of decoding it can be compared.
struct DecodedItem: Equatable {
    /// The line or the index.
    var item: UInt64
    var error: CommentError?
    var room: [UInt8] = []
    var text: [UInt8] = []
    var id: [UInt8] = []
    var uid: [UInt8] = []
    var name: [UInt8] = []
    var price: [UInt8] = []
    var sentAt: Int64 = 0
    var kind = CommentKind.chat
    var idIsInteger = false

    /// The same item under another number.
    func numbered(_ item: UInt64) -> DecodedItem {
        var copy = self
        copy.item = item
        return copy
    }

    /// Everything a chunk holds, by item; checks what every later stage relies on.
    static func all(of chunk: CommentChunk) throws -> [DecodedItem] {
        var items = try chunk.comments.map { try DecodedItem($0, in: chunk.bytes) }
        items += chunk.rejections.map { DecodedItem(item: $0.item, error: $0.error) }
        items.sort { $0.item < $1.item }
        for (left, right) in zip(items, items.dropFirst()) {
            try require(left.item < right.item, "item \(right.item) is there twice")
        }
        return items
    }

    private init(item: UInt64, error: CommentError?) {
        self.item = item
        self.error = error
    }

    private init(_ comment: DecodedComment, in bytes: [UInt8]) throws {
        func field(_ range: TextRange, _ name: String, _ sizes: ClosedRange<Int>) throws -> [UInt8] {
            try require(range.indices.upperBound <= bytes.count, "\(name) lies outside of its chunk")
            let field = Array(bytes[range.indices])
            try require(sizes.contains(field.count), "\(name) has \(field.count) bytes")
            try require(String(validating: field, as: UTF8.self) != nil, "\(name) is not UTF-8: \(field)")
            return field
        }
        self.init(item: comment.item, error: nil)
        room = try field(comment.room, "room", 1...64)
        text = try field(comment.text, "text", 1...1024)
        id = try field(comment.id, "id", 0...128)
        uid = try field(comment.uid, "uid", 0...128)
        name = try field(comment.name, "name", 0...64)
        price = try field(comment.price, "price", 0...32)
        sentAt = comment.sentAt
        kind = comment.kind
        idIsInteger = comment.idIsInteger
        try require(RoomName(room)?.hash == comment.roomHash, "\(room) is not a room's name, or the hash is another's")
        try require(!text.hasControls, "a control character is left in the text \(text)")
        let edges = [text.first, text.last]
        try require(!edges.contains(0x20), "the text is not trimmed: \(text)")
    }
}

extension [UInt8] {
    /// Whether they hold a C0 control, DEL or a C1 control, as UTF-8.
    var hasControls: Bool {
        String(decoding: self, as: UTF8.self).unicodeScalars
            .contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }
    }

    /// Whether they are UTF-8.
    var isUTF8: Bool {
        String(validating: self, as: UTF8.self) != nil
    }
}
