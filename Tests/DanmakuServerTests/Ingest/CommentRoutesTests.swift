import DanmakuPipeline
import DanmakuServer
import NIOCore
import Testing

/// The POST rows of the contract, over real sockets.
@Suite(.serves)
struct CommentRoutesTests {
    private static let two = #"[{"room":"a","text":"1","id":"x"},{"room":"b","text":"2"}]"#

    private static func counts(
        accepted: Int,
        duplicate: Int = 0,
        rejected: String = "",
        rejectedTotal: Int = 0,
        shed: Int = 0
    ) -> String {
        #"{"accepted":\#(accepted),"duplicate":\#(duplicate),"rejected":[\#(rejected)],"#
            + #""rejectedTotal":\#(rejectedTotal),"shed":\#(shed)}"#
    }

    @Test("one object, an array, nothing, and the same again")
    func json() async throws {
        try await RunningComments.with { running in
            let one = try await running.post(#"{"room":"a","text":"0"}"#)
            #expect(one.status == 202)
            #expect(one.headers["content-type"] == "application/json; charset=utf-8")
            #expect(one.body == Self.counts(accepted: 1))
            let type = "Application/JSON ; charset=utf-8"
            #expect(try await running.post("/v1/comments", Self.two, type: type).body == Self.counts(accepted: 2))
            let again = try await running.post(Self.two)
            #expect(again.body == Self.counts(accepted: 1, duplicate: 1))
            let none = try await running.post("[]")
            #expect(none.status == 202 && none.body == Self.counts(accepted: 0))
        }
    }

    @Test("a room in the path")
    func pathRoom() async throws {
        try await RunningComments.with { running in
            let body = #"[{"text":"1"},{"room":"a:1","text":"2"},{"room":"b","text":"3"}]"#
            for path in ["/v1/rooms/a:1/comments", "/v1/rooms/a%3A1/comments"] {
                let response = try await running.post(path, body)
                let mismatch = #"{"index":2,"error":"room_mismatch"}"#
                #expect(response.status == 202)
                #expect(response.body == Self.counts(accepted: 2, rejected: mismatch, rejectedTotal: 1))
            }
            for path in ["/v1/rooms/a%20b/comments", "/v1/rooms/%zz/comments", "/v1/rooms/%E6%88%BF/comments"] {
                let response = try await running.post(path, body)
                #expect(response.status == 400)
                #expect(response.body.hasPrefix(#"{"error":"room_invalid","message":""#))
            }
        }
    }

    @Test("bad items are listed by their index, a hundred at most")
    func rejections() async throws {
        var settings = PipelineConfiguration()
        settings.rooms.max = 1
        try await RunningComments.with(pipeline: settings) { running in
            // A second comment, so that the room does not make way for another one.
            let body =
                #"[{"room":"a","text":"0"},{"room":"a","text":"1"},{"room":"a"},{"room":"b","text":"2"},7,"#
                + #"{"room":"a","text":"\ud800"}]"#
            let expected = [(2, "text_missing"), (3, "room_limit"), (4, "invalid_json"), (5, "invalid_utf8")]
                .map { #"{"index":\#($0),"error":"\#($1)"}"# }.joined(separator: ",")
            let response = try await running.post(body)
            #expect(response.status == 202)
            #expect(response.body == Self.counts(accepted: 2, rejected: expected, rejectedTotal: 4))
            let many = try await running.post("[" + [String](repeating: "{}", count: 1000).joined(separator: ",") + "]")
            #expect(many.body.hasSuffix(#"{"index":99,"error":"room_missing"}],"rejectedTotal":1000,"shed":0}"#))
        }
    }

    @Test("requests that are refused as a whole")
    func refusals() async throws {
        try await RunningComments.with { running in
            func check(_ response: RawResponse, _ status: Int, _ code: String, line: Int = #line) {
                #expect(response.status == status, "line \(line)")
                #expect(response.body.hasPrefix(#"{"error":"\#(code)","message":""#), "line \(line): \(response.body)")
            }
            check(try await running.post("nonsense"), 400, "invalid_json")
            check(try await running.post(""), 400, "invalid_json")
            check(try await running.post(#"[{"room":"a","text":"1"},]"#), 400, "invalid_json")
            let items = "[" + [String](repeating: "{}", count: 1001).joined(separator: ",") + "]"
            check(try await running.post(items), 413, "too_many_items")
            let large = String(repeating: " ", count: 1 << 20) + "[]"
            check(try await running.post(large), 413, "body_too_large")
            let chunk = String(large.utf8.count, radix: 16) + "\r\n" + large + "\r\n0\r\n\r\n"
            let client = try await running.open(
                "/v1/comments",
                type: "application/json",
                headers: "transfer-encoding: chunked\r\n"
            )
            try? await client.write(chunk)
            check(RawResponse(try await client.readToEnd()), 413, "body_too_large")
            check(try await running.post("/v1/comments", "[]", type: "text/plain"), 415, "unsupported_media_type")
            check(try await running.post("/v1/comments", "[]", type: ""), 415, "unsupported_media_type")
            check(try await running.post("/v1/comment", "[]"), 404, "not_found")
            let get = try await IngestClient(to: running.address)
            try await get.write("GET /v1/comments HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            check(RawResponse(try await get.readToEnd()), 405, "method_not_allowed")
            #expect(try await running.post(Self.two).status == 202)
        }
    }

    @Test("over its rate an address is told when to come back")
    func clientRate() async throws {
        var configuration = CommentRoutes.Configuration()
        configuration.clientRate = 0.001
        try await RunningComments.with(configuration) { running in
            #expect(try await running.post(Self.two).body == Self.counts(accepted: 2))
            let refused = try await running.post(Self.two)
            #expect(refused.status == 429)
            #expect(refused.body.hasPrefix(#"{"error":"rate_limited""#))
            #expect(refused.headers["retry-after"].flatMap { Int($0) }.map { $0 > 100 } == true)
        }
    }

    @Test("over its rate a room takes the first comments of a body, and refuses one that it takes nothing of")
    func roomRate() async throws {
        var settings = PipelineConfiguration()
        settings.admission.roomRate = 1
        try await RunningComments.with(pipeline: settings) { running in
            let body = "[" + [String](repeating: #"{"room":"a","text":"1"}"#, count: 500).joined(separator: ",") + "]"
            let first = try await running.post(body)
            #expect(first.status == 202)
            #expect(!first.body.hasSuffix(#""shed":0}"#))
            let second = try await running.post(body)
            #expect(second.status == 429)
            #expect(second.body.hasPrefix(#"{"error":"rate_limited""#))
            #expect(second.headers["retry-after"] == "1")
        }
    }

    @Test("what a full queue does not take is shed at the end of the body, and refused if that is all of it")
    func overload() async throws {
        var settings = PipelineConfiguration()
        settings.queueLimit = 160
        let never = AsyncStream.makeStream(of: Void.self)
        let stream = never.stream
        let waits: @Sendable () async -> Void = {
            for await _ in stream {
                break
            }
        }
        try await RunningComments.with(pipeline: settings, pipelineStarts: waits) { running in
            let body = "[" + [String](repeating: #"{"room":"a","text":"1"}"#, count: 200).joined(separator: ",") + "]"
            #expect(try await running.post(body).body == Self.counts(accepted: 150, shed: 50))
            let refused = try await running.post(body)
            #expect(refused.status == 503)
            #expect(refused.body.hasPrefix(#"{"error":"overloaded""#))
            #expect(refused.headers["retry-after"] == "1")
            never.continuation.yield()
        }
    }

    @Test("while the server stops, nothing is taken")
    func draining() async throws {
        try await RunningComments.with { running in
            running.readiness.advance(to: .draining)
            for type in ["application/json", "application/x-ndjson"] {
                let response = try await running.post("/v1/comments", Self.two, type: type)
                #expect(response.status == 503)
                #expect(response.body.hasPrefix(#"{"error":"draining""#))
                #expect(response.headers["retry-after"] != nil)
            }
        }
    }

    @Test("wait=scored answers each item with its result or the reason why there is none")
    func scored() async throws {
        try await RunningComments.with { running in
            let body =
                #"[{"room":"a","text":"哈哈哈","id":"x"},{"room":"a"},{"room":"a","text":"2","id":"x"},{"room":"a","text":"3"}]"#
            let response = try await running.post("/v1/comments?wait=scored", body)
            #expect(response.status == 200)
            #expect(response.body.hasPrefix(#"{"results":[{"seq":1,"id":"x","room":"a","text":"哈哈哈","#))
            #expect(
                response.body.contains(
                    #"},{"error":"text_missing"},{"error":"duplicate"},{"seq":2,"room":"a","text":"3","#
                )
            )
            #expect(response.body.contains(#""label":"#))
        }
    }

    @Test("wait=scored: a duplicate stays one while other results are late")
    func scoredLate() async throws {
        var configuration = CommentRoutes.Configuration()
        configuration.scoredTimeout = .milliseconds(20)
        let never = AsyncStream.makeStream(of: Void.self)
        let stream = never.stream
        let waits: @Sendable () async -> Void = {
            for await _ in stream {
                break
            }
        }
        try await RunningComments.with(configuration, pipelineStarts: waits) { running in
            let body =
                #"[{"room":"a","text":"1","id":"x"},{"room":"a"},{"room":"a","text":"2","id":"x"},{"room":"a","text":"3"}]"#
            let response = try await running.post("/v1/comments?wait=scored", body)
            #expect(response.status == 200)
            let expected = ["timeout", "text_missing", "duplicate", "timeout"].map { #"{"error":"\#($0)"}"# }
            #expect(response.body == #"{"results":["# + expected.joined(separator: ",") + "]}")
            never.continuation.yield()
        }
    }

    @Test("wait=scored: what a room's rate sheds is rate_limited, what a full queue sheds is overloaded")
    func scoredShed() async throws {
        var configuration = CommentRoutes.Configuration()
        configuration.scoredTimeout = .milliseconds(20)
        func answer(_ settings: PipelineConfiguration, comments: Int) async throws -> String {
            // A cancelled wait ends its stream, so each server has one of its own.
            let never = AsyncStream.makeStream(of: Void.self)
            let stream = never.stream
            let waits: @Sendable () async -> Void = {
                for await _ in stream {
                    break
                }
            }
            var body = ""
            try await RunningComments.with(configuration, pipeline: settings, pipelineStarts: waits) { running in
                let items = [String](repeating: #"{"room":"a","text":"1"}"#, count: comments)
                let response = try await running.post(
                    "/v1/comments?wait=scored",
                    "[" + items.joined(separator: ",") + "]"
                )
                #expect(response.status == 200)
                body = response.body
            }
            never.continuation.finish()
            return body
        }
        func results(_ errors: [String]) -> String {
            #"{"results":["# + errors.map { #"{"error":"\#($0)"}"# }.joined(separator: ",") + "]}"
        }
        var slow = PipelineConfiguration()
        slow.admission.roomRate = 0.001
        #expect(try await answer(slow, comments: 3) == results(["timeout", "rate_limited", "rate_limited"]))
        var full = PipelineConfiguration()
        full.queueLimit = 160
        let expected = [String](repeating: "timeout", count: 150) + [String](repeating: "overloaded", count: 10)
        #expect(try await answer(full, comments: 160) == results(expected))
    }

    @Test("wait=scored does not wait for ever")
    func scoredTimeout() async throws {
        var configuration = CommentRoutes.Configuration()
        configuration.scoredTimeout = .milliseconds(20)
        let never = AsyncStream.makeStream(of: Void.self)
        let stream = never.stream
        let waits: @Sendable () async -> Void = {
            for await _ in stream {
                break
            }
        }
        try await RunningComments.with(configuration, pipelineStarts: waits) { running in
            let response = try await running.post("/v1/comments?wait=scored", Self.two)
            #expect(response.status == 200)
            #expect(response.body == #"{"results":[{"error":"timeout"},{"error":"timeout"}]}"#)
            never.continuation.yield()
        }
    }
}
