public import CoreMetrics
import DanmakuPipeline
import Synchronization

/// Keeps what libraries report through swift-metrics, for `/metrics` to show after our own.
///
/// Handed down from the composition root; only the executable bootstraps it globally. The number of series is bounded,
/// because a library may put anything into a dimension: beyond it, new series are counted and not kept.
public final class PrometheusMetricsFactory: MetricsFactory, Sendable {
    private struct Key: Hashable {
        var name: String
        var labels: [MetricLabel]
    }

    private struct Registry {
        var series: [Key: any MetricSeries] = [:]
        /// The kind that a name has: one name cannot be two.
        var kinds: [String: PrometheusText.Kind] = [:]
        var refused = 0
    }

    private let limit: Int
    private let registry = Mutex(Registry())

    /// Creates an empty factory.
    ///
    /// - Parameter limit: The most series; each takes some hundred bytes, a timer about 400.
    public init(limit: Int = 1024) {
        self.limit = limit
    }

    /// Series that are kept, and requests for one that was not.
    package var counts: (kept: Int, refused: Int) {
        registry.withLock { ($0.series.count, $0.refused) }
    }

    /// Makes a counter; its name ends in `_total`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(Self.total(label), dimensions, .counter) { CounterSeries() }
    }

    /// Makes a counter of fractions; its name ends in `_total`.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(Self.total(label), dimensions, .counter) { FractionSeries() }
    }

    /// Makes a gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(MetricName.metric(label), dimensions, .gauge) { GaugeSeries() }
    }

    /// Makes a summary without quantiles, or a gauge of the last value if nothing is to be aggregated.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate
            ? series(MetricName.metric(label), dimensions, .summary) { SummarySeries() }
            : series(MetricName.metric(label), dimensions, .gauge) { GaugeSeries() }
    }

    /// Makes a histogram in seconds; its name ends in `_seconds`.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = MetricName.metric(label)
        return series(name.hasSuffix("_seconds") ? name : name + "_seconds", dimensions, .histogram) { TimerSeries() }
    }

    /// Forgets a counter.
    public func destroyCounter(_ handler: any CounterHandler) {
        forget(handler)
    }

    /// Forgets a counter of fractions.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        forget(handler)
    }

    /// Forgets a gauge.
    public func destroyMeter(_ handler: any MeterHandler) {
        forget(handler)
    }

    /// Forgets a recorder.
    public func destroyRecorder(_ handler: any RecorderHandler) {
        forget(handler)
    }

    /// Forgets a timer.
    public func destroyTimer(_ handler: any TimerHandler) {
        forget(handler)
    }

    /// Appends every family, by name.
    func write(into text: inout PrometheusText) {
        let (series, kinds, refused) = registry.withLock { ($0.series, $0.kinds, $0.refused) }
        let families = Dictionary(grouping: series, by: \.key.name)
        for (name, members) in families.sorted(by: { $0.key < $1.key }) {
            text.family(name, kinds[name]!, "Reported by a library.")
            for (key, series) in members.sorted(by: { $0.key.labels.lexicographicallyPrecedes($1.key.labels) }) {
                series.write(name, key.labels.map { ($0.name, $0.value) }, into: &text)
            }
        }
        let help = "Series of libraries that were not kept: too many, or a name with two kinds."
        text.single("danmaku_library_series_refused_total", .counter, help, refused)
    }

    private static func total(_ label: String) -> String {
        let name = MetricName.metric(label)
        return name.hasSuffix("_total") ? name : name + "_total"
    }

    private func series<Series: MetricSeries>(
        _ name: String,
        _ dimensions: [(String, String)],
        _ kind: PrometheusText.Kind,
        _ make: () -> Series
    ) -> Series {
        let key = Key(name: name, labels: MetricName.labels(dimensions))
        return registry.withLock { registry in
            if let known = registry.series[key] as? Series {
                return known
            }
            let made = make()
            let isClash = registry.series[key] != nil || registry.kinds[name].map { $0 != kind } ?? false
            guard !isClash, registry.series.count < limit else {
                // It works for its owner and is not shown.
                registry.refused += 1
                return made
            }
            registry.series[key] = made
            registry.kinds[name] = kind
            return made
        }
    }

    private func forget(_ handler: AnyObject) {
        registry.withLock { registry in
            guard let key = registry.series.first(where: { $0.value === handler })?.key else {
                return
            }
            registry.series[key] = nil
            if !registry.series.keys.contains(where: { $0.name == key.name }) {
                registry.kinds[key.name] = nil
            }
        }
    }
}
