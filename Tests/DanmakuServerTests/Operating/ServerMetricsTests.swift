import DanmakuPipeline
import DanmakuTestKit
import Foundation
import Testing

@testable import DanmakuServer

@Suite("Server metrics")
struct ServerMetricsTests {
    /// Metrics with a different number in every place.
    private static var filled: ServerMetrics {
        var pipeline = PipelineMetrics()
        pipeline.intake.accepted = 100
        pipeline.intake.duplicate = 11
        pipeline.intake.rejected = 12
        pipeline.intake.shed = 13
        pipeline.paidAsChat = 14
        pipeline.evictedRooms = [15, 16, 17]
        pipeline.scoredByModel = 50
        pipeline.scoredByCache = 5
        pipeline.scoredByFallback = 6
        pipeline.unscored = [0, 0, 7, 8, 9]
        pipeline.dropped = [1, 2, 3]
        pipeline.queueComments = 4
        pipeline.inFlightComments = 5
        pipeline.queueLimit = 65_536
        pipeline.dispatches = [("idle", 20), ("full", 21), ("deadline", 22), ("drain", 23)]
        pipeline.batchSize.observe(3, count: 2)
        pipeline.scoreSeconds.observe(1_000_000)
        pipeline.sojournSeconds.observe(2_000_000, count: 61)
        pipeline.breakers = [
            .init(
                scorer: "m\"1",
                state: 2,
                transitions: [
                    .init(to: "open", reason: "failures", count: 2), .init(to: "closed", reason: "x", count: 1),
                ]
            )
        ]
        pipeline.rooms = 30
        pipeline.dedupeAgeSeconds = 600
        pipeline.replayAgeSeconds = 12.5
        pipeline.components = [.init("log", bytes: 1000, byteLimit: 2000, count: 3)]
        var fanOut = FanOutCounters()
        fanOut.subscribers = 40
        fanOut.delivered = 41
        fanOut.skipped = 42
        fanOut.closed[.drain] = 43
        fanOut.replayHits = 44
        fanOut.replayResets = 45
        fanOut.publishSeconds.observe(20_000_000)
        var ingest = IngestCounters.Snapshot()
        ingest.open = 46
        ingest.lines = 47
        return ServerMetrics(
            pipeline: pipeline,
            fanOut: fanOut,
            ingest: ingest,
            httpConnections: 48,
            budgets: ClientBudgets(),
            process: ProcessMetrics(residentBytes: 49, cpuSeconds: 50.25, openDescriptors: 51, memoryLimit: nil)
        )
    }

    private static func exposition(_ metrics: ServerMetrics) throws -> Exposition {
        var text = PrometheusText()
        metrics.write(into: &text)
        return try Exposition(text.text)
    }

    @Test("every metric of the contract is there, under its name and labels")
    func contractNames() throws {
        let read = try Self.exposition(Self.filled)
        let expected: [(String, [String: String], Double)] = [
            ("danmaku_comments_total", ["outcome": "received"], 136),
            ("danmaku_comments_total", ["outcome": "accepted"], 100),
            ("danmaku_comments_total", ["outcome": "duplicate"], 11),
            ("danmaku_comments_total", ["outcome": "rejected"], 12),
            ("danmaku_comments_total", ["outcome": "shed"], 13),
            ("danmaku_paid_as_chat_total", [:], 14),
            ("danmaku_rooms_evicted_total", ["reason": "idle"], 15),
            ("danmaku_rooms_evicted_total", ["reason": "excess"], 16),
            ("danmaku_rooms_evicted_total", ["reason": "single"], 17),
            ("danmaku_scored_total", ["by": "model"], 50),
            ("danmaku_scored_total", ["by": "cache"], 5),
            ("danmaku_scored_total", ["by": "fallback"], 6),
            ("danmaku_unscored_total", ["kind": "gift"], 7),
            ("danmaku_unscored_total", ["kind": "marker"], 8),
            ("danmaku_unscored_total", ["kind": "system"], 9),
            ("danmaku_dropped_total", ["reason": "overflow"], 1),
            ("danmaku_dropped_total", ["reason": "deadline"], 2),
            ("danmaku_dropped_total", ["reason": "shutdown"], 3),
            ("danmaku_queue_comments", [:], 4),
            ("danmaku_inflight_comments", [:], 5),
            ("danmaku_unaccounted_comments", [:], 0),
            ("danmaku_queue_limit", [:], 65_536),
            ("danmaku_batch_size_count", [:], 2),
            ("danmaku_batch_dispatch_total", ["reason": "idle"], 20),
            ("danmaku_batch_dispatch_total", ["reason": "drain"], 23),
            ("danmaku_score_seconds_sum", [:], 0.001),
            ("danmaku_sojourn_seconds_count", [:], 61),
            ("danmaku_publish_seconds_bucket", ["le": "0.025"], 1),
            ("danmaku_breaker_state", ["scorer": "m\"1"], 2),
            ("danmaku_breaker_transitions_total", ["scorer": "m\"1", "to": "open", "reason": "failures"], 2),
            ("danmaku_rooms", [:], 30),
            ("danmaku_subscribers", [:], 40),
            ("danmaku_subscriber_events_total", ["outcome": "delivered"], 41),
            ("danmaku_subscriber_events_total", ["outcome": "skipped"], 42),
            ("danmaku_stream_closed_total", ["reason": "drain"], 43),
            ("danmaku_stream_closed_total", ["reason": "stalled"], 0),
            ("danmaku_replay_total", ["result": "hit"], 44),
            ("danmaku_replay_total", ["result": "reset"], 45),
            ("danmaku_dedupe_age_seconds", [:], 600),
            ("danmaku_replay_age_seconds", [:], 12.5),
            ("danmaku_memory_bytes", ["component": "log"], 1000),
            ("process_resident_memory_bytes", [:], 49),
            ("process_cpu_seconds_total", [:], 50.25),
            ("process_open_fds", [:], 51),
        ]
        for (name, labels, value) in expected {
            #expect(read.value(name, labels) == value, "\(name) \(labels)")
        }
    }

    @Test("a server that has seen nothing shows zeros, and what the system does not say is left out")
    func empty() throws {
        let metrics = ServerMetrics(
            pipeline: PipelineMetrics(),
            fanOut: FanOutCounters(),
            ingest: .init(),
            httpConnections: 0,
            budgets: ClientBudgets(),
            process: ProcessMetrics()
        )
        let read = try Self.exposition(metrics)
        #expect(read.value("danmaku_comments_total", ["outcome": "received"]) == 0)
        #expect(read.families["process_open_fds"] == nil)
    }

    @Test("the official parser of Python reads it too", .enabled(if: PrometheusClient.isThere, "no prometheus_client"))
    func pythonClient() throws {
        var text = PrometheusText()
        Self.filled.write(into: &text)
        let families = try PrometheusClient.families(in: text.text)
        #expect(families == (try Self.exposition(Self.filled)).order.count - 1)
    }

    #if os(Linux)
    @Test("what the system says of this process")
    func process() throws {
        let process = ProcessMetrics.current()
        #expect(try #require(process.residentBytes) > 1 << 20)
        #expect(try #require(process.cpuSeconds) > 0)
        let before = try #require(process.openDescriptors)
        let file = try #require(FileHandle(forReadingAtPath: "/proc/self/statm"))
        let after = try #require(ProcessMetrics.current().openDescriptors)
        #expect(before >= 3)
        #expect(after >= 3)
        try file.close()
    }
    #endif

    @Test(
        "limits of control groups",
        arguments: [("max\n", nil), ("1048576\n", 1_048_576), ("9223372036854771712\n", nil)]
    )
    func limits(text: String, bytes: Int?) {
        #expect(ProcessMetrics.limit(text) == bytes)
        #expect(ProcessMetrics.limit(nil) == nil)
    }
}

/// `prometheus_client` of Python, where it is installed: a second opinion on the format.
enum PrometheusClient {
    static let isThere = (try? run("import prometheus_client", input: "")) != nil

    /// How many families the parser finds.
    static func families(in text: String) throws -> Int? {
        let script = """
            import sys
            from prometheus_client.parser import text_string_to_metric_families as read
            print(len(list(read(sys.stdin.read()))))
            """
        return Int(try run(script, input: text).filter(\.isNumber))
    }

    private static func run(_ script: String, input: String) throws -> String {
        let output = try ChildProgram.run(["python3", "-c", script], input: Array(input.utf8))
        return String(decoding: output, as: UTF8.self)
    }
}
