import DanmakuPipeline
import DanmakuTestKit
import NIOEmbedded
import Testing

@testable import DanmakuSimulation

/// The judge of a stream sees what is missing, doubled or out of order.
struct StreamJudgeTests {
    /// Three entries of room `a` with two comments each, and one of `b`, on a log of epoch `e`.
    private static func witness(_ loop: EmbeddedEventLoop) -> Witness {
        let log = LogReplica(ringBytes: 1 << 20, epoch: "e")
        let witness = Witness(log: log, loop: loop)
        log.append([results("a", 1...2), results("b", 1...1), results("a", 3...4), results("a", 5...6)], now: 0)
        return witness
    }

    private static func results(_ room: String, _ seqs: ClosedRange<UInt64>) -> EntryDraft {
        var block = ResultBlock()
        for seq in seqs {
            let text = Array("hi\(room)\(seq)".utf8)
            let fields = CommentFields(start: 0, textCount: 2, idCount: text.count - 2)
            block.append(
                CommentResult(
                    fields: fields,
                    seq: seq,
                    receivedAt: 0,
                    sentAt: DecodedComment.absentTime,
                    user: 0,
                    sentiment: nil,
                    isFallback: false
                ),
                fieldsFrom: text
            )
        }
        let published = PublishedResults(block: block, displayed: [], omitted: 0, receipts: [])
        return .results(published, room: Array(room.utf8))
    }

    /// What a stream of room `a` at level `full` is told, from the beginning of the log, and what the judge says.
    private static func failures(_ events: [String], cursor: String? = "e-0", ends: Bool = true) -> [String] {
        let loop = EmbeddedEventLoop()
        var plan = SimulatedReader.Plan()
        plan.rooms = ["a"]
        var judge = StreamJudge(plan: plan, cursor: cursor, witness: witness(loop))
        var parser = EventStreamParser()
        parser.feed(events.map { $0 + "\n\n" }.joined().utf8)
        for event in parser.events {
            judge.take(event, now: 1)
        }
        return judge.failures + (ends ? judge.missing(publishedBefore: 1) : [])
    }

    private static let hello = "event: hello\ndata: {\"epoch\":\"e\"}"
    private static let snapshot = "event: snapshot\nid: e-0\ndata: {}"
    private static let bye = "event: bye\ndata: {\"reason\":\"drain\"}"

    private static func sentiment(_ sequence: Int, _ seqs: [Int], room: String = "a") -> String {
        let results = seqs.map { "{\"seq\":\($0)}" }.joined(separator: ",")
        return "event: sentiment\nid: e-\(sequence)\ndata: {\"room\":\"\(room)\",\"results\":[\(results)]}"
    }

    private static func skipped(_ sequence: Int, comments: Int) -> String {
        "event: skipped\nid: e-\(sequence)\ndata: {\"events\":1,\"comments\":\(comments)}"
    }

    @Test("everything in order is right")
    func right() {
        let events = [
            Self.hello, Self.snapshot, Self.sentiment(1, [1, 2]), Self.sentiment(3, [3, 4]), Self.sentiment(4, [5, 6]),
            Self.bye,
        ]
        #expect(Self.failures(events) == [])
    }

    @Test("what is left out and counted is right")
    func counted() {
        let events = [
            Self.hello, Self.snapshot, Self.sentiment(1, [1, 2]), Self.skipped(3, comments: 2),
            Self.sentiment(4, [5, 6]),
        ]
        #expect(Self.failures(events) == [])
    }

    @Test(
        "a broken stream is noticed",
        arguments: [
            // An entry is left out.
            [hello, snapshot, sentiment(1, [1, 2]), sentiment(4, [5, 6])],
            // The last one never comes.
            [hello, snapshot, sentiment(1, [1, 2]), sentiment(3, [3, 4])],
            // One comes twice.
            [
                hello, snapshot, sentiment(1, [1, 2]), sentiment(1, [1, 2]), sentiment(3, [3, 4]),
                sentiment(4, [5, 6]),
            ],
            // A comment is missing in one.
            [hello, snapshot, sentiment(1, [1]), sentiment(3, [3, 4]), sentiment(4, [5, 6])],
            // Another room's comes.
            [hello, snapshot, sentiment(1, [1, 2]), sentiment(2, [1], room: "b"), sentiment(3, [3, 4])],
            // The count of what is left out is wrong.
            [hello, snapshot, sentiment(1, [1, 2]), skipped(3, comments: 1), sentiment(4, [5, 6])],
            // There is no reason for a reset.
            [hello, "event: reset\ndata: {\"reason\":\"expired\"}", "event: snapshot\nid: e-4\ndata: {}"],
            // It resumes too late.
            [hello, "event: snapshot\nid: e-1\ndata: {}", sentiment(3, [3, 4]), sentiment(4, [5, 6])],
            // Something comes after the end.
            [hello, snapshot, sentiment(1, [1, 2]), sentiment(3, [3, 4]), sentiment(4, [5, 6]), bye, bye],
            // It begins without a greeting.
            [snapshot, sentiment(1, [1, 2]), sentiment(3, [3, 4]), sentiment(4, [5, 6])],
        ]
    )
    func broken(events: [String]) {
        #expect(Self.failures(events) != [])
    }

    @Test(
        "a mood must not be older than the one before",
        arguments: [(5, 6, true), (5, 5, false), (6, 5, false)]
    )
    func moods(first: Int, second: Int, isRight: Bool) {
        let events = [first, second].map { "event: mood\ndata: {\"room\":\"a\",\"at\":\($0)}" }
        let failures = Self.failures([Self.hello, Self.snapshot] + events, ends: false)
        #expect(failures.isEmpty == isRight)
    }
}
