import DanmakuServer
import NIOCore
import Testing

@Suite("Request check on a running server")
struct RequestCheckServerTests {
    private static let host = "Host: localhost\r\n"

    /// Sends bytes as they are and gives what came until the server closed.
    private func exchange(_ running: RunningServer, _ text: String) async throws -> RawResponse {
        let connection = try await running.connect()
        try await connection.write(text)
        return RawResponse(try await connection.readToEnd())
    }

    @Test("Hosts and targets: the status of each form, and its code")
    func heads() async throws {
        let rows: [(line: String, hosts: String, status: Int, code: String)] = [
            ("GET /metrics HTTP/1.1", Self.host, 200, ""), ("GET /metrics HTTP/1.1", "Host: 127.0.0.1:1\r\n", 200, ""),
            ("GET /metrics HTTP/1.1", "Host: evil.example\r\n", 421, "host_not_allowed"),
            ("GET / HTTP/1.1", "Host: evil.example\r\n", 421, "host_not_allowed"),
            ("GET /metrics HTTP/1.1", "", 400, "bad_request"), ("GET /metrics HTTP/1.0", "", 200, ""),
            ("GET /metrics HTTP/1.1", Self.host + Self.host, 400, "bad_request"),
            ("GET /metrics HTTP/1.0", Self.host + "HOST: evil.example\r\n", 400, "bad_request"),
            ("GET /metrics HTTP/1.1", "Host: a b\r\n", 400, "bad_request"),
            ("GET /metrics HTTP/1.1", "Host:\r\n", 400, "bad_request"),
            ("GET http://localhost/metrics HTTP/1.1", Self.host, 200, ""),
            ("GET http://localhost/metrics HTTP/1.1", "Host: evil.example\r\n", 200, ""),
            ("GET http://evil.example/metrics HTTP/1.1", Self.host, 421, "host_not_allowed"),
            ("GET http://localhost/metrics HTTP/1.1", "", 400, "bad_request"),
            ("GET mailto:/metrics HTTP/1.1", Self.host, 400, ""),
            ("GET ftp://localhost/metrics HTTP/1.1", Self.host, 400, "bad_request"),
            ("CONNECT localhost:80 HTTP/1.1", Self.host, 400, "bad_request"),
            ("OPTIONS * HTTP/1.1", Self.host, 404, "not_found"),
            ("GET //metrics HTTP/1.1", Self.host, 404, "not_found"),
            ("GET /metrics/ HTTP/1.1", Self.host, 404, "not_found"),
            ("GET /./metrics HTTP/1.1", Self.host, 404, "not_found"),
            ("GET /%6detrics HTTP/1.1", Self.host, 404, "not_found"),
            ("GET /health//live HTTP/1.1", Self.host, 404, "not_found"),
            ("GET //index.html HTTP/1.1", Self.host, 404, "not_found"),
            ("POST //v1/comments HTTP/1.1", Self.host, 404, "not_found"),
        ]
        try await RunningServer.with { running in
            for (line, hosts, status, code) in rows {
                let answer = try await exchange(running, "\(line)\r\n\(hosts)Connection: close\r\n\r\n")
                #expect(answer.status == status, "\(line) \(hosts)")
                #expect(code.isEmpty || answer.body.hasPrefix(#"{"error":"\#(code)","message":""#), "\(line) \(hosts)")
            }
        }
    }

    @Test("A foreign page's POST is refused before its comment is taken, an own page's is not")
    func origins() async throws {
        try await RunningServer.with(["http.cors-origin": "https://friend.example"]) { running in
            let port = running.addresses.http.port ?? 0
            let rows = [
                ("", 202), ("Origin: http://localhost:\(port)\r\n", 202), ("Origin: https://friend.example\r\n", 202),
                ("Origin: https://evil.example\r\n", 403), ("Origin: null\r\n", 403),
                ("Sec-Fetch-Site: cross-site\r\n", 403),
            ]
            for (fields, status) in rows {
                let head =
                    "POST /v1/rooms/page/comments HTTP/1.1\r\nHost: localhost:\(port)\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 12\r\n\(fields)\r\n"
                let answer = try await exchange(running, head + #"{"text":"a"}"#)
                #expect(answer.status == status, "\(fields)")
                #expect(status == 202 || answer.body.hasPrefix(#"{"error":"origin_not_allowed","#), "\(fields)")
            }
            let metrics = try await running.request("GET /metrics HTTP/1.1").body
            #expect(metrics.contains("danmaku_comments_total{outcome=\"received\"} 3\n"))
        }
    }

    /// Posts comments with further header lines and gives the status.
    private func post(_ running: RunningServer, _ fields: String, comments: Int = 1) async throws -> Int {
        let body = "[" + Array(repeating: #"{"text":"a"}"#, count: comments).joined(separator: ",") + "]"
        return try await exchange(
            running,
            "POST /v1/rooms/a/comments HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
        )
        .status
    }

    @Test("Behind a trusted proxy two clients are two for client-rate; nobody else is believed")
    func proxies() async throws {
        let first = "X-Forwarded-For: 198.51.100.1\r\n"
        let second = "X-Forwarded-For: 198.51.100.2\r\n"
        // A debt of 999 comments at one a second outlasts the test.
        try await RunningServer.with(["admission.client-rate": "1", "http.trusted-proxies": "127.0.0.1"]) {
            (running: RunningServer) async throws in
            #expect(try await post(running, first, comments: 1000) == 202)
            #expect(try await post(running, first) == 429)
            #expect(try await post(running, second, comments: 1000) == 202)
            #expect(
                try await post(running, "X-Forwarded-For: 203.0.113.1\r\n" + second) == 429,
                "a forged start of the list"
            )
            #expect(try await post(running, "Forwarded: for=203.0.113.1\r\n" + second) == 429, "X-Forwarded-For wins")
            #expect(try await post(running, "Forwarded: for=198.51.100.1\r\n") == 429)
            #expect(try await post(running, "", comments: 1000) == 202, "the proxy itself")
            #expect(try await post(running, "") == 429)
        }
        try await RunningServer.with(["admission.client-rate": "1", "http.trusted-proxies": "10.0.0.0/8"]) {
            (running: RunningServer) async throws in
            #expect(try await post(running, first, comments: 1000) == 202)
            #expect(try await post(running, second) == 429, "the peer is no proxy of ours")
        }
    }

    @Test("A wrong list of hosts or proxies is one line and no server")
    func wrongLists() async throws {
        for (key, value) in ["http.allowed-hosts": "https://a.example", "http.trusted-proxies": "10.0.0.0/99"] {
            do {
                try await RunningServer.with([key: value]) { _ in }
                Issue.record("\(key) was taken")
            } catch let problem as ConfigurationProblem {
                #expect(problem.description.hasPrefix("\(key) = \"\(value)\": "))
            }
        }
    }
}
