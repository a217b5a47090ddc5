import DanmakuPipeline
import SentimentModel
import Testing

/// A room's timeline under every combination of the edges of its arguments.
@Suite("Timeline: edges of 64-bit integers", .computes)
struct TimelineEdgeTests {
    private static let here: Int64 = 1_763_654_400_123 + 5_000_000
    private static let times: [Int64] = [
        .min, .min + 1, -1, 0, 1, here - 3_600_001, here - 1, here, here + 1, 1 << 53, .max - 1, .max,
    ]
    private static let steps: [Int64] = [.min, 0, 1, 60_000, 3_600_000, (1 << 53) + 1, .max]

    @Test("no combination traps, makes more points than there are, or loses a comment")
    func combinations() {
        let room = Self.room()
        for from in Self.times {
            for to in Self.times {
                for step in Self.steps {
                    var aggregate = room
                    let now = AggregationFixture.time(5000)
                    let points = aggregate.timeline(from: from, to: to, step: step, now: now)
                    #expect(points.count <= 3602, "\(from) \(to) \(step)")
                    #expect(points.allSatisfy { $0.at >= 0 && $0.at < max(1, to) }, "\(from) \(to) \(step)")
                    if from <= Self.here - 3_600_001, to > Self.here {
                        #expect(points.reduce(0) { $0 + $1.comments } == 3, "\(from) \(to) \(step)")
                    }
                }
            }
        }
    }

    @Test("the clocks may say anything")
    func clocks() {
        for milliseconds in Self.times {
            for nanoseconds: Int64 in [.min, -1, 0, 5_000_000_000_000, .max] {
                for step in Self.steps {
                    var aggregate = Self.room()
                    let now = Timestamp(nanoseconds: nanoseconds, milliseconds: milliseconds)
                    let points = aggregate.timeline(from: .min, to: .max, step: max(step, 60_000), now: now)
                    #expect(points.count <= 62)
                }
            }
        }
    }

    private static func room() -> RoomAggregate {
        var aggregate = RoomAggregate(now: AggregationFixture.time(1500))
        for second: Int64 in [2000, 4990, 5000] {
            aggregate.add("a", AggregationFixture.sentiment(500), at: AggregationFixture.time(second))
        }
        return aggregate
    }
}
