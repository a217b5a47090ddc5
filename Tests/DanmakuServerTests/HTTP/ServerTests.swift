import DanmakuServer
import NIOCore
import Testing

@Suite("A running server", .serves)
struct ServerTests {
    @Test("Unknown routes, wrong methods and the page, over a real socket")
    func routes() async throws {
        try await RunningServer.with(files: ["index.html": "<p>page</p>", "a/b.js": "1", ".hidden": "no"]) { server in
            let unknown = try await server.request("GET /v9/nothing HTTP/1.1")
            #expect(unknown.status == 404)
            #expect(unknown.body == #"{"error":"not_found","message":"There is nothing at this path."}"#)
            #expect(unknown.headers["x-accel-buffering"] == "no")
            #expect(unknown.headers["cache-control"] == "no-store, no-transform")

            let page = try await server.request("GET / HTTP/1.1")
            #expect(page.status == 200)
            #expect(page.body == "<p>page</p>")
            #expect(page.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(page.headers["cache-control"] == "no-cache")

            let script = try await server.request("GET /a/b.js HTTP/1.1\r\nrange: bytes=9223372036854775807-")
            #expect(script.status == 200, "ranges are not served")
            #expect(script.headers["content-type"]?.hasPrefix("text/javascript") == true)
            #expect(script.headers["x-content-type-options"] == "nosniff")
            let tag = try #require(script.headers["etag"])
            #expect(try await server.request("GET /a/b.js HTTP/1.1\r\nif-none-match: \(tag)").status == 304)

            for path in ["/../ServerTests.swift", "/.hidden", "/%2e%2e/x", "/a%00", "/a/b.js/c"] {
                #expect(try await server.request("GET \(path) HTTP/1.1").status == 404, "\(path)")
            }
        }
    }

    @Test("Two servers live in one process, each with its own ports, and drain in order")
    func several() async throws {
        try await RunningServer.with { first in
            try await RunningServer.with { (second: RunningServer) async throws in
                #expect(first.addresses != second.addresses)
                #expect(try await second.request("GET / HTTP/1.1").status == 200)
            }
            #expect(try await first.request("GET / HTTP/1.1").status == 200)
            let ready = first.log.lines.filter { $0.contains("Ready.") }
            #expect(ready.count == 1)
            #expect(ready.first?.contains("http=http://127.0.0.1:\(first.addresses.http.port ?? 0)/") == true)
            #expect(ready.first?.contains("ingest=127.0.0.1:\(first.addresses.ingest.port ?? 0)") == true)
        }
    }

    @Test("A taken port is one line that names the flag", arguments: ["http", "ingest"])
    func takenPort(key: String) async throws {
        try await RunningServer.with { running in
            let port = (key == "http" ? running.addresses.http : running.addresses.ingest).port ?? 0
            do {
                try await RunningServer.with(["\(key).port": "\(port)"]) { _ in }
                Issue.record("the port was taken twice")
            } catch let problem as ListeningProblem {
                #expect(problem.description == "port \(port) is in use: choose another with --\(key)-port")
            }
        }
    }

    @Test("A model or a page's folder that is not there is one line and no server")
    func missingFiles() async throws {
        for (key, value) in ["scoring.model": "nowhere.dkm", "http.web-directory": "nowhere"] {
            do {
                try await RunningServer.with([key: value]) { _ in }
                Issue.record("\(key) was taken")
            } catch let problem as ConfigurationProblem {
                #expect(problem.description.hasPrefix("\(key) = \"\(value)\": "))
            }
        }
    }

    @Test("A drain closes both listeners and idle connections, and comes to its end")
    func drain() async throws {
        var addresses: Server.Addresses?
        try await RunningServer.with { running in
            addresses = running.addresses
            let idle = try await running.connect()
            try await idle.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            _ = try await idle.read(until: "<p>page</p>")
            running.server.beginDrain()
            running.server.beginDrain()
            _ = try await idle.readToEnd()
        }
        let http = try #require(addresses?.http)
        await #expect(throws: (any Error).self) { try await RawConnection(to: http) }
        let ingest = try #require(addresses?.ingest)
        await #expect(throws: (any Error).self) { try await RawConnection(to: ingest) }
    }

    @Test("Giving up closes what is open and counts it in the log")
    func giveUp() async throws {
        try await RunningServer.with { running in
            let idle = try await running.connect()
            try await idle.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            _ = try await idle.read(until: "<p>page</p>")
            let left = running.server.giveUp()
            #expect(left.httpConnections == 1)
            #expect(left.comments == 0)
            _ = try await idle.readToEnd()
            #expect(
                running.log.lines.contains { $0.contains("The grace is over") && $0.contains("http-connections=1") }
            )
        }
    }

    @Test("One connection too many is answered, and EventSource is told to come back")
    func tooManyConnections() async throws {
        try await RunningServer.with(["http.max-connections": "1"]) { running in
            let first = try await running.connect()
            try await first.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            _ = try await first.read(until: "<p>page</p>")
            let refused = try await running.request("GET / HTTP/1.1")
            #expect(refused.status == 503)
            #expect(refused.body.hasPrefix(#"{"error":"too_many_connections","message":"#))
            #expect(refused.headers["retry-after"] == "5")
            let stream = try await running.request("GET /v1/events HTTP/1.1\r\naccept: text/event-stream")
            #expect(stream.status == 200)
            #expect(stream.body.hasPrefix("event: overloaded\nretry: "))
            #expect(stream.body.hasSuffix("\ndata: {\"reason\":\"too_many_connections\"}\n\n"))
            try await first.write("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            #expect(try await first.readToEnd().contains("<p>page</p>"), "the first one noticed nothing")
        }
    }

    @Test("A head that does not come to its end closes the connection, others notice nothing")
    func slowHead() async throws {
        try await RunningServer.with(["http.head-timeout-seconds": "1"]) { running in
            let other = try await running.connect(sending: "GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            _ = try await other.read(until: "<p>page</p>")
            let slow = try await running.connect(sending: "GET / HTTP/1.1\r\nhost: a\r\nx-slow: ")
            let silent = try await running.connect()
            #expect(try await slow.readToEnd().isEmpty)
            #expect(try await silent.readToEnd().isEmpty)
            try await other.write("GET /again HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            #expect(try await other.readToEnd().contains("HTTP/1.1 404"))
        }
    }

    @Test("A body that drips in is given its time once, not once a byte")
    func slowBody() async throws {
        try await RunningServer.with(["http.body-timeout-seconds": "1"]) { running in
            let slow = try await running.connect()
            try await slow.write(
                "POST /v1/comments HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
                    + "transfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n"
            )
            #expect(try await slow.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue\r\n"))
            let dripping = Task {
                while (try? await slow.write("1\r\n[\r\n")) != nil {
                    await Task.yield()
                }
            }
            _ = try await slow.readToEnd()
            await dripping.value
            #expect(try await running.request("GET / HTTP/1.1").status == 200)
        }
    }

    @Test("A client that is still sending reads its refusal before the connection is closed")
    func refusalWhileSending() async throws {
        try await RunningServer.with { running in
            let eager = try await running.connect()
            let part = String(repeating: "x", count: 65536)
            try await eager.write(
                "POST /v1/comments HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 100000000\r\n\r\n"
                    + part
            )
            let sending = Task {
                while (try? await eager.write(part)) != nil {
                    await Task.yield()
                }
            }
            let answer = RawResponse(try await eager.readToEnd())
            #expect(answer.status == 415)
            #expect(answer.body.hasPrefix(#"{"error":"unsupported_media_type","message":"#))
            await sending.value
        }
    }

    @Test("Bytes that are no HTTP are answered 400 and closed")
    func noise() async throws {
        try await RunningServer.with { running in
            let connection = try await running.connect()
            try await connection.write("\u{1}\u{2}牛啊\r\n\r\n")
            #expect(RawResponse(try await connection.readToEnd()).status == 400)
            #expect(try await running.request("GET / HTTP/1.1").status == 200)
        }
    }

    @Test("Pages of other origins may read only where they are configured")
    func crossOrigin() async throws {
        try await RunningServer.with(["http.cors-origin": "https://a.example, https://b.example"]) { running in
            let known = try await running.request("GET /v9 HTTP/1.1\r\norigin: https://b.example")
            #expect(known.headers["access-control-allow-origin"] == "https://b.example")
            #expect(known.headers["vary"] == "Origin")
            let unknown = try await running.request("GET /v9 HTTP/1.1\r\norigin: https://c.example")
            #expect(unknown.headers["access-control-allow-origin"] == nil)
            let preflight = try await running.request(
                "OPTIONS /v9 HTTP/1.1\r\norigin: https://a.example\r\naccess-control-request-method: POST"
            )
            #expect(preflight.status == 204)
            #expect(preflight.headers["access-control-allow-headers"]?.contains("Last-Event-ID") == true)
        }
        try await RunningServer.with { running in
            let response = try await running.request("GET / HTTP/1.1\r\norigin: https://a.example")
            #expect(response.headers["access-control-allow-origin"] == nil)
        }
    }
}
