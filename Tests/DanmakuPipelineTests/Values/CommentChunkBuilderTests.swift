import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("Comments that are values")
struct CommentChunkBuilderTests {
    private static let room: RoomName = "room"

    private static func item(_ configure: (inout SourceComment) -> Void) -> DecodedItem? {
        var comment = SourceComment(room: room, text: "x")
        configure(&comment)
        var builder = CommentChunk.Builder()
        builder.append(comment, item: 7)
        #expect(builder.chunk.comments.count + builder.chunk.rejections.count == 1)
        return DecodedItem.items(of: builder.chunk).first
    }

    /// The comment as a line of the ingest port.
    private static func line(_ comment: SourceComment) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"room\":")
        writer.string(comment.room.description)
        writer.raw(",\"text\":")
        writer.string(comment.text)
        switch comment.id {
        case .text(let id)?:
            writer.raw(",\"id\":")
            writer.string(id)
        case .integer(let id)?:
            writer.raw(",\"id\":")
            writer.integer(id)
        case nil:
            break
        }
        writer.raw(",\"uid\":")
        writer.string(comment.uid)
        writer.raw(",\"name\":")
        writer.string(comment.name)
        if !comment.price.isEmpty {
            writer.raw(",\"price\":")
            writer.raw(comment.price.utf8)
        }
        writer.raw(",\"kind\":\"")
        writer.raw(comment.kind.name)
        writer.raw("\"")
        if let sentAt = comment.sentAt {
            writer.raw(",\"sentAt\":")
            writer.integer(sentAt)
        }
        writer.raw("}\n")
        return writer.bytes
    }

    @Test("a comment is worth the same as a value and as a line of JSON", arguments: 0..<40)
    func sameAsJSON(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "a", " ", "\n", "\r\n", "\r", "\t", "\u{0}", "\u{7F}", "\u{85}", "\u{9F}", "\u{A0}", "\u{3000}", "字", "🙂",
            "\"", "\\", "é",
        ]
        func string(_ lengths: [Int]) -> String {
            let length = lengths.randomElement(using: &random)!
            return (0..<length).map { _ in pieces.randomElement(using: &random)! }.joined()
        }
        var kinds: Set<String> = []
        for _ in 0..<200 {
            var comment = SourceComment(room: Self.room, text: string([0, 1, 3, 20, 200, 600]))
            comment.id = [nil, .integer(.random(in: .min ... .max, using: &random)), .text(string([1, 5, 40, 300]))]
                .randomElement(using: &random)!
            comment.uid = string([0, 0, 3, 60, 300])
            comment.name = string([0, 3, 30, 300])
            comment.price = ["", "", "1", "-0.5e+12", "1e100", "1e-007", String(repeating: "9", count: 33)]
                .randomElement(using: &random)!
            comment.kind = CommentKind.allCases.randomElement(using: &random)!
            comment.sentAt = [nil, 0, -5, .max, .min].randomElement(using: &random)!
            var builder = CommentChunk.Builder()
            builder.append(comment, item: 1)
            let asValue = DecodedItem.items(of: builder.chunk)
            var decoder = LineDecoder(maxLineBytes: 1 << 20, expectsHello: false)
            let asLine = DecodedItem.items(of: Self.line(comment).withUnsafeBytes { decoder.decode($0) }.chunk)
            #expect(asValue == asLine, "seed \(seed): \(comment)")
            if case .rejected(let error)? = asValue.first {
                kinds.insert(error)
            } else {
                kinds.insert("comment")
            }
        }
        #expect(kinds.isSuperset(of: ["comment", "invalid_field", "text_empty"]), "seed \(seed)")
    }

    @Test("what is too long or not a number is a rejection, and never a trap")
    func faults() {
        let long = String(repeating: "x", count: 256)
        #expect(Self.item { $0.id = .text(long) } == .rejected("invalid_field"))
        #expect(Self.item { $0.uid = long } == .rejected("invalid_field"))
        #expect(Self.item { $0.text = String(repeating: "x", count: 1025) } == .rejected("text_too_long"))
        #expect(Self.item { $0.text = " \u{3000}\n" } == .rejected("text_empty"))
        for price in ["x", "1e", "01", "+1", " 1", "1 ", "1,2", "NaN", "1e100", "--1"] {
            #expect(Self.item { $0.price = price } == .rejected("invalid_field"), "\(price)")
        }
    }

    @Test("items keep their numbers, valid or not")
    func items() {
        var builder = CommentChunk.Builder()
        for (item, text) in ["a", "", "b", " "].enumerated() {
            builder.append(SourceComment(room: Self.room, text: text), item: UInt64(item))
        }
        #expect(builder.chunk.comments.map(\.item) == [0, 2])
        #expect(builder.chunk.rejections == [1, 3].map { Rejection(item: $0, error: .textEmpty) })
    }
}
