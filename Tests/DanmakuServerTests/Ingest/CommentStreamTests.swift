import DanmakuPipeline
import DanmakuServer
import DanmakuTestKit
import NIOCore
import Testing

/// NDJSON bodies, over real sockets.
@Suite(.serves)
struct CommentStreamTests {
    private static func line(_ text: String) -> String {
        #"{"room":"a","text":"\#(text)"}"# + "\n"
    }

    private static func chunk(_ text: String) -> String {
        String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n"
    }

    @Test("lines are counted, bad ones listed, the last one needs no end")
    func lines() async throws {
        try await RunningComments.with { running in
            let body = Self.line("1") + "\nnonsense\r\n" + Self.line("2") + #"{"room":"b","text":"3"}"#
            let response = try await running.post("/v1/comments", body, type: "application/x-ndjson")
            #expect(response.status == 202)
            let rejected = #"[{"index":2,"error":"invalid_json"}],"rejectedTotal":1,"shed":0}"#
            #expect(response.body == #"{"accepted":3,"duplicate":0,"rejected":"# + rejected)
            let room = try await running.post("/v1/rooms/a/comments", body, type: "application/x-ndjson; charset=utf-8")
            let both = #"{"index":2,"error":"invalid_json"},{"index":4,"error":"room_mismatch"}"#
            #expect(room.body == #"{"accepted":2,"duplicate":0,"rejected":[\#(both)],"rejectedTotal":2,"shed":0}"#)
        }
    }

    @Test("a hello is no part of a body, and wait=scored no part of a stream")
    func notForStreams() async throws {
        try await RunningComments.with { running in
            let hello = try await running.post("/v1/comments", IngestClient.hello, type: "application/x-ndjson")
            #expect(hello.body.contains(#"{"index":0,"error":"room_missing"}"#))
            let scored = try await running.post("/v1/comments?wait=scored", "", type: "application/x-ndjson")
            #expect(scored.status == 415)
        }
    }

    @Test("a line that is too long ends the stream; what came before it is counted")
    func longLine() async throws {
        try await RunningComments.with { running in
            let body = Self.line("1") + String(repeating: "x", count: 9000) + "\n" + Self.line("2")
            let response = try await running.post("/v1/comments", body, type: "application/x-ndjson")
            #expect(response.status == 413)
            #expect(response.body.hasPrefix(#"{"error":"line_too_long","message":""#))
            #expect(response.body.contains(#""line":2,"accepted":1,"#))
        }
    }

    @Test("a full pipeline makes a stream wait, and nothing of it is shed")
    func demand() async throws {
        var settings = PipelineConfiguration()
        settings.queueLimit = 100
        let start = AsyncStream.makeStream(of: Void.self)
        let starts = start.stream
        let waits: @Sendable () async -> Void = {
            for await _ in starts {
                break
            }
        }
        try await RunningComments.with(pipeline: settings, pipelineStarts: waits) { running in
            let client = try await running.open(
                "/v1/comments",
                type: "application/x-ndjson",
                headers: "transfer-encoding: chunked\r\n"
            )
            let piece = Self.chunk((0..<100).map { Self.line("\($0)") }.joined())
            async let sent: Void = client.write(String(repeating: piece, count: 50) + "0\r\n\r\n")
            start.continuation.yield()
            try await sent
            let response = RawResponse(try await client.readToEnd())
            #expect(response.status == 202)
            #expect(response.body == #"{"accepted":5000,"duplicate":0,"rejected":[],"rejectedTotal":0,"shed":0}"#)
        }
    }

    /// Begins a stream that is chunked.
    private static func begin(_ running: RunningComments) async throws -> IngestClient {
        try await running.open(
            "/v1/comments",
            type: "application/x-ndjson",
            headers: "transfer-encoding: chunked\r\n"
        )
    }

    private static var full: PipelineConfiguration {
        var settings = PipelineConfiguration()
        settings.queueLimit = 100
        return settings
    }

    /// A pipeline that never begins to score.
    private static let never: @Sendable () async -> Void = {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        continuation.finish()
    }

    @Test("a stream that sends bytes and finishes no line is answered line_timeout, with its counts")
    func lineTimeout() async throws {
        for drip in ["x", "\n"] {
            try await RunningComments.with(routesTime: HastyTime()) { running in
                let client = try await Self.begin(running)
                try await client.write(Self.chunk(Self.line("1")))
                let dripping = Task { while (try? await client.write(Self.chunk(drip))) != nil {} }
                let response = RawResponse(try await client.readToEnd())
                #expect(response.status == 408)
                #expect(response.body.hasPrefix(#"{"error":"line_timeout","message":""#))
                #expect(response.body.contains(#""accepted":1,"#))
                await dripping.value
            }
        }
    }

    @Test("a stream that finishes lines goes on, however long it takes")
    func steadyStream() async throws {
        try await RunningComments.with(routesTime: HastyTime()) { running in
            let client = try await Self.begin(running)
            for number in 0..<20 {
                try await client.write(Self.chunk(Self.line("\(number)")))
            }
            try await client.write("0\r\n\r\n")
            let response = RawResponse(try await client.readToEnd())
            #expect(response.status == 202)
            #expect(response.body.contains(#""accepted":20,"#))
        }
    }

    @Test("a stream that is reset while it waits holds nothing any more", .endsIfHung)
    func resetWhileWaiting() async throws {
        try await RunningComments.with(pipeline: Self.full, pipelineStarts: Self.never) { running in
            for round in 1...3 {
                let client = try await Self.begin(running)
                try await client.write(Self.chunk((0..<200).map { Self.line("\($0)") }.joined()))
                while running.waiting.held == 0 {
                    await Task.yield()
                }
                try await client.reset()
                while running.pipeline.intake.waitingSources > 0 || running.waiting.held > 0 {
                    await Task.yield()
                }
                // Counted after the release: what the route had of the body, which may have come in several parts.
                while running.counters.snapshot.abandoned < round {
                    await Task.yield()
                }
                #expect(running.pipeline.metrics().intake.total == 80)
            }
        }
    }

    @Test("a stream that finds no room among the waiting ones ends with its counts, or is refused if nothing was taken")
    func waitingBudget() async throws {
        let waiting = ClientBudget(name: "test", unit: .bytes, limit: 1 << 30, perAddress: 1000)
        try await RunningComments.with(pipeline: Self.full, waiting: waiting, pipelineStarts: Self.never) { running in
            let body = (0..<200).map { Self.line("\($0)") }.joined()
            let first = try await running.post("/v1/comments", body, type: "application/x-ndjson")
            #expect(first.status == 202)
            #expect(first.body.hasPrefix(#"{"accepted":80,"#))
            #expect(first.headers["connection"] == "close")
            let second = try await running.post("/v1/comments", body, type: "application/x-ndjson")
            #expect(second.status == 429)
            #expect(second.body.hasPrefix(#"{"error":"too_many_from_address","#))
            #expect(running.waiting.held == 0)
            #expect(running.pipeline.intake.waitingSources == 0)
        }
    }
}

/// Ten seconds pass between two looks at it.
private final class HastyTime: TimeSource {
    private let time = ManualTime()

    func now() -> Timestamp {
        time.advance(by: .seconds(10))
        return time.now()
    }
}
