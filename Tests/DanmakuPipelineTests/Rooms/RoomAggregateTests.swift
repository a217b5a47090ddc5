import DanmakuPipeline
import SentimentModel
import Testing

/// The aggregate against a list of everything that happened, and the contract's formulas over it.
@Suite("Room aggregate")
struct RoomAggregateTests {
    /// The naive one: keeps every comment and filters.
    struct Reference {
        struct Comment {
            var second: Int64
            var sentiment: Sentiment?
        }

        var comments: [Comment] = []
        var losses: [(second: Int64, count: Int)] = []
        var paid = 0
        let born: Int64
        var head: Int64

        func window(_ isIn: (Int64) -> Bool) -> (window: MoodSnapshot.Window, mood: Int?) {
            var window = MoodSnapshot.Window()
            var sum = 0
            var affective = 0
            for comment in comments where isIn(comment.second) {
                window.comments += 1
                guard let sentiment = comment.sentiment else {
                    continue
                }
                window.scored += 1
                if sentiment.affective {
                    affective += 1
                    sum += Int(sentiment.score)
                }
                window.positive += sentiment.label == .positive ? 1 : 0
                window.neutral += sentiment.label == .neutral ? 1 : 0
                window.negative += sentiment.label == .negative ? 1 : 0
                window.happy += sentiment.emotion == .happy ? 1 : 0
                window.angry += sentiment.emotion == .angry ? 1 : 0
                window.sad += sentiment.emotion == .sad ? 1 : 0
                window.surprised += sentiment.emotion == .surprised ? 1 : 0
            }
            guard affective > 0 else {
                return (window, nil)
            }
            window.mean = Int((Double(sum) / Double(affective)).rounded(.toNearestOrAwayFromZero))
            return (window, Int((Double(sum) / Double(affective + 5)).rounded(.toNearestOrAwayFromZero)))
        }

        func check(_ snapshot: MoodSnapshot, _ note: Comment? = nil) {
            let minute = window { head - $0 < 60 }
            let five = window { head - $0 < 300 }
            let quarter = window { head / 10 - $0 / 10 < 90 }
            let hour = window { head / 10 - $0 / 10 < 360 }
            #expect(snapshot.windows == [minute.window, five.window, quarter.window, hour.window])
            #expect(snapshot.mood == minute.mood)
            #expect(snapshot.trend == (minute.mood.map { $0 - five.mood! } ?? 0))
            let seconds = Double(min(60, max(10, head - born + 1)))
            let rate = (Double(minute.window.comments * 1000) / seconds).rounded(.toNearestOrAwayFromZero)
            #expect(snapshot.commentsPerSecond == Int(rate))
            let lost = losses.filter { head - $0.second < 60 }.reduce(0) { $0 + $1.count }
            let scored = minute.window.scored
            #expect(snapshot.coverage == (lost == 0 ? 1000 : scored * 1000 / (scored + lost)))
            #expect(snapshot.totalComments == comments.count)
            #expect(snapshot.totalPaid == paid)
        }
    }

    @Test(
        "any sequence of comments, losses, pauses and late comments gives the contract's figures",
        .computes,
        arguments: AggregationFixture.seeds
    )
    func agreesWithReference(seed: UInt64) {
        var random = AggregationFixture.Random(seed: seed)
        let start = Int64.random(in: 0...200_000, using: &random)
        var aggregate = RoomAggregate(now: AggregationFixture.time(start))
        var reference = Reference(born: start, head: start)
        for _ in 0..<1500 {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<70:
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let late: Int64 = [0, 0, 0, 0, 1, 3, 70, 310, 950, 3_605].randomElement(using: &random)!
                    let second = max(0, reference.head - Int64.random(in: 0...late, using: &random))
                    let kind = CommentKind.allCases.randomElement(using: &random)!
                    let sentiment = kind.isScored ? AggregationFixture.sentiment(using: &random) : nil
                    aggregate.add("text", sentiment, kind: kind, at: AggregationFixture.time(second))
                    reference.comments.append(.init(second: second, sentiment: sentiment))
                    reference.paid += kind == .paid ? 1 : 0
                }
            case 70..<75:
                let second = max(0, reference.head - Int64.random(in: 0...70, using: &random))
                let count = Int.random(in: 1...9, using: &random)
                aggregate.countLost(count, at: AggregationFixture.time(second))
                reference.losses.append((second, count))
            case 75..<97:
                reference.head += Int64.random(in: 1...12, using: &random)
            case 97:
                reference.head += Int64.random(in: 50...700, using: &random)
            case 98:
                reference.head += Int64.random(in: 3_000...4_000, using: &random)
            default:
                // Hours, and more than a stamp of 16 bits can tell.
                reference.head += [20_000, 65_536, 65_536 * 10, 1_000_000].randomElement(using: &random)!
            }
            let snapshot = aggregate.snapshot(now: AggregationFixture.time(reference.head), degraded: false)
            reference.check(snapshot)
        }
        #expect(aggregate.memoryBytes <= 32_768)
    }

    @Test("a room without comments is zeros, mood null, coverage 1")
    func emptyRoom() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(10))
        var expected = MoodSnapshot(at: AggregationFixture.time(20).milliseconds)
        expected.windows = [MoodSnapshot.Window](repeating: .init(), count: 4)
        #expect(aggregate.snapshot(now: AggregationFixture.time(20), degraded: false) == expected)
        expected.windows = []
        #expect(aggregate.snapshot(now: AggregationFixture.time(20), degraded: false, detail: .brief) == expected)
    }

    @Test("a time that was read before the newest comment does not move the windows back")
    func timeReadEarlier() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(100))
        aggregate.add("a", at: AggregationFixture.time(105))
        let snapshot = aggregate.snapshot(now: AggregationFixture.time(104), degraded: true)
        #expect(snapshot.windows.map(\.comments) == [1, 1, 1, 1])
        #expect(snapshot.degraded)
    }

    @Test("the mood of few comments is drawn to zero, and the trend compares it with five minutes")
    func moodAndTrend() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        for _ in 0..<5 {
            aggregate.add("a", AggregationFixture.sentiment(-800), at: AggregationFixture.time(1))
        }
        for _ in 0..<5 {
            aggregate.add("b", AggregationFixture.sentiment(800), at: AggregationFixture.time(120))
        }
        let snapshot = aggregate.snapshot(now: AggregationFixture.time(120), degraded: false)
        #expect(snapshot.mood == 400)
        #expect(snapshot.trend == 400)
        let later = aggregate.snapshot(now: AggregationFixture.time(181), degraded: false)
        #expect(later.mood == nil)
        #expect(later.trend == 0)
    }

    @Test("lost comments lower the coverage for a minute; one in many keeps it below 1")
    func coverage() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        for _ in 0..<100_000 {
            aggregate.add("a", at: AggregationFixture.time(5))
        }
        aggregate.countLost(1, at: AggregationFixture.time(6))
        #expect(aggregate.snapshot(now: AggregationFixture.time(6), degraded: false).coverage == 999)
        #expect(aggregate.snapshot(now: AggregationFixture.time(65), degraded: false).coverage == 0)
        #expect(aggregate.snapshot(now: AggregationFixture.time(66), degraded: false).coverage == 1000)
    }
}
