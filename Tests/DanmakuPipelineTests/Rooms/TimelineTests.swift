import DanmakuPipeline
import SentimentModel
import Testing

@Suite("Timeline")
struct TimelineTests {
    @Test("every comment of the hour is in one point, at its second or its decade", arguments: AggregationFixture.seeds)
    func agreesWithReference(seed: UInt64) {
        var random = AggregationFixture.Random(seed: seed)
        var aggregate = RoomAggregate(now: AggregationFixture.time(1000))
        var comments: [(second: Int64, sentiment: Sentiment)] = []
        var second: Int64 = 1000
        while second < 6000 {
            second += Int64.random(in: 0...9, using: &random)
            let sentiment = AggregationFixture.sentiment(using: &random)
            aggregate.add("a", sentiment, at: AggregationFixture.time(second))
            comments.append((second, sentiment))
        }
        let now = AggregationFixture.time(second)
        let offset = now.milliseconds - second * 1000
        for step: Int64 in [10_000, 60_000] {
            let points = aggregate.timeline(
                from: now.milliseconds - 3_600_000,
                to: now.milliseconds,
                step: step,
                now: now
            )
            var expected: [Int64: (comments: Int, sum: Int, affective: Int, negative: Int)] = [:]
            for comment in comments where second / 10 - comment.second / 10 < 360 {
                let start = second - comment.second < 300 ? comment.second : comment.second / 10 * 10
                let at = (start * 1000 + offset) / step * step
                var point = expected[at, default: (0, 0, 0, 0)]
                point.comments += 1
                point.sum += comment.sentiment.affective ? Int(comment.sentiment.score) : 0
                point.affective += comment.sentiment.affective ? 1 : 0
                point.negative += comment.sentiment.label == .negative ? 1 : 0
                expected[at] = point
            }
            #expect(
                points.map(\.at)
                    == stride(from: points[0].at, through: points.last!.at, by: Int(step)).map { Int64($0) }
            )
            for point in points {
                let wanted = expected[point.at] ?? (0, 0, 0, 0)
                #expect(point.comments == wanted.comments)
                #expect(point.negative == wanted.negative)
                #expect((point.mean == nil) == (wanted.affective == 0))
                if let mean = point.mean {
                    #expect(abs(mean * wanted.affective - wanted.sum) * 2 <= wanted.affective)
                }
            }
        }
    }

    @Test("under a fine step, ten old seconds are spread evenly, and none is lost", arguments: AggregationFixture.seeds)
    func fineSteps(seed: UInt64) {
        var random = AggregationFixture.Random(seed: seed)
        var aggregate = RoomAggregate(now: AggregationFixture.time(1000))
        var counts: [Int64: Int] = [:]
        for second in Int64(1000)..<2000 {
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                aggregate.add("a", AggregationFixture.sentiment(-300), at: AggregationFixture.time(second))
                counts[second, default: 0] += 1
            }
        }
        let now = AggregationFixture.time(1999)
        let from = now.milliseconds - 999_000
        let points = aggregate.timeline(from: from, to: now.milliseconds + 1000, step: 1000, now: now)
        #expect(points.reduce(0) { $0 + $1.comments } == counts.values.reduce(0, +))
        #expect(points.reduce(0) { $0 + $1.negative } == counts.values.reduce(0, +))
        #expect(points.allSatisfy { $0.mean == ($0.comments == 0 ? nil : -300) })
        let offset = now.milliseconds - 1_999_000
        for point in points {
            let second = (point.at + 999 - offset) / 1000
            if second > 1999 - 300 {
                #expect(point.comments == counts[second] ?? 0)
            } else {
                let decade = second / 10 * 10
                let all = (decade..<decade + 10).filter { $0 <= 1999 - 300 }.reduce(0) { $0 + (counts[$1] ?? 0) }
                #expect(abs(point.comments * 10 - all) < 10 || decade + 10 > 1999 - 300)
            }
        }
    }

    @Test("a stretch without time has no points")
    func emptyStretch() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        let now = AggregationFixture.time(5)
        #expect(aggregate.timeline(from: 2_000_500, to: 2_000_500, step: 1000, now: now).isEmpty)
        #expect(aggregate.timeline(from: 3_000_000, to: 2_000_000, step: 1000, now: now).isEmpty)
    }
}
