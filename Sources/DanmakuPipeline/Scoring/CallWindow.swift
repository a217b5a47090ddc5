/// Counts the calls of the last seconds in steps: whole steps leave, so that counting is free of memory per call.
package struct CallWindow: Sendable, Hashable {
    private struct Bucket: Sendable, Hashable {
        var step: Int64 = .min
        var calls = 0
        var failures = 0
        var slow = 0
    }

    /// Nanoseconds of one step.
    private let length: Int64
    private var buckets: [Bucket]

    /// Creates an empty window.
    package init(nanoseconds: Int64, buckets count: Int) {
        precondition(nanoseconds > 0 && count > 0, "a window has a length and at least one step")
        length = max(1, nanoseconds / Int64(count))
        buckets = [Bucket](repeating: Bucket(), count: count)
    }

    /// Counts one call.
    package mutating func count(failed: Bool, slow: Bool, now: Int64) {
        let step = now / length
        let index = Int(step % Int64(buckets.count))
        if buckets[index].step != step {
            buckets[index] = Bucket(step: step)
        }
        buckets[index].calls += 1
        buckets[index].failures += failed ? 1 : 0
        buckets[index].slow += slow ? 1 : 0
    }

    /// The calls of the window.
    package func totals(now: Int64) -> (calls: Int, failures: Int, slow: Int) {
        let oldest = now / length - Int64(buckets.count)
        var totals = (calls: 0, failures: 0, slow: 0)
        for bucket in buckets where bucket.step > oldest {
            totals.calls += bucket.calls
            totals.failures += bucket.failures
            totals.slow += bucket.slow
        }
        return totals
    }

    /// Forgets everything.
    package mutating func clear() {
        for index in buckets.indices {
            buckets[index] = Bucket()
        }
    }
}
