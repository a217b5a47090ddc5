import DanmakuPipeline
import SentimentModel
import Testing

@Suite("Memory of a room")
struct RoomMemoryTests {
    @Test("at most 32 KiB, whatever happens for hours")
    func bounded() {
        var random = AggregationFixture.Random(seed: 9)
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        var most = 0
        for second in 0..<Int64(9000) {
            for _ in 0..<8 {
                let text = String(UInt64.random(in: 0..<2000, using: &random), radix: 2)
                let sentiment = AggregationFixture.sentiment(using: &random)
                aggregate.add(text, sentiment, author: random.next(), at: AggregationFixture.time(second))
            }
            if second % 500 == 0 {
                // The longest phrases there are, often enough to have their texts kept.
                for letter in 0..<40 {
                    let text = String(repeating: Character(Unicode.Scalar(0x1F600 + letter)!), count: 16)
                    aggregate.add(text, at: AggregationFixture.time(second))
                    aggregate.add(text, at: AggregationFixture.time(second))
                }
            }
            aggregate.countLost(1, at: AggregationFixture.time(second))
            most = max(most, aggregate.memoryBytes)
        }
        #expect(most <= 32_768)
        #expect(most > 24_000)
    }

    @Test("a handful of comments takes less than 2 KiB")
    func smallRoom() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        for second in 0..<Int64(4) {
            aggregate.add("text \(second)", author: UInt64(second + 1), at: AggregationFixture.time(second))
        }
        #expect(aggregate.memoryBytes < 2048)
    }

    @Test("a comment every ten minutes takes less than 3 KiB, for days")
    func sparseRoom() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        for turn in 0..<Int64(500) {
            aggregate.add("text \(turn)", author: UInt64(turn + 1), at: AggregationFixture.time(turn * 600))
            #expect(aggregate.memoryBytes < 3072)
        }
    }

    @Test("what a busy room had is given back when it has been silent for an hour")
    func givenBack() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        for second in 0..<Int64(600) {
            aggregate.add("text \(second)", author: UInt64(second + 1), at: AggregationFixture.time(second))
        }
        _ = aggregate.snapshot(now: AggregationFixture.time(600 + 3600 + 10), degraded: false)
        #expect(aggregate.memoryBytes < 1024)
    }
}
