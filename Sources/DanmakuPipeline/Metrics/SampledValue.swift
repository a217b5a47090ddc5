import Synchronization

/// A figure that is expensive to measure and changes slowly; it is measured at most once per interval.
package final class SampledValue: Sendable {
    private struct State {
        var value = 0
        var measuredAt: Int64?
    }

    private let interval: Int64
    private let state = Mutex(State())

    /// Creates a figure that was never measured.
    ///
    /// - Parameter interval: Nanoseconds between two measurements.
    package init(interval: Int64) {
        self.interval = interval
    }

    /// The figure, at most an interval old unless another caller is measuring it.
    ///
    /// - Parameters:
    ///   - now: Nanoseconds of the monotonic clock.
    ///   - measure: Measures it; called without a lock.
    /// - Returns: The figure.
    package func value(now: Int64, measure: () -> Int) -> Int {
        let known: Int? = state.withLock { state in
            if let measuredAt = state.measuredAt, now - measuredAt < interval {
                return state.value
            }
            state.measuredAt = now
            return nil
        }
        if let known {
            return known
        }
        let value = measure()
        state.withLock { $0.value = value }
        return value
    }
}
