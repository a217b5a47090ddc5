package import DanmakuPipeline
package import HTTPTypes
package import NIOCore

/// The reverse proxies that are trusted to name a client's address (`http.trusted-proxies`).
package struct TrustedProxies: Sendable {
    private let ranges: AddressRanges

    /// No proxy: a client is the other end of its connection.
    // An empty list has no range that could be wrong.
    package static let none = TrustedProxies(ranges: try! AddressRanges(parsing: ""))

    /// Reads the configured list.
    ///
    /// - Parameter configured: Addresses and CIDR ranges, separated by commas.
    /// - Throws: ``ConfigurationProblem`` for an entry that is neither.
    package init(configured: String) throws(ConfigurationProblem) {
        do {
            self.init(ranges: try AddressRanges(parsing: configured))
        } catch {
            throw ConfigurationProblem(
                "http.trusted-proxies = \"\(configured)\": \"\(error.element)\" is not an address or a CIDR range"
            )
        }
    }

    private init(ranges: AddressRanges) {
        self.ranges = ranges
    }

    /// Whether the other end of a connection is a trusted proxy.
    ///
    /// Its connections carry the requests of many clients, so no cap of one address may count them.
    package func contains(_ peer: SocketAddress?) -> Bool {
        !ranges.isEmpty && ranges.contains(peer)
    }

    /// The client of a request, if a trusted proxy has handed it on.
    ///
    /// - Parameters:
    ///   - peer: The other end of the connection.
    ///   - headers: The request's.
    /// - Returns: `nil` if the other end is the client itself.
    package func client(peer: SocketAddress?, headers: HTTPFields) -> ClientAddress? {
        guard !ranges.isEmpty, let peer = IPAddress(peer), ranges.contains(peer) else {
            return nil
        }
        let client = ForwardedAddresses.client(
            peer: peer,
            forwardedFor: headers[values: .forwardedFor],
            forwarded: headers[values: .forwarded],
            trusted: ranges
        )
        return ClientAddress(client)
    }
}

extension HTTPField.Name {
    /// `X-Forwarded-For`: the addresses that a request was handed on from, the nearest last.
    static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
    /// `Forwarded` (RFC 7239).
    static let forwarded = HTTPField.Name("Forwarded")!
}
