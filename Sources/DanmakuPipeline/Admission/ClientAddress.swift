/// A client as limits count it: a whole IPv4 address, or the /64 network of an IPv6 address.
///
/// One customer usually holds a whole /64, so counting single IPv6 addresses would limit nothing. An IPv4 address that is
/// written as IPv6 (`::ffff:192.0.2.1`) counts as IPv4.
package struct ClientAddress: Hashable, Sendable {
    /// The first 64 bits of an IPv6 address; for IPv4 the prefix of the mapped form, which no IPv6 network uses.
    private let network: UInt64
    /// The IPv4 address; 0 for IPv6.
    private let host: UInt32
    private let isVersion4: Bool

    /// A client without an address: a test's channel, a connection that is closed already.
    package static let unknown = ClientAddress(network: 0, host: 0, isVersion4: false)

    private init(network: UInt64, host: UInt32, isVersion4: Bool) {
        self.network = network
        self.host = host
        self.isVersion4 = isVersion4
    }

    /// Creates the address of an IPv4 client.
    ///
    /// - Parameter address: Its 32 bits in host order: 127.0.0.1 is `0x7f00_0001`.
    package init(version4 address: UInt32) {
        self.init(network: 0, host: address, isVersion4: true)
    }

    /// Creates the address of an IPv6 client.
    ///
    /// - Parameters:
    ///   - high: Its first 64 bits in host order.
    ///   - low: Its last 64 bits in host order; they matter only for a mapped IPv4 address.
    package init(version6 high: UInt64, _ low: UInt64) {
        if high == 0, low >> 32 == 0xffff {
            self.init(version4: UInt32(truncatingIfNeeded: low))
        } else {
            self.init(network: high, host: 0, isVersion4: false)
        }
    }
}

extension ClientAddress {
    /// The address as two words, for a keyed hash.
    package var words: (UInt64, UInt64) {
        (network, UInt64(host) << 1 | (isVersion4 ? 1 : 0))
    }
}

extension ClientAddress: CustomStringConvertible {
    /// `192.0.2.1`, or `2001:db8:0:1::/64`.
    package var description: String {
        if isVersion4 {
            return (0..<4).map { String(host >> (24 - 8 * $0) & 0xff) }.joined(separator: ".")
        }
        let groups = (0..<4).map { String(network >> (48 - 16 * $0) & 0xffff, radix: 16) }
        return groups.joined(separator: ":") + "::/64"
    }
}
