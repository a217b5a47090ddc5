import CoreMetrics
import DanmakuPipeline
import Testing

@testable import DanmakuServer

@Suite("Metrics of libraries")
struct PrometheusMetricsFactoryTests {
    private static func read(_ factory: PrometheusMetricsFactory) throws -> Exposition {
        var text = PrometheusText()
        factory.write(into: &text)
        return try Exposition(text.text)
    }

    @Test("each kind of metric ends up as what Prometheus has for it")
    func kinds() throws {
        let factory = PrometheusMetricsFactory()
        let counter = Counter(label: "hb.requests", dimensions: [("path", "/a"), ("le", "x")], factory: factory)
        counter.increment(by: 3)
        Counter(label: "hb.requests", dimensions: [("le", "x"), ("path", "/a")], factory: factory).increment()
        FloatingPointCounter(label: "bytes_total", factory: factory).increment(by: 1.5)
        let meter = Meter(label: "level", factory: factory)
        meter.set(5)
        meter.decrement(by: 0.5)
        Gauge(label: "gauge", factory: factory).record(7)
        let recorder = Recorder(label: "sizes", factory: factory)
        recorder.record(10)
        recorder.record(32)
        CoreMetrics.Timer(label: "duration", factory: factory).recordMilliseconds(3)
        let read = try Self.read(factory)
        #expect(read.value("hb_requests_total", ["path": "/a", "x_le": "x"]) == 4)
        #expect(read.value("bytes_total") == 1.5)
        #expect(read.value("level") == 4.5)
        #expect(read.value("gauge") == 7)
        #expect(read.value("sizes_sum") == 42)
        #expect(read.value("sizes_count") == 2)
        #expect(read.value("duration_seconds_bucket", ["le": "0.005"]) == 1)
        #expect(read.value("duration_seconds_bucket", ["le": "0.0025"]) == 0)
    }

    @Test("the number of series is bounded; one too many still works for its owner")
    func bounded() throws {
        let factory = PrometheusMetricsFactory(limit: 10)
        for index in 0..<100 {
            Counter(label: "c", dimensions: [("i", "\(index)")], factory: factory).increment()
        }
        #expect(factory.counts.kept == 10)
        #expect(factory.counts.refused == 90)
        #expect(try Self.read(factory).families["c_total"]?.samples.count == 10)
        #expect(try Self.read(factory).value("danmaku_library_series_refused_total") == 90)
    }

    @Test("a name has one kind, and ours are not to be had")
    func names() throws {
        let factory = PrometheusMetricsFactory()
        Meter(label: "x_total", factory: factory).set(1)
        Counter(label: "x", factory: factory).increment()
        #expect(factory.counts.refused == 1)
        Counter(label: "danmaku_comments", factory: factory).increment()
        Meter(label: "9 lives–of.cats", factory: factory).set(1)
        Meter(label: "", factory: factory).set(1)
        let read = try? Self.read(factory)
        // A gauge may be called _total by its library; only our own counters have to be named well.
        #expect(read?.families["library_danmaku_comments_total"] != nil)
        #expect(read?.families["_9_lives_of_cats"] != nil)
        #expect(read?.families["_"] != nil)
    }

    @Test("what is destroyed is gone, and its name is free for another kind")
    func destroyed() throws {
        let factory = PrometheusMetricsFactory()
        let counter = Counter(label: "x", factory: factory)
        counter.increment()
        counter.destroy()
        #expect(factory.counts.kept == 0)
        Meter(label: "x_total", factory: factory).set(2)
        #expect(factory.counts.refused == 0)
        #expect(try Self.read(factory).value("x_total") == 2)
    }
}
