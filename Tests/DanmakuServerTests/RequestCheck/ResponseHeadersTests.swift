import DanmakuServer
import Foundation
import NIOHTTP1
import Testing

@Suite("Header fields of every response")
struct ResponseHeadersTests {
    private func expectFields(in answer: RawResponse, _ what: String) {
        for (name, value) in ResponseHeaders.fields {
            #expect(answer.headers[name.lowercased()] == value, "\(what): \(name)")
        }
    }

    @Test("The policy lets no other site show our pages in a frame")
    func policy() {
        #expect(ResponseHeaders.contentSecurityPolicy.contains("frame-ancestors 'self'"))
        #expect(!ResponseHeaders.contentSecurityPolicy.contains("unsafe"))
        #expect(ResponseHeaders.fields["Referrer-Policy"] == ["no-referrer"])
        #expect(ResponseHeaders.fields["X-Content-Type-Options"] == ["nosniff"])
    }

    @Test("Pages, answers, errors, refusals and bytes that are no HTTP have them, each once")
    func everywhere() async throws {
        let settings = ["http.cors-origin": "https://a.example"]
        try await RunningServer.with(settings, files: ["index.html": "<p>page</p>", "a.js": "1"]) { running in
            let heads: [(String, Int)] = [
                ("GET / HTTP/1.1", 200), ("GET /a.js HTTP/1.1", 200), ("GET /v1/rooms HTTP/1.1", 200),
                ("HEAD /v1/rooms HTTP/1.1", 200), ("GET /metrics HTTP/1.1", 200), ("GET /health/live HTTP/1.1", 200),
                ("GET /nothing HTTP/1.1", 404), ("DELETE /metrics HTTP/1.1", 405), ("GET /v1/ingest HTTP/1.1", 501),
                ("GET //metrics HTTP/1.1", 404), ("GET http://evil.example/ HTTP/1.1", 421),
                ("CONNECT a:1 HTTP/1.1", 400),
                ("POST /v1/comments HTTP/1.1\r\nOrigin: null", 403), ("POST /v1/comments HTTP/1.1", 415),
                ("OPTIONS / HTTP/1.1\r\norigin: https://a.example\r\naccess-control-request-method: GET", 204),
                ("GET / HTTP/1.1\r\nHost: b", 400), ("GET / HTTP/9.9", 400), ("\u{1}\u{2}", 400),
            ]
            for (head, status) in heads {
                let answer = try await running.request(head)
                #expect(answer.status == status, "\(head)")
                expectFields(in: answer, head)
            }
            let connection = try await running.connect()
            try await connection.write("GET /v1/events?room=a HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let stream = try await connection.read(until: "event: hello")
            #expect(stream.components(separatedBy: "nosniff").count == 2)
            expectFields(in: RawResponse(stream), "an event stream")
            try await connection.close()
        }
    }

    @Test("A connection too many is answered with them")
    func refusedConnection() async throws {
        try await RunningServer.with(["http.max-connections": "1"]) { running in
            let first = try await running.connect()
            try await first.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            _ = try await first.read(until: "<p>page</p>")
            for accept in ["*/*", "text/event-stream"] {
                let refused = try await running.request("GET / HTTP/1.1\r\naccept: \(accept)")
                #expect(refused.body.contains("too_many_connections"))
                expectFields(in: refused, accept)
            }
        }
    }
}
