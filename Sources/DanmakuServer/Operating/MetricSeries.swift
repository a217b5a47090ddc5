import CoreMetrics
import DanmakuPipeline
import Synchronization

/// One series that a library writes to, and that can be shown.
protocol MetricSeries: AnyObject, Sendable {
    /// Writes its samples.
    func write(_ name: String, _ labels: [PrometheusText.Label], into text: inout PrometheusText)
}

/// Counts whole things.
final class CounterSeries: MetricSeries, CounterHandler {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) {
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        value.store(0, ordering: .relaxed)
    }

    func write(_ name: String, _ labels: [PrometheusText.Label], into text: inout PrometheusText) {
        text.sample(name, labels, value.load(ordering: .relaxed))
    }
}

/// Counts fractions.
final class FractionSeries: MetricSeries, FloatingPointCounterHandler {
    private let value = Mutex(0.0)

    func increment(by amount: Double) {
        // As swift-metrics asks: a counter does not take what would make it no number, or less.
        guard amount.isFinite, amount > 0 else {
            return
        }
        value.withLock { $0 += amount }
    }

    func reset() {
        value.withLock { $0 = 0 }
    }

    func write(_ name: String, _ labels: [PrometheusText.Label], into text: inout PrometheusText) {
        text.sample(name, labels, value.withLock { $0 })
    }
}

/// Shows the last value.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
    private let value = Mutex(0.0)

    func set(_ newValue: Int64) {
        set(Double(newValue))
    }

    func set(_ newValue: Double) {
        value.withLock { $0 = newValue }
    }

    func increment(by amount: Double) {
        value.withLock { $0 += amount }
    }

    func decrement(by amount: Double) {
        value.withLock { $0 -= amount }
    }

    func record(_ newValue: Int64) {
        set(Double(newValue))
    }

    func record(_ newValue: Double) {
        set(newValue)
    }

    func write(_ name: String, _ labels: [PrometheusText.Label], into text: inout PrometheusText) {
        text.sample(name, labels, value.withLock { $0 })
    }
}

/// Sums what is recorded.
final class SummarySeries: MetricSeries, RecorderHandler {
    private let state = Mutex((sum: 0.0, count: 0))

    func record(_ value: Int64) {
        record(Double(value))
    }

    func record(_ value: Double) {
        state.withLock { state in
            state.sum += value
            state.count += 1
        }
    }

    func write(_ name: String, _ labels: [PrometheusText.Label], into text: inout PrometheusText) {
        let (sum, count) = state.withLock { $0 }
        text.sample("\(name)_sum", labels, sum)
        text.sample("\(name)_count", labels, count)
    }
}

/// Sorts durations into the buckets of our own histograms.
final class TimerSeries: MetricSeries, TimerHandler {
    private let histogram = Mutex(Histogram.seconds())

    func recordNanoseconds(_ duration: Int64) {
        histogram.withLock { $0.observe(duration) }
    }

    func write(_ name: String, _ labels: [PrometheusText.Label], into text: inout PrometheusText) {
        text.histogram(name, labels, of: histogram.withLock { $0 })
    }
}
