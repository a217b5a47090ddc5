import DanmakuPipeline
import SentimentModel
import Testing

@Suite("Recent comments")
struct RecentCommentsTests {
    /// A result with random fields, and the bytes they lie in.
    private static func result(
        seq: UInt64,
        longest: Int,
        using random: inout AggregationFixture.Random
    ) -> (result: CommentResult, bytes: [UInt8]) {
        let start = Int.random(in: 0...20, using: &random)
        let fields = CommentFields(
            start: start,
            textCount: Int.random(in: 1...longest, using: &random),
            idCount: Int.random(in: 0...128, using: &random),
            nameCount: Int.random(in: 0...64, using: &random),
            uidCount: Int.random(in: 0...128, using: &random),
            priceCount: Int.random(in: 0...32, using: &random),
            idIsInteger: Bool.random(using: &random),
            kind: .allCases.randomElement(using: &random)!
        )
        let receivedAt: Int64 = 1_763_654_400_000 + Int64(seq)
        let result = CommentResult(
            fields: fields,
            seq: seq,
            receivedAt: receivedAt,
            sentAt: [DecodedComment.absentTime, receivedAt - 12, 0, -5, .max, .min + 1, receivedAt + 1 << 40]
                .randomElement(using: &random)!,
            user: Bool.random(using: &random) ? random.next() : 0,
            sentiment: fields.kind.isScored ? AggregationFixture.sentiment(using: &random) : nil,
            isFallback: Bool.random(using: &random)
        )
        let bytes = (0..<fields.all.upperBound + 5).map { _ in UInt8.random(in: 32...126, using: &random) }
        return (result, bytes)
    }

    private static func encoded(_ block: ResultBlock) -> [String] {
        block.results.indices.map { index in
            var writer = JSONWriter()
            block.encode(index, room: Array("r".utf8), into: &writer)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }

    @Test("pages are what was appended", .computes, arguments: AggregationFixture.seeds)
    func agreesWithReference(seed: UInt64) {
        var random = AggregationFixture.Random(seed: seed)
        let limit = [1, 3, 200].randomElement(using: &random)!
        var recent = RecentComments(limit: limit, byteLimit: 1 << 20)
        var reference: [String] = []
        for seq in UInt64(1)...700 {
            let (result, bytes) = Self.result(seq: seq, longest: seq % 50 == 0 ? 1024 : 40, using: &random)
            recent.append(result, fieldsFrom: bytes)
            var block = ResultBlock()
            block.append(result, fieldsFrom: bytes)
            reference.append(contentsOf: Self.encoded(block))
            guard seq % 7 == 0 else {
                continue
            }
            let count = Int.random(in: 0...250, using: &random)
            let before = Bool.random(using: &random) ? nil : UInt64.random(in: 0...(seq + 5), using: &random)
            let end = min(before.map { max(0, Int($0) - 1) } ?? Int.max, Int(seq))
            let oldest = max(0, Int(seq) - limit)
            let begin = max(oldest, end - count)
            let expected = begin < end ? Array(reference[begin..<end]) : []
            #expect(Self.encoded(recent.page(before: before, limit: count)) == expected)
        }
        #expect(recent.count == limit)
    }

    @Test("bounded in bytes: long comments push older ones out")
    func byteLimit() {
        var random = AggregationFixture.Random(seed: 3)
        var recent = RecentComments(limit: 200, byteLimit: 4096)
        for seq in UInt64(1)...100 {
            let (result, bytes) = Self.result(seq: seq, longest: 1024, using: &random)
            recent.append(result, fieldsFrom: bytes)
            #expect(recent.memoryBytes <= 4096 + 64)
            let page = recent.page(before: nil, limit: 200)
            #expect(page.results.last?.seq == seq)
            #expect(page.results.count == recent.count)
        }
    }

    @Test("an empty list has an empty page, and a room's 200 comments take about 60 bytes each")
    func sizes() {
        var recent = RecentComments()
        #expect(recent.page(before: nil, limit: 200).results.isEmpty)
        #expect(recent.page(before: 7, limit: 200).results.isEmpty)
        #expect(recent.memoryBytes == 0)
        let bytes = Array("主播太强了src-81f2小明".utf8)
        for seq in UInt64(1)...1000 {
            let fields = CommentFields(start: 0, textCount: 15, idCount: 8, nameCount: 6)
            let sentiment = AggregationFixture.sentiment(700)
            recent.append(
                CommentResult(
                    fields: fields,
                    seq: seq,
                    receivedAt: 1_763_654_400_000,
                    sentAt: 1_763_654_399_000,
                    user: 77,
                    sentiment: sentiment,
                    isFallback: false
                ),
                fieldsFrom: bytes
            )
        }
        #expect(recent.count == 200)
        #expect(recent.memoryBytes < 200 * 90)
    }
}
