import DanmakuServer
import Testing

@Suite("The first bytes of an ingest connection")
struct PrefaceTests {
    private static let http = [
        "GET / HTTP/1.1\r\n", "POST /v1/comments HTTP/1.1\r\n", "PUT /x", "HEAD /", "OPTIONS *", "DELETE /x",
        "PATCH /x",
        "CONNECT a:1", "TRACE /", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]

    /// Looks at bytes in pieces of one size; the verdict, and after how many bytes it came.
    private static func look(_ bytes: [UInt8], pieces size: Int) -> (
        foreign: Preface.Foreign?, after: Int, isOpen: Bool
    ) {
        var preface = Preface()
        var position = 0
        while position < bytes.count {
            let end = min(bytes.count, position + size)
            if let foreign = preface.look(at: bytes[position..<end]) {
                return (foreign, end, preface.isUndecided)
            }
            position = end
        }
        return (nil, position, preface.isUndecided)
    }

    @Test("an HTTP request is known by its method, however it is cut", arguments: http)
    func requests(text: String) {
        for size in 1...text.utf8.count {
            let seen = Self.look(Array(text.utf8), pieces: size)
            #expect(seen.foreign == .http)
            // Before its first line ends: nothing of it was a line.
            #expect(!text.utf8.prefix(seen.after - (seen.after - 1) % size - 1).contains(0x0A))
        }
    }

    @Test("a TLS greeting is known by two bytes")
    func tls() {
        #expect(Self.look([0x16, 0x03, 0x01, 0x02], pieces: 1) == (.tls, 2, false))
        #expect(Self.look([0x16, 0x03, 0x01, 0x02], pieces: 9) == (.tls, 4, false))
    }

    @Test(
        "what is none of these is lines, from the first byte that tells it",
        arguments: [
            #"{"room":"a","text":"GET / HTTP/1.1"}"#, "\n", "\r\n", " {}", "get / HTTP/1.1", "GETS", "POS\n", "HEADER",
            "PRI * HTTP/1", "\u{16}\u{02}", "弹幕", "[1]",
        ]
    )
    func lines(text: String) {
        for size in [1, 3, 100] {
            let seen = Self.look(Array(text.utf8), pieces: size)
            #expect(seen.foreign == nil)
            #expect(!seen.isOpen)
        }
    }

    @Test("the beginning of a method decides nothing yet")
    func undecided() {
        for beginning in ["", "G", "GET", "P", "PRI * HTTP/", "\u{16}"] {
            let seen = Self.look(Array(beginning.utf8), pieces: 1)
            #expect(seen.foreign == nil)
            #expect(seen.isOpen)
        }
    }
}
