import DanmakuServer
import NIOCore
import Testing

@Suite("Address ranges")
struct AddressRangesTests {
    @Test(
        "an address is in a range if its first bits are the range's",
        arguments: [
            ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.1.2.3/8", "10.9.9.9", true),
            ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("0.0.0.0/0", "203.0.113.9", true),
            ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.128", true),
            ("192.0.2.1/32", "192.0.2.1", true), ("192.0.2.1/32", "192.0.2.0", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
            ("::1", "::1", true), ("::1/128", "::2", false), ("fe80::/10", "febf::1", true),
            ("fe80::/10", "fec0::1", false), ("::/0", "2001:db8::1", true),
            // An IPv4 address is one, however it is written, and lies in no IPv6 range.
            ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("::ffff:10.0.0.0", "10.0.0.0", true), ("::/0", "10.0.0.1", false),
            ("0.0.0.0/0", "::1", false),
        ]
    )
    func contains(range: String, address: String, isInside: Bool) throws {
        let range = try #require(AddressRange(range))
        let address = try #require(IPAddress(address))
        #expect(range.contains(address) == isInside)
    }

    @Test(
        "what is no range is refused",
        arguments: [
            "", "10", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "::/129", "::1%lo",
            "localhost", "10.0.0.0/٨", "10.0.0.0/99999999999999999999", "256.0.0.1", "10.0.0.1 /8",
        ]
    )
    func malformed(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test("a list is separated by commas, and an empty one holds nothing")
    func lists() throws {
        let some = try AddressRanges(parsing: " 127.0.0.1 ,10.0.0.0/8,\t::1")
        for inside in ["127.0.0.1", "10.2.3.4", "::1"] {
            #expect(some.contains(try SocketAddress(ipAddress: inside, port: 1)))
        }
        #expect(!some.contains(try SocketAddress(ipAddress: "127.0.0.2", port: 1)))
        #expect(!some.contains(try SocketAddress(unixDomainSocketPath: "/x")))
        for empty in ["", " ", "\n"] {
            let none = try AddressRanges(parsing: empty)
            #expect(none.isEmpty)
            #expect(!none.contains(try SocketAddress(ipAddress: "127.0.0.1", port: 1)))
        }
        for (text, element) in [("127.0.0.1,", ""), (",", ""), ("10.0.0.0/8, host", "host")] {
            #expect(throws: AddressRanges.Malformed(element: element)) { try AddressRanges(parsing: text) }
        }
    }

    @Test("bytes and text are the same address")
    func bytes() throws {
        #expect(IPAddress(bytes: [192, 0, 2, 7]) == IPAddress("192.0.2.7"))
        #expect(IPAddress(bytes: [UInt8](repeating: 0, count: 15) + [1]) == IPAddress("::1"))
        for count in [0, 3, 5, 15, 17] {
            #expect(IPAddress(bytes: [UInt8](repeating: 1, count: count)) == nil)
        }
        for text in ["192.0.2.7", "2001:db8::17"] {
            let address = try #require(IPAddress(text))
            #expect(IPAddress(bytes: address.bytes) == address)
        }
    }
}
