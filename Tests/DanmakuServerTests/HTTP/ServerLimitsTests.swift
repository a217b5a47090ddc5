import DanmakuServer
import NIOCore
import NIOPosix
import Testing

/// Limits of the HTTP port, over real sockets and from several addresses.
@Suite("HTTP limits of a running server", .serves)
struct ServerLimitsTests {
    private static let post = "POST /v1/comments HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"

    @Test("An address at its cap is refused, EventSource is told to come back, another address is served")
    func connections() async throws {
        try await RunningServer.with(["http.max-connections-per-address": "1"]) { running in
            let page = "GET / HTTP/1.1\r\nhost: a\r\n\r\n"
            let first = try await RawConnection(to: running.addresses.http, from: "127.0.0.2", sending: page)
            _ = try await first.read(until: "<p>page</p>")
            let refused = try await RawConnection(to: running.addresses.http, from: "127.0.0.2", sending: page)
            let answer = RawResponse(try await refused.readToEnd())
            #expect(answer.status == 429)
            #expect(answer.body.hasPrefix(#"{"error":"too_many_from_address","message":"#))
            #expect(answer.headers["retry-after"] == "5")
            let events = "GET /v1/events HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\n\r\n"
            let stream = try await RawConnection(to: running.addresses.http, from: "127.0.0.2", sending: events)
            let overloaded = RawResponse(try await stream.readToEnd())
            #expect(overloaded.status == 200)
            #expect(overloaded.body.hasPrefix("event: overloaded\nretry: "))
            #expect(overloaded.body.hasSuffix("\ndata: {\"reason\":\"too_many_from_address\"}\n\n"))
            let other = try await RawConnection(to: running.addresses.http, from: "127.0.0.3", sending: page)
            _ = try await other.read(until: "<p>page</p>")
            try await first.close()
            try await other.close()
        }
    }

    @Test("Bodies that stand still fill their address's share and no more; others are served, a small body always is")
    func standingBodies() async throws {
        let settings = [
            "http.max-body-bytes-in-flight": "2097152", "http.max-body-bytes-per-address": "1048576",
            "http.min-body-rate": "0", "http.body-timeout-seconds": "3600",
        ]
        try await RunningServer.with(settings) { running in
            let part = String(repeating: " ", count: 600_000)
            let standing = "\(Self.post)content-length: 1000000\r\n\r\n\(part)"
            let address = running.addresses.http
            let first = try await RawConnection(to: address, from: "127.0.0.2", sending: standing)
            try await running.wait(until: #"{"component":"http-bodies","bytes":1048576,"#)
            let second = try await RawConnection(to: address, from: "127.0.0.2", sending: standing)
            let refused = RawResponse(try await second.readToEnd())
            #expect(refused.status == 429)
            #expect(refused.body.hasPrefix(#"{"error":"too_many_from_address","#))
            let third = try await RawConnection(to: address, from: "127.0.0.3", sending: standing)
            try await running.wait(until: #"{"component":"http-bodies","bytes":2097152,"#)
            let fourth = try await RawConnection(to: address, from: "127.0.0.4", sending: standing)
            let overloaded = RawResponse(try await fourth.readToEnd())
            #expect(overloaded.status == 503)
            #expect(overloaded.body.hasPrefix(#"{"error":"overloaded","#))
            #expect(overloaded.headers["retry-after"] == "1")
            let small = try await running.request(
                "POST /v1/rooms/a/comments HTTP/1.1\r\ncontent-type: application/json",
                body: #"{"text":"1"}"#
            )
            #expect(small.status == 202)
            try await first.close()
            try await third.close()
            try await running.wait(until: #"{"component":"http-bodies","bytes":0,"#)
        }
    }

    @Test("A body that comes too slowly is closed before its deadline")
    func slowBody() async throws {
        try await RunningServer.with(["http.min-body-rate": "1024", "http.body-timeout-seconds": "3600"]) { running in
            let slow = try await running.connect(sending: "\(Self.post)content-length: 1000\r\n\r\n[")
            #expect(try await slow.readToEnd() == "")
        }
    }

    @Test("A head longer than 16 KiB is refused")
    func longHead() async throws {
        try await RunningServer.with { running in
            let long = String(repeating: "a", count: 17_000)
            let answer = try await running.request("GET / HTTP/1.1\r\nx-long: \(long)")
            #expect(answer.status == 400)
            #expect(try await running.request("GET / HTTP/1.1\r\nx-long: \(long.prefix(15_000))").status == 200)
        }
    }
}

extension RunningServer {
    /// Reads `/health/memory` until it holds a text.
    fileprivate func wait(until text: String) async throws {
        while try await !request("GET /health/memory HTTP/1.1").body.contains(text) {}
    }
}
