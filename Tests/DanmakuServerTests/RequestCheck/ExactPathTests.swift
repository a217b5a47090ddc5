import DanmakuServer
import DanmakuTestKit
import Testing

@Suite("Exact paths")
struct ExactPathTests {
    @Test(
        "One spelling of each path is taken",
        arguments: [
            "/", "/metrics", "/v1/rooms/a:b/comments", "/v1/rooms/a%3Ab/comments", "/v1/rooms/a%3ab", "/v1/rooms/...",
            "/v1/rooms/.a", "/v1/rooms/a.", "/v1/rooms/%E7%89%9B", "/a%20b", "/a%00", "/overlay.html", "/v1/rooms/%zz",
            "/v1/rooms/%", "/v1/rooms/%4", "/a%25b", "/a;b", "/a\\b",
        ]
    )
    func exact(path: String) {
        #expect(ExactPath.isExact(path))
    }

    @Test(
        "Any other spelling is not",
        arguments: [
            "", "*", "metrics", "//", "//metrics", "/metrics/", "/metrics//", "/./metrics", "/metrics/.", "/../metrics",
            "/v1/..", "/v1/../metrics", "/.", "/..", "/%6detrics", "/metric%73", "/%6Detrics", "/v1/rooms/%61",
            "/%2e/metrics",
            "/%2E%2e/metrics", "/v1/rooms/a%2Fcomments", "/v1/rooms/a%2fb", "/v1//rooms", "/a/%7Eb", "/a%5fb", "/a%2D",
        ]
    )
    func other(path: String) {
        #expect(!ExactPath.isExact(path))
    }

    /// What a proxy may do to a path before it compares it with its rules.
    private static func normalized(_ path: String) -> String {
        var decoded: [UInt8] = []
        let bytes = Array(path.utf8)
        var index = 0
        while index < bytes.count {
            let escape =
                index + 2 < bytes.count ? String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self) : ""
            if bytes[index] == UInt8(ascii: "%"), let byte = UInt8(escape, radix: 16) {
                decoded.append(byte)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        var segments: [Substring] = []
        let text = String(decoding: decoded, as: UTF8.self)
        for segment in text.split(separator: "/") {
            switch segment {
            case ".": break
            case "..": _ = segments.popLast()
            default: segments.append(segment)
            }
        }
        return "/" + segments.joined(separator: "/")
    }

    @Test("No exact path but one becomes a given path when a proxy normalizes it")
    func normalization() {
        var random = SeededGenerator(seed: 8)
        let parts = ["/", "/", "m", "%6d", "%6D", "n", ".", "%2e", "..", "%2F", "//", "%"]
        for _ in 0..<20_000 {
            let path =
                "/"
                + (0..<Int.random(in: 0...6, using: &random)).map { _ in parts.randomElement(using: &random)! }.joined()
            if ExactPath.isExact(path), Self.normalized(path) == "/m/n" || Self.normalized(path) == "/m" {
                #expect(path == "/m/n" || path == "/m", "\(path)")
            }
        }
    }
}
