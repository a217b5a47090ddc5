package import NIOCore
import SentimentModel

/// A range of IP addresses: one address, or the addresses with the same first bits (`10.0.0.0/8`, `2001:db8::/32`).
package struct AddressRange: Hashable, Sendable {
    private let first: IPAddress
    private let mask: UInt128

    /// Reads a range; `nil` if the text is no address, or its prefix is longer than the address.
    ///
    /// Bits behind the prefix are ignored: `10.1.2.3/8` is `10.0.0.0/8`.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress($0) }) else {
            return nil
        }
        let width = address.isIPv4 ? 32 : 128
        var prefix = width
        if parts.count == 2 {
            guard let length = ClientNumber.integer(parts[1].utf8, in: 0...width) else {
                return nil
            }
            prefix = length
        }
        first = address
        // A shift by the whole width gives 0: every address is in a range without a prefix.
        mask = UInt128.max << UInt128(width - prefix)
    }

    /// Whether an address lies in the range; an IPv4 address never lies in an IPv6 range.
    package func contains(_ address: IPAddress) -> Bool {
        address.isIPv4 == first.isIPv4 && (address.bits ^ first.bits) & mask == 0
    }
}

/// A list of ranges, as a configuration key takes it: separated by commas, blanks around them ignored.
package struct AddressRanges: Hashable, Sendable {
    private let ranges: [AddressRange]

    /// Whether the list is empty.
    package var isEmpty: Bool {
        ranges.isEmpty
    }

    /// Reads a list; an empty text is an empty list.
    ///
    /// - Parameter text: For example `127.0.0.1, 10.0.0.0/8, ::1`.
    /// - Throws: ``Malformed`` for the first element that is no range.
    package init(parsing text: some StringProtocol) throws(Malformed) {
        var ranges: [AddressRange] = []
        if text.contains(where: { !$0.isWhitespace }) {
            for element in text.split(separator: ",", omittingEmptySubsequences: false) {
                let trimmed = String(element.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
                guard let range = AddressRange(trimmed) else {
                    throw Malformed(element: trimmed)
                }
                ranges.append(range)
            }
        }
        self.ranges = ranges
    }

    /// Whether an address lies in one of the ranges; costs one comparison a range.
    package func contains(_ address: IPAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    /// Whether the other end of a connection lies in one of the ranges.
    package func contains(_ address: SocketAddress?) -> Bool {
        IPAddress(address).map { contains($0) } ?? false
    }

    /// An element of a list that is no range.
    package struct Malformed: Error, Equatable {
        /// The element, without the blanks around it.
        package let element: String

        /// Names an element.
        package init(element: String) {
            self.element = element
        }
    }
}
