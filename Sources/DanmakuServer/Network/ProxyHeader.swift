/// The header of the PROXY protocol, version 2, with which a proxy names its client at the beginning of a connection.
///
/// https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt, section 2.2.
package enum ProxyHeader {
    /// What some first bytes hold.
    package enum Reading: Sendable, Equatable {
        /// The beginning of a header: more bytes can complete it.
        case incomplete
        /// No header of version 2, or one that is too long.
        case invalid
        /// A whole header of this many bytes; the connection's own bytes follow it.
        case complete(length: Int, source: Source)
    }

    /// Whom the header names.
    package enum Source: Sendable, Equatable {
        /// The client behind the proxy.
        case client(IPAddress, port: UInt16)
        /// No client: the proxy itself (its health check), or a client without an IP address.
        case proxy
    }

    /// The longest header that is taken: the addresses, and some extensions, which are skipped.
    package static let longest = 2048

    private static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]
    /// Signature, version and command, family, length.
    private static let fixed = 16

    /// Reads the first bytes of a connection; looks at ``longest`` of them at most.
    package static func read(_ read: some Collection<UInt8>) -> Reading {
        let bytes = [UInt8](read.prefix(longest))
        guard zip(signature, bytes).allSatisfy({ $0 == $1 }) else {
            return .invalid
        }
        guard bytes.count >= fixed else {
            return .incomplete
        }
        let rest = Int(bytes[14]) << 8 | Int(bytes[15])
        let length = fixed + rest
        guard length <= longest else {
            return .invalid
        }
        guard let source = source(command: bytes[12], family: bytes[13], rest: rest) else {
            return .invalid
        }
        guard bytes.count >= length else {
            return .incomplete
        }
        switch source {
        case .none:
            return .complete(length: length, source: .proxy)
        case .address(let count):
            let addresses = bytes[fixed..<fixed + 2 * count + 4]
            guard let address = IPAddress(bytes: addresses.prefix(count)) else {
                return .invalid
            }
            let port = addresses.dropFirst(2 * count).prefix(2).reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
            return .complete(length: length, source: .client(address, port: port))
        }
    }

    /// Where the source stands in what follows.
    private enum Place {
        case none
        /// An address of this many bytes, then the destination's, then both ports.
        case address(bytes: Int)
    }

    private static func source(command: UInt8, family: UInt8, rest: Int) -> Place? {
        switch (command, family) {
        case (0x20, _):
            // LOCAL: whatever the family says.
            return Place.none
        case (0x21, 0x11):
            return rest >= 12 ? .address(bytes: 4) : nil
        case (0x21, 0x21):
            return rest >= 36 ? .address(bytes: 16) : nil
        case (0x21, 0x00), (0x21, 0x31):
            // Unspecified, or a Unix socket.
            return Place.none
        default:
            return nil
        }
    }
}
