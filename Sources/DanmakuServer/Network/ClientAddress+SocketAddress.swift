package import DanmakuPipeline
package import NIOCore

extension ClientAddress {
    /// The address of a connection's other end; ``unknown`` if it has none.
    package init(_ address: SocketAddress?) {
        self = address?.client ?? .unknown
    }
}

extension SocketAddress {
    /// Read in place from the system's structure, which has them at byte 4 (`sockaddr_in`) or 8 (`sockaddr_in6`) everywhere.
    fileprivate var client: ClientAddress? {
        withSockAddr { address, _ in
            let bytes = UnsafeRawPointer(address)
            switch self {
            case .v4:
                return ClientAddress(
                    version4: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
                )
            case .v6:
                let high = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
                return ClientAddress(version6: high, low)
            case .unixDomainSocket:
                return nil
            }
        }
    }
}
