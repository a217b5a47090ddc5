package import DanmakuPipeline
package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One IPv4 or IPv6 address, without port and zone.
///
/// An IPv4 address written as IPv6 (`::ffff:192.0.2.1`, as a dual-stack listener reports it) is the IPv4 address.
package struct IPAddress: Hashable, Sendable {
    /// The address; an IPv4 address fills the lowest 32 bits.
    package let bits: UInt128
    /// Whether it is an IPv4 address.
    package let isIPv4: Bool

    /// Creates an address from its four or sixteen bytes in network order.
    ///
    /// - Parameter bytes: The bytes; any other number of them gives `nil`.
    package init?(bytes: some Collection<UInt8>) {
        let bits = bytes.prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        switch bytes.count {
        case 4:
            self.init(bits: bits, isIPv4: true)
        case 16:
            self.init(bits: bits, isIPv4: false)
        default:
            return nil
        }
    }

    /// Reads an address as text; `nil` if it is no complete address.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        // The C function reads to the first NUL.
        guard !text.utf8.contains(0) else {
            return nil
        }
        var four: UInt32 = 0
        var six: UInt128 = 0
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(bytes: withUnsafeBytes(of: &four) { Array($0) })
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self.init(bytes: withUnsafeBytes(of: &six) { Array($0) })
        } else {
            return nil
        }
    }

    /// The address of a socket's other end; `nil` for a Unix socket or an unknown one.
    package init?(_ address: SocketAddress?) {
        switch address {
        case .v4, .v6:
            guard let text = address?.ipAddress else {
                return nil
            }
            // A link-local address carries its zone.
            self.init(text.prefix { $0 != "%" })
        case .unixDomainSocket, nil:
            return nil
        }
    }

    private init(bits: UInt128, isIPv4: Bool) {
        let isMapped = !isIPv4 && bits >> 32 == 0xFFFF
        self.isIPv4 = isIPv4 || isMapped
        self.bits = isMapped ? bits & 0xFFFF_FFFF : bits
    }

    /// The bytes in network order: four or sixteen.
    package var bytes: [UInt8] {
        let count = isIPv4 ? 4 : 16
        return (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt128(8 * (count - 1 - $0))) }
    }
}

extension ClientAddress {
    /// The client that an address stands for.
    package init(_ address: IPAddress) {
        if address.isIPv4 {
            self.init(version4: UInt32(truncatingIfNeeded: address.bits))
        } else {
            self.init(
                version6: UInt64(truncatingIfNeeded: address.bits >> 64),
                UInt64(truncatingIfNeeded: address.bits)
            )
        }
    }
}
