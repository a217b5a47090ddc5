import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("Token bucket")
struct TokenBucketTests {
    static let second: Int64 = 1_000_000_000

    @Test("rate 0 is no limit")
    func unlimited() {
        var bucket = TokenBucket(rate: 0, burst: 0)
        #expect(bucket.take(1_000_000, now: 0) == true)
        #expect(bucket.delay(for: 1_000_000, now: 0) == 0)
        #expect(bucket.spend(1_000_000, now: 0) == 0)
    }

    @Test("a burst goes at once, then the rate")
    func burst() {
        var bucket = TokenBucket(rate: 10, burst: 5)
        #expect(bucket.take(5, now: 7) == true)
        #expect(bucket.take(1, now: 7) == false)
        #expect(bucket.take(1, now: 7 + Self.second / 10 - 1) == false)
        #expect(bucket.take(1, now: 7 + Self.second / 10) == true)
        #expect(bucket.take(6, now: 100 * Self.second) == false, "more than the burst never goes at once")
        #expect(bucket.take(5, now: 100 * Self.second) == true)
    }

    @Test("after the delay it goes, a nanosecond earlier it does not")
    func delay() {
        var bucket = TokenBucket(rate: 1000, burst: 10)
        #expect(bucket.delay(for: 10, now: 0) == 0)
        #expect(bucket.take(10, now: 0) == true)
        let delay = bucket.delay(for: 3, now: 0)
        var early = bucket
        #expect(early.take(3, now: delay - 2) == false)
        #expect(bucket.take(3, now: delay) == true)
        #expect(bucket.delay(for: 99, now: delay) <= Self.second / 100 + 1, "at most until it is full")
        #expect(TokenBucket(rate: 1e-12, burst: 1).delay(for: 1, now: 0) == 0)
    }

    @Test("a tiny rate does not overflow")
    func tiny() {
        var bucket = TokenBucket(rate: 1e-12, burst: 1)
        #expect(bucket.take(1, now: 0) == true)
        #expect(bucket.delay(for: 1, now: 0) == 86_400 * Self.second + 1)
    }

    @Test("a debt is paid at the rate")
    func debt() {
        var bucket = TokenBucket(rate: 100, burst: 10)
        #expect(bucket.spend(10, now: 0) == 0)
        let delay = bucket.spend(50, now: 0)
        #expect(delay == Self.second / 2 + 1)
        #expect(bucket.spend(0, now: delay) == 0)
        #expect(bucket.spend(1, now: delay) > 0)
    }

    @Test("time that goes back brings nothing and breaks nothing")
    func backwards() {
        var bucket = TokenBucket(rate: 10, burst: 1)
        #expect(bucket.take(1, now: 5 * Self.second) == true)
        #expect(bucket.take(1, now: 3 * Self.second) == false)
        #expect(bucket.take(1, now: 5 * Self.second) == false)
        #expect(bucket.take(1, now: 5 * Self.second + Self.second / 10) == true)
    }

    @Test("never more than burst + rate × time, and nearly that if asked often", arguments: 0..<50)
    func bound(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rate = Double.random(in: 1...1000, using: &random)
        let burst = Double.random(in: 1...100, using: &random)
        var bucket = TokenBucket(rate: rate, burst: burst)
        var now: Int64 = 0
        var taken = 0
        for _ in 0..<5000 {
            now += Int64.random(in: 0...2_000_000, using: &random)
            if bucket.take(1, now: now) {
                taken += 1
            }
            guard Double(taken) <= burst + rate * Double(now) / 1e9 + 1e-6 else {
                Issue.record("seed \(seed): \(taken) taken after \(now) ns")
                return
            }
        }
        // Asked a thousand times a second, at least what a slower asker may get of the rate comes through.
        #expect(Double(taken) >= min(4000, burst + min(rate, 400) * Double(now) / 1e9 - 2) * 0.9, "seed \(seed)")
    }
}
