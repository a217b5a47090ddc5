import DanmakuPipeline
import DanmakuTestKit
import Foundation
import HTTPTypes
import Testing

@testable import DanmakuServer

/// Edge values in queries, headers and cursors of requests.
@Suite("Edge values in requests")
struct EdgeNumberRequestTests {
    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    @Test("every numeric parameter is answered, whatever it says", .computes)
    func parameters() async throws {
        try await ReadingFixture.with { fixture in
            try await fixture.publish(#"[{"room":"b","text":"+1"},{"room":"b","text":"-1"}]"#)
            let paths = [
                "/v1/rooms?limit=", "/v1/rooms/b/comments?limit=", "/v1/rooms/b/comments?before=",
                "/v1/rooms/b/timeline?step=", "/v1/rooms/b/timeline?from=", "/v1/rooms/b/timeline?to=",
                "/v1/rooms/b/timeline?step=3600&to=", "/v1/rooms/b/timeline?step=1&from=",
            ]
            for path in paths {
                for text in EdgeNumbers.texts {
                    let answer = try await fixture.get(path + Self.escaped(text))
                    if EdgeNumbers.integer(text) == nil {
                        #expect(answer.status == .badRequest, "\(path)\(text)")
                    } else {
                        #expect([.ok, .badRequest].contains(answer.status), "\(path)\(text)")
                    }
                }
            }
            let edges = EdgeNumbers.integers.filter { EdgeNumbers.integer($0).map { $0 >= 0 } ?? false }
            for from in edges {
                for to in edges {
                    let answer = try await fixture.get("/v1/rooms/b/timeline?from=\(from)&to=\(to)")
                    let isAscending = (EdgeNumbers.integer(from) ?? 0) <= (EdgeNumbers.integer(to) ?? 0)
                    #expect(answer.status == (isAscending ? .ok : .badRequest), "\(from) \(to)")
                }
            }
        }
    }

    @Test("a comment with any time and price is published and read again")
    func publishing() async throws {
        try await ReadingFixture.with { fixture in
            for (index, text) in EdgeNumbers.texts.enumerated() where EdgeNumbers.isJSON(text) {
                let room = "r\(index)"
                try await fixture.publish(#"[{"room":"\#(room)","text":"+1","sentAt":\#(text)}]"#)
                try await fixture.publish(#"[{"room":"\#(room)","text":"+1","kind":"paid","price":\#(text)}]"#)
                try await fixture.publish(#"[{"room":"\#(room)","text":"+1","id":\#(text),"uid":\#(text)}]"#)
                let answer = try await fixture.get("/v1/rooms/\(room)/comments")
                if let value = EdgeNumbers.integer(text), value != .min {
                    #expect(answer.body.contains("\"sentAt\":\(value)"), "\(text)")
                }
            }
        }
    }

    @Test("cursors by header and by query: a stream begins, whatever they say", .serves)
    func cursors() async throws {
        try await RunningServer.with { server in
            let first = try await WatchingClient(server.addresses.http, "/v1/rooms/a/events")
            let hello = try await first.wait(for: ["hello", "snapshot"])
            let epoch = try #require(hello.lastEventID.split(separator: "-").first)
            for text in EdgeNumbers.texts where text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
                let cursor = "\(epoch)-\(text)"
                for (query, header) in [("?cursor=" + Self.escaped(cursor), ""), ("", "last-event-id: \(cursor)\r\n")] {
                    let client = try await WatchingClient(
                        server.addresses.http,
                        "/v1/rooms/a/events" + query,
                        headers: header
                    )
                    try await client.wait { $0.events.contains { $0.type == "snapshot" } || !$0.lastEventID.isEmpty }
                    try await client.close()
                }
            }
            #expect(try await server.request("GET /health/live HTTP/1.1").status == 200)
        }
    }

    @Test("lengths and ranges in headers: an answer or an end, and the server goes on", .serves)
    func headers() async throws {
        try await RunningServer.with { server in
            for text in EdgeNumbers.texts where text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
                let requests = [
                    "POST /v1/comments HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: \(text)",
                    "POST /v1/score HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: \(text)",
                    "POST /v1/comments HTTP/1.1\r\ncontent-type: application/x-ndjson\r\ncontent-length: \(text)",
                ]
                for head in requests {
                    let client = try await server.connect(sending: "\(head)\r\nhost: a\r\nconnection: close\r\n\r\n{}")
                    // The server may have refused and closed already.
                    try? await client.finish()
                    let answer = RawResponse(try await client.readToEnd())
                    #expect([0, 202, 400, 408, 413, 422].contains(answer.status), "\(head): \(answer.status)")
                }
                for range in ["bytes=\(text)-", "bytes=-\(text)", "bytes=0-\(text)", "bytes=\(text)-\(text)", text] {
                    let answer = try await server.request("GET / HTTP/1.1\r\nrange: \(range)")
                    #expect([200, 206, 400, 416].contains(answer.status), "\(range): \(answer.status)")
                }
            }
            for size in [
                "0", "-1", "ffffffffffffffff", "10000000000000000", "7fffffffffffffff", "8000000000000000", "g", "",
            ] {
                let head =
                    "POST /v1/comments HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnection: close\r\n"
                let body = "transfer-encoding: chunked\r\n\r\n\(size)\r\n{}\r\n0\r\n\r\n"
                let client = try await server.connect(sending: head + body)
                try? await client.finish()
                _ = try await client.readToEnd()
            }
            #expect(try await server.request("GET /health/live HTTP/1.1").status == 200)
        }
    }
}
