import DanmakuPipeline
import DanmakuServer
import Testing

@Suite("The PROXY header")
struct ProxyHeaderTests {
    /// A header as HAProxy sends it.
    static func header(
        command: UInt8 = 0x21,
        family: UInt8 = 0x11,
        _ payload: [UInt8] = [203, 0, 113, 7, 10, 0, 0, 1, 0x30, 0x39, 0x23, 0x28]
    ) -> [UInt8] {
        let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
        return signature + [command, family, UInt8(payload.count >> 8), UInt8(payload.count & 255)] + payload
    }

    private static func read(_ bytes: [UInt8]) -> ProxyHeader.Reading {
        ProxyHeader.read(bytes)
    }

    @Test("the source of a connection by IPv4, IPv6 and with extensions")
    func sources() throws {
        let four = try #require(IPAddress("203.0.113.7"))
        #expect(Self.read(Self.header()) == .complete(length: 28, source: .client(four, port: 12345)))
        let six = try #require(IPAddress("2001:db8::17"))
        let payload = six.bytes + [UInt8](repeating: 9, count: 16) + [0x01, 0xBB, 0, 1]
        #expect(
            Self.read(Self.header(family: 0x21, payload)) == .complete(length: 52, source: .client(six, port: 443))
        )
        let extended: [UInt8] = [203, 0, 113, 7, 10, 0, 0, 1, 0x30, 0x39, 0x23, 0x28] + [0x04, 0, 3, 1, 2, 3]
        #expect(Self.read(Self.header(extended)) == .complete(length: 34, source: .client(four, port: 12345)))
        // What follows the header is the connection's own.
        #expect(Self.read(Self.header() + [0x7B]) == .complete(length: 28, source: .client(four, port: 12345)))
    }

    @Test("a proxy that speaks for itself, or for a client without an IP address")
    func own() {
        #expect(Self.read(Self.header(command: 0x20, family: 0, [])) == .complete(length: 16, source: .proxy))
        #expect(Self.read(Self.header(command: 0x20)) == .complete(length: 28, source: .proxy))
        #expect(Self.read(Self.header(family: 0x00, [])) == .complete(length: 16, source: .proxy))
        let unix = [UInt8](repeating: 0x61, count: 216)
        #expect(Self.read(Self.header(family: 0x31, unix)) == .complete(length: 232, source: .proxy))
    }

    @Test("each beginning of a header waits for the rest")
    func incomplete() {
        let header = Self.header()
        for count in 0..<header.count {
            #expect(Self.read(Array(header.prefix(count))) == .incomplete)
        }
    }

    @Test("what is no header of version 2 is refused at the first byte that shows it")
    func invalid() {
        let short: [UInt8] = [203, 0, 113, 7, 10, 0, 0, 1, 0x30, 0x39, 0x23]
        for wrong in [
            Array("{".utf8), Array("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n".utf8), [0x0D, 0x0A, 0x0D, 0x0B],
            Self.header(command: 0x11), Self.header(command: 0x22), Self.header(family: 0x12), Self.header(short),
            Self.header(family: 0x21), Self.header(family: 0x41), Self.header(family: 0xFF),
            // Longer than is taken: refused before it is waited for.
            Array(Self.header([UInt8](repeating: 0, count: 2033)).prefix(16)),
        ] {
            #expect(Self.read(wrong) == .invalid)
        }
        let longest = Self.header([203, 0, 113, 7, 10, 0, 0, 1, 0, 1, 0, 2] + [UInt8](repeating: 0, count: 2020))
        #expect(longest.count == ProxyHeader.longest)
        #expect(Self.read(longest) != .invalid)
    }

    @Test("no bytes make it read beyond them, and one answer never turns into another", arguments: 0..<50)
    func randomBytes(seed: Int) {
        let random = RandomSource.seeded(UInt64(seed))
        var bytes = Self.header()
        for _ in 0..<200 {
            var changed = bytes
            for _ in 0..<(random.next() % 4) {
                changed[Int(random.next() % UInt64(changed.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            var last = ProxyHeader.Reading.incomplete
            for count in 0...changed.count {
                let reading = Self.read(Array(changed.prefix(count)))
                #expect(last == .incomplete || last == reading)
                last = reading
            }
            if random.next() % 8 == 0 {
                bytes = Self.header((0..<(random.next() % 64)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            }
        }
    }
}
