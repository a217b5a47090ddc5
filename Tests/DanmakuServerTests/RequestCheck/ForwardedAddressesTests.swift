import DanmakuPipeline
import DanmakuServer
import DanmakuTestKit
import HTTPTypes
import NIOCore
import Testing

@Suite("Forwarded addresses")
struct ForwardedAddressesTests {
    private static let proxies = try! AddressRanges(parsing: "127.0.0.1, 10.0.0.0/8, fd00::/8")

    private func client(_ forwardedFor: [String], forwarded: [String] = []) throws -> IPAddress {
        ForwardedAddresses.client(
            peer: try #require(IPAddress("127.0.0.1")),
            forwardedFor: forwardedFor,
            forwarded: forwarded,
            trusted: Self.proxies
        )
    }

    @Test(
        "X-Forwarded-For: the rightmost address that is no proxy of ours",
        arguments: [
            ([], "127.0.0.1"), (["192.0.2.1"], "192.0.2.1"), (["203.0.113.9, 192.0.2.1"], "192.0.2.1"),
            (["203.0.113.9", "192.0.2.1"], "192.0.2.1"), (["192.0.2.1, 10.1.2.3"], "192.0.2.1"),
            (["192.0.2.1", "10.1.2.3", "10.9.9.9"], "192.0.2.1"), (["192.0.2.1,10.1.2.3,127.0.0.1"], "192.0.2.1"),
            // All of ours: the first of them is the client.
            (["10.1.2.3, 10.4.5.6"], "10.1.2.3"),
            // What is left of something that is no address is not believed.
            (["192.0.2.1, unknown"], "127.0.0.1"), (["192.0.2.1, unknown, 10.1.2.3"], "10.1.2.3"),
            (["192.0.2.1,"], "127.0.0.1"), ([""], "127.0.0.1"), ([","], "127.0.0.1"), (["192.0.2.1", ""], "127.0.0.1"),
            (["192.0.2.300"], "127.0.0.1"), (["192.0.2"], "127.0.0.1"), (["example.org"], "127.0.0.1"),
            (["192.0.2.1 10.0.0.1"], "127.0.0.1"),
            // Ports, brackets, blanks.
            (["192.0.2.1:4711"], "192.0.2.1"), ([" \t192.0.2.1\t "], "192.0.2.1"),
            (["[2001:db8::1]:443"], "2001:db8::1"),
            (["[2001:db8::1]"], "2001:db8::1"), (["2001:db8::1"], "2001:db8::1"), (["::ffff:192.0.2.1"], "192.0.2.1"),
            (["192.0.2.1:"], "127.0.0.1"), (["192.0.2.1:x"], "127.0.0.1"), (["[2001:db8::1"], "127.0.0.1"),
            (["[2001:db8::1]x"], "127.0.0.1"), (["192.0.2.1:123456"], "127.0.0.1"), (["[192.0.2.1]"], "192.0.2.1"),
        ] as [([String], String)]
    )
    func forwardedFor(fields: [String], expected: String) throws {
        #expect(try client(fields) == IPAddress(expected))
        #expect(
            try client(fields, forwarded: ["for=203.0.113.77"]) == IPAddress(fields.isEmpty ? "203.0.113.77" : expected)
        )
    }

    @Test(
        "Forwarded: the same, in its own grammar",
        arguments: [
            (["for=192.0.2.1"], "192.0.2.1"), (["For=192.0.2.1;proto=https;by=10.0.0.1"], "192.0.2.1"),
            (["proto=https; for=192.0.2.1"], "192.0.2.1"),
            (["for=203.0.113.9, for=192.0.2.1, for=10.0.0.3"], "192.0.2.1"),
            (["for=203.0.113.9", "for=192.0.2.1"], "192.0.2.1"), ([#"for="[2001:db8::1]:4711""#], "2001:db8::1"),
            ([#"for="192.0.2.1:80";host="a,b;c""#], "192.0.2.1"), ([#"for="192.0.2\.1""#], "192.0.2.1"),
            // A quotation that would look like an element of its own.
            ([#"for=192.0.2.1;host="x, for=203.0.113.9""#], "192.0.2.1"),
            (["for=unknown"], "127.0.0.1"), (["for=_hidden"], "127.0.0.1"),
            (["for=192.0.2.1, for=unknown"], "127.0.0.1"),
            (["proto=https"], "127.0.0.1"), ([""], "127.0.0.1"), ([#"for="192.0.2.1"#], "127.0.0.1"),
            (["for"], "127.0.0.1"),
            (["192.0.2.1"], "127.0.0.1"), (["for=192.0.2.1,"], "127.0.0.1"), (["by=192.0.2.1"], "127.0.0.1"),
            (["for=192.0.2.1" + String(repeating: ";a=b", count: 1200)], "127.0.0.1"),
        ] as [([String], String)]
    )
    func forwarded(fields: [String], expected: String) throws {
        #expect(try client([], forwarded: fields) == IPAddress(expected))
    }

    @Test("A list has a bound: what is left of it is not read")
    func bounded() throws {
        for count in [1, ForwardedAddresses.maxEntries - 1, ForwardedAddresses.maxEntries, 4000] {
            let hops = (0..<count).map { "10.0.\($0 / 250).\($0 % 250)" }
            let isRead = count < ForwardedAddresses.maxEntries
            let expected = isRead ? "192.0.2.1" : hops[hops.count - ForwardedAddresses.maxEntries]
            #expect(try client([(["192.0.2.1"] + hops).joined(separator: ", ")]) == IPAddress(expected))
            #expect(try client(["192.0.2.1"] + hops) == IPAddress(expected))
            let elements = (["192.0.2.1"] + hops).map { "for=\($0)" }
            #expect(try client([], forwarded: elements) == IPAddress(expected))
        }
    }

    @Test("What a client writes never moves it behind the address that our proxy wrote")
    func random() throws {
        var random = SeededGenerator(seed: 68)
        let pieces = [
            "192.0.2.9", "10.0.0.1", ",", ", ", "\"", "\\", ";", "for=", "[", "]", ":", "::1", "unknown", " ", "\u{0}",
            "牛",
        ]
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...12, using: &random)
            let own = (0..<length).map { _ in pieces.randomElement(using: &random)! }.joined()
            // A proxy that appends to the field, and one that adds a field.
            for fields in [["\(own), 198.51.100.1"], [own, "198.51.100.1"]] {
                #expect(try client(fields) == IPAddress("198.51.100.1"), "\(own)")
            }
            let element = "for=198.51.100.1;proto=http"
            #expect(try client([], forwarded: [own, element]) == IPAddress("198.51.100.1"), "\(own)")
        }
    }

    @Test("Only a trusted peer is believed, and IPv6 clients count by their /64")
    func peers() throws {
        let trusted = try TrustedProxies(configured: "127.0.0.0/8, ::1")
        var headers = HTTPFields()
        headers[HTTPField.Name("X-Forwarded-For")!] = "2001:db8:1:2:3:4:5:6"
        let proxy = try SocketAddress(ipAddress: "127.0.0.3", port: 1)
        let stranger = try SocketAddress(ipAddress: "192.0.2.1", port: 1)
        #expect(trusted.client(peer: proxy, headers: headers)?.description == "2001:db8:1:2::/64")
        #expect(trusted.client(peer: try SocketAddress(ipAddress: "::1", port: 1), headers: headers) != nil)
        #expect(trusted.client(peer: proxy, headers: [:])?.description == "127.0.0.3")
        #expect(trusted.client(peer: stranger, headers: headers) == nil)
        #expect(trusted.client(peer: nil, headers: headers) == nil)
        #expect(TrustedProxies.none.client(peer: proxy, headers: headers) == nil)
        #expect(trusted.contains(proxy))
        #expect(!trusted.contains(stranger))
        #expect(!trusted.contains(nil))
        #expect(!TrustedProxies.none.contains(proxy))
    }
}
