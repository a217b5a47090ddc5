import DanmakuServer
import NIOHTTP1
import Testing

@Suite("Request targets: form × version × Host fields")
struct RequestTargetTests {
    private func read(
        _ uri: String,
        _ hosts: [String],
        _ version: HTTPVersion = .http1_1,
        method: HTTPMethod = .GET
    ) -> RequestTarget.Reading {
        var head = HTTPRequestHead(version: version, method: method, uri: uri)
        head.headers.add(name: "X-Host", value: "x")
        for (name, value) in zip(["Host", "hOST", "HOST"], hosts) {
            head.headers.add(name: name, value: value)
        }
        return RequestTarget.read(head, localHost: { "127.0.0.1" })
    }

    @Test("A path needs exactly one Host; HTTP/1.0 may lack it")
    func paths() {
        for uri in ["/", "/a?b", "//a", "*"] {
            #expect(read(uri, ["a"]) == .normal)
            #expect(read(uri, [""]) == .normal, "the check refuses it")
            #expect(read(uri, []) == .refused)
            #expect(read(uri, ["a", "a"]) == .refused)
            #expect(read(uri, ["a", "b", "a"]) == .refused)
            #expect(read(uri, ["a"], .http1_0) == .normal)
            #expect(read(uri, [], .http1_0) == .rewritten(path: uri, host: "127.0.0.1"))
            #expect(read(uri, ["a", "a"], .http1_0) == .refused)
        }
    }

    @Test("The host of a URL wins over the field, which must be there all the same")
    func urls() {
        let rows: [(String, String, String)] = [
            ("http://b/x?y", "/x?y", "b"), ("HTTP://b", "/", "b"), ("https://b:1?q", "/?q", "b:1"),
            ("http://[::1]:8/metrics", "/metrics", "[::1]:8"), ("http://u@b/", "/", "u@b"), ("http:///x", "/x", ""),
            ("http://b#f", "/#f", "b"),
        ]
        for (uri, path, host) in rows {
            #expect(read(uri, ["a"]) == .rewritten(path: path, host: host))
            #expect(read(uri, [], .http1_0) == .rewritten(path: path, host: host))
            #expect(read(uri, []) == .refused)
            #expect(read(uri, ["a", "b"]) == .refused)
        }
        for uri in ["", "a", "metrics", "?x", "ftp://b/x", "mailto:/metrics", "http:/metrics", "http:metrics", "b:80"] {
            #expect(read(uri, ["a"]) == .refused, "\(uri)")
        }
        for uri in ["b:80", "/x", "http://b/x"] {
            #expect(read(uri, ["a"], method: .CONNECT) == .refused, "\(uri)")
        }
    }

    @Test("What is behind sees one Host or none")
    func normalized() {
        var head = HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: "http://b/x",
            headers: ["Host": "a", "A": "b"]
        )
        RequestTarget.normalize(&head, localHost: { "" })
        #expect(head.uri == "/x")
        #expect(head.headers["host"] == ["b"])
        head.headers.add(name: "host", value: "c")
        RequestTarget.normalize(&head, localHost: { "" })
        #expect(head.headers["host"] == [])
        #expect(head.headers["a"] == ["b"])
    }
}
