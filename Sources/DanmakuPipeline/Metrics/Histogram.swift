/// Counts observations by size in buckets whose bounds are fixed: plain integers, without lock and without allocation.
///
/// A shard or an event loop keeps its own and observes once a chunk or batch; they are merged at a scrape.
/// Values are integers (nanoseconds, comments); ``unitsPerOne`` says how many of them make one of what is exported.
package struct Histogram: Sendable, Equatable {
    /// The upper bounds, inclusive, ascending, in units; one more bucket takes what is above the last.
    package let bounds: [Int64]
    /// How many units make one of what is exported (10⁹ for nanoseconds that are shown as seconds).
    package let unitsPerOne: Int64
    /// How many observations fell into each bucket, not cumulative; one more than there are bounds.
    package private(set) var counts: [UInt64]
    /// The sum of all observations, in units.
    package private(set) var sum: Int64 = 0

    /// Creates an empty histogram.
    ///
    /// - Parameters:
    ///   - bounds: Ascending, in units.
    ///   - unitsPerOne: How many units make one of what is exported.
    package init(bounds: [Int64], unitsPerOne: Int64 = 1) {
        self.bounds = bounds
        self.unitsPerOne = unitsPerOne
        counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    /// For durations in nanoseconds, exported as seconds: 50 µs to 30 s, about two buckets an octave around the targets.
    package static func seconds() -> Histogram {
        Histogram(
            bounds: [
                50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 15_000_000, 25_000_000,
                50_000_000, 60_000_000, 75_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000,
                2_500_000_000, 5_000_000_000, 10_000_000_000, 30_000_000_000,
            ],
            unitsPerOne: 1_000_000_000
        )
    }

    /// For sizes of batches: powers of two up to 4,096.
    package static func batchSizes() -> Histogram {
        Histogram(bounds: (0...12).map { 1 << $0 })
    }

    /// How many observations there were.
    package var count: UInt64 {
        counts.reduce(0, &+)
    }

    /// Counts observations of one value.
    ///
    /// - Parameters:
    ///   - value: In units; what is below 0 (a clock that was read twice out of order) counts as 0.
    ///   - times: How many observations.
    package mutating func observe(_ value: Int64, count times: Int = 1) {
        let value = max(0, value)
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value {
                low = middle + 1
            } else {
                high = middle
            }
        }
        counts[low] &+= UInt64(times)
        sum &+= value &* Int64(times)
    }

    /// Adds what another histogram of the same bounds counted.
    package mutating func merge(_ other: Histogram) {
        precondition(bounds == other.bounds, "histograms of different bounds cannot be merged")
        for index in counts.indices {
            counts[index] &+= other.counts[index]
        }
        sum &+= other.sum
    }
}
