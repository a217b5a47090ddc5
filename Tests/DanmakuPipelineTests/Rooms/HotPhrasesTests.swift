import DanmakuPipeline
import Foundation
import SentimentModel
import Testing

/// Phrases, as a room's snapshot shows them.
@Suite("Hot phrases")
struct HotPhrasesTests {
    private struct Shown: Equatable {
        var text: String
        var count: Int
        var mood: Int
        var affective = true
    }

    private static func phrases(_ aggregate: inout RoomAggregate, at second: Int64) -> [Shown] {
        let snapshot = aggregate.snapshot(now: AggregationFixture.time(second), degraded: false)
        var start = 0
        return snapshot.phrases.map { phrase in
            defer { start = phrase.end }
            let text = String(decoding: snapshot.phraseBytes[start..<phrase.end], as: UTF8.self)
            return Shown(text: text, count: phrase.count, mood: phrase.mood, affective: phrase.affective)
        }
    }

    @Test("counts and mean scores of what was written more than once, the hottest first")
    func countsAndMeans() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        for turn in 0..<6 {
            let score: Int16 = turn % 2 == 0 ? 900 : 300
            aggregate.add("666", AggregationFixture.sentiment(score), at: AggregationFixture.time(1))
            if turn < 3 {
                aggregate.add("牛啊", AggregationFixture.sentiment(-400), at: AggregationFixture.time(2))
            }
        }
        aggregate.add("once", at: AggregationFixture.time(3))
        let expected = [Shown(text: "666", count: 6, mood: 600), Shown(text: "牛啊", count: 3, mood: -400)]
        #expect(Self.phrases(&aggregate, at: 3) == expected)
    }

    @Test("votes are phrases, and marked as what says nothing of the mood")
    func votes() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        for _ in 0..<4 {
            aggregate.add("扣1", .nonAffective, at: AggregationFixture.time(1))
        }
        for _ in 0..<3 {
            aggregate.add("牛啊", AggregationFixture.sentiment(700), at: AggregationFixture.time(1))
        }
        let expected = [
            Shown(text: "扣1", count: 4, mood: 0, affective: false), Shown(text: "牛啊", count: 3, mood: 700),
        ]
        #expect(Self.phrases(&aggregate, at: 1) == expected)
        #expect(aggregate.snapshot(now: AggregationFixture.time(1), degraded: false).windows[0].comments == 7)
    }

    @Test("at most 16 characters; nothing that is not scored")
    func whatIsAPhrase() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        let sixteen = String(repeating: "哈", count: 16)
        let emoji = String(repeating: "😀", count: 16)
        for _ in 0..<3 {
            aggregate.add(sixteen, at: AggregationFixture.time(1))
            aggregate.add(emoji, at: AggregationFixture.time(1))
            aggregate.add(sixteen + "哈", at: AggregationFixture.time(1))
            aggregate.add("12345678901234567", at: AggregationFixture.time(1))
            aggregate.add("送出小心心", nil, kind: .gift, at: AggregationFixture.time(1))
            aggregate.add("", at: AggregationFixture.time(1))
        }
        #expect(Set(Self.phrases(&aggregate, at: 1).map(\.text)) == [sixteen, emoji])
    }

    @Test("a burst fades within minutes and is gone after an hour")
    func fades() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        for _ in 0..<1000 {
            aggregate.add("666", at: AggregationFixture.time(0))
        }
        #expect(Self.phrases(&aggregate, at: 0).map(\.count) == [1000])
        let later = Self.phrases(&aggregate, at: 300).map(\.count)
        #expect(later.count == 1 && abs(later[0] - 368) < 4)
        #expect(Self.phrases(&aggregate, at: 3600).isEmpty)
    }

    @Test(
        "never more than was written, and whatever makes up 2 % is there",
        .computes,
        arguments: AggregationFixture.seeds
    )
    func boundsInNoise(seed: UInt64) {
        var random = AggregationFixture.Random(seed: seed)
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        var exact: [String: Double] = [:]
        var total = 0.0
        let hot = ["666", "哈哈哈", "牛啊", "awsl", "233", "泪目", "可爱", "KEKW"]
        for second in 0..<Int64(900) {
            if second % 10 == 0 {
                let factor = exp(-10.0 / 300)
                exact = exact.mapValues { $0 * factor }
                total *= factor
            }
            for _ in 0..<20 {
                // Eight phrases of 2.5 % each, and mostly texts that hardly repeat.
                let isHot = Int.random(in: 0..<5, using: &random) == 0
                let text =
                    isHot ? hot.randomElement(using: &random)! : "t\(UInt16.random(in: 0...50_000, using: &random))"
                aggregate.add(text, at: AggregationFixture.time(second))
                exact[text, default: 0] += 1
                total += 1
            }
        }
        let shown = Self.phrases(&aggregate, at: 899)
        for phrase in shown {
            #expect(Double(phrase.count) <= exact[phrase.text]! + 1)
        }
        for phrase in hot where exact[phrase]! > total * 0.02 {
            let found = shown.first { $0.text == phrase }
            #expect(found != nil, "\(phrase) with \(exact[phrase]!) of \(total)")
            #expect(Double(found?.count ?? 0) > exact[phrase]! - total / 64)
        }
        #expect(shown.count <= 10)
        #expect(shown.map(\.count) == shown.map(\.count).sorted(by: >))
    }
}
