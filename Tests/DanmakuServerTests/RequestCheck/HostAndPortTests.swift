import DanmakuServer
import Testing

@Suite("Host and port")
struct HostAndPortTests {
    @Test(
        "Names, addresses and ports are read",
        arguments: [
            ("localhost", .name("localhost"), nil), ("LocalHost:8080", .name("localhost"), 8080),
            ("localhost.", .name("localhost"), nil), ("example.org:", .name("example.org"), nil),
            ("a_b-c.example:65535", .name("a_b-c.example"), 65535), ("127.0.0.1", .address("127.0.0.1"), nil),
            ("127.0.0.1:80", .address("127.0.0.1"), 80), ("255.255.255.255", .address("255.255.255.255"), nil),
            ("[::1]", .address("::1"), nil), ("[2001:DB8::1]:443", .address("2001:db8::1"), 443),
            ("[::ffff:1.2.3.4]", .address("::ffff:1.2.3.4"), nil),
            // Browsers write none of these for an address, so that they count as names, which must be listed.
            ("1.2.3.256", .name("1.2.3.256"), nil), ("127.1", .name("127.1"), nil),
            ("0x7f.0.0.1", .name("0x7f.0.0.1"), nil),
            ("2130706433", .name("2130706433"), nil), ("1.2.3.4.5", .name("1.2.3.4.5"), nil),
        ] as [(String, HostAndPort.Host, UInt16?)]
    )
    func read(text: String, host: HostAndPort.Host, port: UInt16?) throws {
        let read = try #require(HostAndPort(text))
        #expect(read.host == host)
        #expect(read.port == port)
    }

    @Test(
        "Anything else is no host",
        arguments: [
            "", " ", "a b", "a@b", "user:pw@host", "a/b", "http://a", "a:b", "a:65536", "a:+1", "a:-1", "a:1:2", ":80",
            ".", "a..",
            "[::1", "::1", "[]", "[a]", "[::1]80", "[::1%eth0]", "[example.org]", "牛.example", "a\u{0}", "a,b", "a;b",
            "a\\b",
            String(repeating: "a", count: 262),
        ]
    )
    func refused(text: String) {
        #expect(HostAndPort(text) == nil)
    }
}
