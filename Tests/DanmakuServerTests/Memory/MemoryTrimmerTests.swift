import DanmakuPipeline
import DanmakuTestKit
import Logging
import Synchronization
import Testing

@testable import DanmakuServer

@Suite("Free memory goes back to the system")
struct MemoryTrimmerTests {
    private static let mebi = 1 << 20
    private static let second: Int64 = 1_000_000_000

    @Test("a trim is due when a quarter and 32 MiB more are resident than is held")
    func threshold() {
        let rule = TrimRule()
        let held = 100 * Self.mebi
        #expect(!rule.isDue(resident: 157 * Self.mebi, held: held, now: 0))
        #expect(rule.isDue(resident: 158 * Self.mebi, held: held, now: 0))
        #expect(!rule.isDue(resident: 0, held: 0, now: 0))
        #expect(rule.isDue(resident: .max, held: 0, now: 0))
        #expect(!rule.isDue(resident: .max, held: .max, now: 0))
    }

    @Test("what RSS is promised to stay under is above the threshold, whatever is held")
    func promise() {
        let rule = TrimRule()
        for held in [0, 1, 64, 200, 4096].map({ $0 * Self.mebi }) {
            #expect(rule.isDue(resident: held * 3 / 2 + 60 * Self.mebi, held: held, now: 0))
        }
    }

    @Test("30 seconds lie between two trims, and one that did not help is not repeated for ten minutes")
    func intervals() {
        var rule = TrimRule()
        let large = 1300 * Self.mebi
        #expect(rule.isDue(resident: large, held: 0, now: 0))
        rule.trimmed(resident: 74 * Self.mebi, held: 0, now: 0)
        #expect(!rule.isDue(resident: large, held: 0, now: 30 * Self.second - 1))
        #expect(rule.isDue(resident: large, held: 0, now: 30 * Self.second))
        rule.trimmed(resident: 1290 * Self.mebi, held: 0, now: 30 * Self.second)
        #expect(!rule.isDue(resident: large, held: 0, now: 90 * Self.second))
        #expect(rule.isDue(resident: large + 16 * Self.mebi, held: 0, now: 90 * Self.second))
        #expect(rule.isDue(resident: large, held: 0, now: 630 * Self.second))
    }

    private final class Books: Sendable {
        let resident = Mutex(0)
        let trims = Mutex(0)
    }

    @Test("it looks every two seconds, trims off the loops, counts and logs")
    func looking() async throws {
        let books = Books()
        let clock = ManualClock()
        let log = MemoryLogSink()
        let logger = Logger(label: "test") { LineLogHandler(label: $0, format: .human, level: .info, sink: log) }
        let trimmer = MemoryTrimmer(
            MemoryTrimmer.Memory(
                resident: { books.resident.withLock { $0 } },
                held: { 10 << 20 },
                trim: {
                    books.trims.withLock { $0 += 1 }
                    books.resident.withLock { $0 = 12 << 20 }
                }
            ),
            time: clock.time,
            clock: clock,
            logger: logger
        )
        let running = Task { try await trimmer.run() }
        books.resident.withLock { $0 = 20 << 20 }
        #expect(await clock.sleeper().deadline.offset == .seconds(2))
        clock.advance(by: .seconds(2))
        #expect(await clock.sleeper().deadline.offset == .seconds(4))
        #expect(trimmer.trims == 0)
        books.resident.withLock { $0 = 1 << 30 }
        clock.advance(by: .seconds(2))
        _ = await clock.sleeper()
        #expect(trimmer.trims == 1)
        #expect(books.trims.withLock { $0 } == 1)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("before=1073741824") == true)
        // The second burst comes too early, and is dealt with when it is time: within a minute of its end.
        books.resident.withLock { $0 = 1 << 30 }
        for _ in 0..<15 {
            clock.advance(by: .seconds(2))
            _ = await clock.sleeper()
        }
        #expect(trimmer.trims == 2)
        running.cancel()
        try await running.value
    }

    @Test("the parts explain the program, the model and the connections")
    func parts() {
        let parts = MemoryParts(model: 10 << 20, httpConnections: { 3 }, ingestConnections: { 2 })
        parts.began(resident: 64 << 20)
        let rows = Dictionary(uniqueKeysWithValues: parts.components.map { ($0.name, $0) })
        #expect(rows["program"]?.bytes == 54 << 20)
        #expect(rows["model"]?.bytes == 10 << 20)
        #expect(rows["http-buffers"]?.count == 3)
        #expect(rows["ingest-buffers"]?.bytes == 2 * (38 << 10))
        parts.began(resident: nil)
        #expect(parts.components[0].bytes == 0)
    }

    @Test("a server's parts and trims are shown", .serves)
    func shown() async throws {
        try await RunningServer.with { server in
            let memory = try await server.request("GET /health/memory HTTP/1.1").body
            for name in [
                "program", "model", "http-buffers", "ingest-buffers", "rooms", "log", "queue", "dedupe",
            ] {
                #expect(memory.contains("{\"component\":\"\(name)\","), "\(name)")
            }
            let metrics = try await server.request("GET /metrics HTTP/1.1").body
            #expect(metrics.contains("\ndanmaku_memory_trims_total 0\n"))
            #expect(metrics.contains("danmaku_memory_bytes{component=\"program\"}"))
        }
    }
}
