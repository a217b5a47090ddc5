/// Limits a rate and lets short bursts through: tokens drip in at the rate, each comment takes one.
///
/// A value without clock: the time comes in with every call, in nanoseconds of the monotonic clock. A time that lies
/// before the last one (two threads read the clock and arrive swapped) brings no tokens and takes none.
package struct TokenBucket: Sendable {
    /// Tokens a second; 0 for no limit.
    package let rate: Double
    /// The most tokens that gather while nothing is taken.
    package let burst: Double

    private var tokens: Double
    /// When ``tokens`` was true; the first call sets it, so that a bucket need not know the time when it is made.
    private var countedAt = Int64.min

    /// Creates a full bucket.
    ///
    /// - Parameters:
    ///   - rate: Tokens a second; 0 for no limit, and so is what is no finite positive number.
    ///   - burst: The most tokens that gather; what is taken at once can never be more. Anything but a finite positive
    ///     number counts as 0.
    package init(rate: Double, burst: Double) {
        self.rate = rate.isFinite ? max(0, rate) : 0
        self.burst = burst.isFinite ? max(0, burst) : 0
        tokens = self.burst
    }

    /// Takes some tokens, all or none; a count of 0 or less takes none.
    package mutating func take(_ count: Int, now: Int64) -> Bool {
        guard rate > 0, count > 0 else {
            return true
        }
        refill(now: now)
        guard tokens >= Double(count) else {
            return false
        }
        tokens -= Double(count)
        return true
    }

    /// Takes some tokens that were used already, going into debt if they are not there.
    ///
    /// For a source that is slowed and not refused: it has read its chunk, and reads on once the debt is paid.
    ///
    /// - Returns: Nanoseconds until the debt is paid; 0 if there is none.
    package mutating func spend(_ count: Int, now: Int64) -> Int64 {
        guard rate > 0 else {
            return 0
        }
        refill(now: now)
        tokens -= Double(max(0, count))
        return nanoseconds(for: -tokens)
    }

    /// How long until ``take(_:now:)`` of this count succeeds if no other caller takes tokens, in nanoseconds.
    ///
    /// More than ``burst`` never succeeds at once; the answer is then for a full bucket.
    package func delay(for count: Int, now: Int64) -> Int64 {
        guard rate > 0 else {
            return 0
        }
        var bucket = self
        bucket.refill(now: now)
        return bucket.nanoseconds(for: min(Double(count), burst) - bucket.tokens)
    }

    /// How long until the bucket is full if no caller takes tokens, in nanoseconds.
    package func delayUntilFull(now: Int64) -> Int64 {
        guard rate > 0 else {
            return 0
        }
        var bucket = self
        bucket.refill(now: now)
        return bucket.nanoseconds(for: burst - bucket.tokens)
    }

    private mutating func refill(now: Int64) {
        if countedAt == .min {
            countedAt = now
        }
        guard now > countedAt else {
            return
        }
        let (elapsed, overflows) = now.subtractingReportingOverflow(countedAt)
        tokens = min(burst, tokens + Double(overflows ? .max : elapsed) * rate / 1_000_000_000)
        countedAt = now
    }

    private func nanoseconds(for missing: Double) -> Int64 {
        // A rate of one in centuries must not overflow: no caller waits longer than a day.
        missing > 0 ? Int64(min(86_400, missing / rate) * 1_000_000_000) + 1 : 0
    }
}
