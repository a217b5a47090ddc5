import DanmakuPipeline
import DanmakuServer
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
}
