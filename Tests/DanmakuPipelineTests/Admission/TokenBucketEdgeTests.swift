import DanmakuPipeline
import Testing

/// A bucket whatever it is told.
@Suite("Token bucket: edges of numbers")
struct TokenBucketEdgeTests {
    private static let doubles: [Double] = [
        .nan, .infinity, -.infinity, -1, -0.0, 0, .leastNonzeroMagnitude, 1, 0x1p53 + 1, 1e308,
        .greatestFiniteMagnitude,
    ]
    private static let integers: [Int] = [.min, .min + 1, -1, 0, 1, (1 << 53) - 1, (1 << 53) + 1, .max]
    private static let longest: Int64 = 86_400 * 1_000_000_000 + 1

    @Test("no rate, burst, count or time traps, and nobody waits longer than a day")
    func combinations() {
        for rate in Self.doubles {
            for burst in Self.doubles {
                for first in Self.integers {
                    for second in Self.integers {
                        var bucket = TokenBucket(rate: rate, burst: burst)
                        _ = bucket.take(second, now: Int64(first))
                        let debt = bucket.spend(first, now: Int64(second))
                        let delays = [
                            debt, bucket.delay(for: second, now: Int64(first)),
                            bucket.delayUntilFull(now: Int64(second)),
                        ]
                        #expect(delays.allSatisfy { (0...Self.longest).contains($0) }, "\(rate) \(burst) \(delays)")
                    }
                }
            }
        }
    }

    @Test("a rate that is no finite positive number is no limit, such a burst is none", arguments: doubles.prefix(6))
    func nonsense(value: Double) {
        var unlimited = TokenBucket(rate: value, burst: 1)
        #expect(unlimited.take(.max, now: 0) == true)
        var empty = TokenBucket(rate: 1, burst: value)
        #expect(empty.take(1, now: 0) == false)
    }

    @Test("a count below 1 neither takes nor gives")
    func negative() {
        var bucket = TokenBucket(rate: 1, burst: 2)
        #expect(bucket.take(-5, now: 0) == true)
        #expect(bucket.spend(-5, now: 0) == 0)
        #expect(bucket.take(3, now: 0) == false)
        #expect(bucket.take(2, now: 0) == true)
    }
}
