import DanmakuServer
import Foundation
import Testing

@Suite("Ambiguous requests are refused and end their connection")
struct SmugglingTests {
    private static let host = "Host: localhost\r\n"
    private static let post = "POST /v1/score HTTP/1.1\r\n\(host)Content-Type: application/json\r\n"
    private static let body = #"{"texts":["a"]}"#
    /// What a smuggler wants to have read as a request of its own.
    private static let hidden = "GET /metrics HTTP/1.1\r\n\(host)Connection: close\r\n\r\n"

    /// One body in chunked coding, under the header lines given.
    private static func chunked(_ fields: String, first: String = "f\r\n", rest: String = "\r\n0\r\n\r\n") -> String {
        post + fields + "\r\n" + first + body + rest
    }

    private static let refused: [(name: String, bytes: String)] = [
        ("CL and TE", post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("TE and CL", post + "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n"),
        ("two CLs that differ", post + "Content-Length: 15\r\nContent-Length: 16\r\n\r\n\(body)"),
        ("two CLs alike", post + "Content-Length: 15\r\nContent-Length: 15\r\n\r\n\(body)"),
        ("a list as CL", post + "Content-Length: 15, 15\r\n\r\n\(body)"),
        ("CL with a plus", post + "Content-Length: +15\r\n\r\n\(body)"),
        ("a negative CL", post + "Content-Length: -1\r\n\r\n\(body)"),
        ("a hexadecimal CL", post + "Content-Length: 0xf\r\n\r\n\(body)"),
        ("a CL over 64 bits", post + "Content-Length: 99999999999999999999\r\n\r\n\(body)"),
        ("an empty CL", post + "Content-Length:\r\n\r\n\(body)"),
        ("a CL in two parts", post + "Content-Length: 1 5\r\n\r\n\(body)"),
        ("a space before the colon of CL", post + "Content-Length : 15\r\n\r\n\(body)"),
        ("an unknown TE", chunked("Transfer-Encoding: xchunked\r\n")),
        ("TE identity", chunked("Transfer-Encoding: identity\r\n")),
        ("TE chunked, but not last", chunked("Transfer-Encoding: chunked, identity\r\n")),
        ("TE twice", chunked("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
        ("a control character in TE", chunked("Transfer-Encoding: \u{b}chunked\r\n")),
        ("a tab before the colon of TE", chunked("Transfer-Encoding\t: chunked\r\n")),
        ("a folded TE", chunked("Transfer-Encoding:\r\n chunked\r\n")),
        ("a chunk size that is no number", chunked("Transfer-Encoding: chunked\r\n", first: "zz\r\n")),
        ("a chunk size with 0x", chunked("Transfer-Encoding: chunked\r\n", first: "0xf\r\n")),
        ("a negative chunk size", chunked("Transfer-Encoding: chunked\r\n", first: "-f\r\n")),
        ("a chunk size over 64 bits", chunked("Transfer-Encoding: chunked\r\n", first: "fffffffffffffffff\r\n")),
        ("a space after the chunk size", chunked("Transfer-Encoding: chunked\r\n", first: "f \r\n")),
        ("a chunk size that ends with LF", chunked("Transfer-Encoding: chunked\r\n", first: "f\n")),
        ("LF in a chunk extension", chunked("Transfer-Encoding: chunked\r\n", first: "f;a\nb\r\n")),
        ("no line end after a chunk", chunked("Transfer-Encoding: chunked\r\n", rest: "0\r\n\r\n")),
        ("CL in a trailer", chunked("Transfer-Encoding: chunked\r\n", rest: "\r\n0\r\nContent-Length: 5\r\n\r\n")),
        ("a folded field", "GET / HTTP/1.1\r\n\(host)X-A: b\r\n c\r\n\r\n"),
        ("a folded Host", "GET / HTTP/1.1\r\nHost:\r\n localhost\r\n\r\n"),
        ("a first field that is folded", "GET / HTTP/1.1\r\n X-A: b\r\n\(host)\r\n"),
        ("a space before the colon", "GET / HTTP/1.1\r\n\(host)X-A : b\r\n\r\n"),
        ("a field without a colon", "GET / HTTP/1.1\r\n\(host)X-A\r\n\r\n"),
        ("a field without a name", "GET / HTTP/1.1\r\n\(host): b\r\n\r\n"),
        ("NUL in a value", "GET / HTTP/1.1\r\n\(host)X-A: b\u{0}c\r\n\r\n"),
        ("CR in a value", "GET / HTTP/1.1\r\n\(host)X-A: b\rContent-Length: 5\r\n\r\n"),
        ("a control character in a name", "GET / HTTP/1.1\r\n\(host)X\u{1}: b\r\n\r\n"),
        ("lines that end with LF", "GET / HTTP/1.1\nHost: localhost\n\n"),
        ("1,001 fields", "GET / HTTP/1.1\r\n\(host)" + (0...1000).map { "X-\($0): a\r\n" }.joined() + "\r\n"),
        ("a field of 100 KB", "GET / HTTP/1.1\r\n\(host)X-A: \(String(repeating: "a", count: 100_000))\r\n\r\n"),
        ("a target of 100 KB", "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\n\(host)\r\n"),
        ("HTTP/0.9", "GET /\r\n\r\n"), ("HTTP/1.2", "GET / HTTP/1.2\r\n\(host)\r\n"),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), ("a word after the version", "GET / HTTP/1.1 x\r\n\(host)\r\n"),
        ("a space in the target", "GET /a b HTTP/1.1\r\n\(host)\r\n"),
        ("a method in lower case", "get / HTTP/1.1\r\n\(host)\r\n"),
        ("a target without a slash", "GET metrics HTTP/1.1\r\n\(host)\r\n"),
    ]

    @Test("One 400, and what follows is not read", arguments: refused)
    func refusal(name: String, bytes: String) async throws {
        try await RunningServer.with { running in
            let connection = try await running.connect()
            // The server may close before it has read all of it.
            try? await connection.write(bytes + Self.hidden)
            let answer = try await connection.readToEnd()
            #expect(RawResponse(answer).status == 400)
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2, "one response")
            #expect(!answer.contains("danmaku_comments_total"))
        }
    }

    @Test(
        "The same requests in order are answered, and so is the next one on their connection",
        arguments: [
            ("CL", post + "Content-Length: 15\r\n\r\n\(body)", "200 OK"),
            ("TE", chunked("Transfer-Encoding: chunked\r\n"), "200 OK"),
            ("TE in capitals", chunked("Transfer-Encoding: CHUNKED\r\n"), "200 OK"),
            ("a chunk extension", chunked("Transfer-Encoding: chunked\r\n", first: "f;a=b\r\n"), "200 OK"),
            ("a GET with a body", "GET /x HTTP/1.1\r\n\(host)Content-Length: 5\r\n\r\nhello", "404 Not Found"),
            ("empty lines first", "\r\n\r\nGET /x HTTP/1.1\r\n\(host)\r\n", "404 Not Found"),
        ]
    )
    func control(name: String, bytes: String, status: String) async throws {
        try await RunningServer.with { running in
            let connection = try await running.connect()
            try await connection.write(bytes + Self.hidden)
            let answer = try await connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n"))
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 3, "two responses")
            #expect(answer.contains("danmaku_comments_total"))
        }
    }
}
