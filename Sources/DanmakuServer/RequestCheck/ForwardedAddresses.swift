/// Reads a request's client address from what proxies wrote into its head: `X-Forwarded-For`, or `Forwarded` (RFC
/// 7239).
///
/// Each proxy appends the address that it got the request from. So only the right end of a list can be trusted, and
/// only as far as trusted proxies wrote it.
package enum ForwardedAddresses {
    /// The most entries that are read, from the right.
    package static let maxEntries = 32
    /// A longer `Forwarded` field is not read.
    package static let maxForwardedBytes = 4096
    /// A longer entry is no address: `[` IPv6 with an IPv4 end `]:65535` has 53 bytes.
    private static let maxEntryBytes = 64

    /// The client of a request that came through a trusted proxy.
    ///
    /// `Forwarded` counts only if there is no `X-Forwarded-For` at all.
    ///
    /// - Parameters:
    ///   - peer: The address of the connection's other end, a trusted proxy.
    ///   - forwardedFor: The `X-Forwarded-For` fields, in their order.
    ///   - forwarded: The `Forwarded` fields, in their order.
    ///   - trusted: The proxies.
    /// - Returns: The rightmost address that is not a trusted proxy's. If there is none, or an entry before it is no address,
    ///   the last address that was reached.
    package static func client(
        peer: IPAddress,
        forwardedFor: [String],
        forwarded: [String],
        trusted: AddressRanges
    ) -> IPAddress {
        var client = peer
        var left = maxEntries
        for field in forwardedFor.reversed() {
            var rest = field[...]
            while true {
                let comma = rest.utf8.lastIndex(of: UInt8(ascii: ","))
                let entry = comma.map { rest[rest.utf8.index(after: $0)...] } ?? rest
                guard left > 0, let address = address(in: entry) else {
                    return client
                }
                client = address
                guard trusted.contains(address) else {
                    return client
                }
                left -= 1
                guard let comma else {
                    break
                }
                rest = rest[..<comma]
            }
        }
        guard forwardedFor.isEmpty else {
            return client
        }
        for field in forwarded.reversed() {
            for element in elements(of: field).reversed() {
                guard left > 0, let address = element.flatMap({ address(in: $0) }) else {
                    return client
                }
                client = address
                guard trusted.contains(address) else {
                    return client
                }
                left -= 1
            }
        }
        return client
    }

    /// An entry's address: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443`.
    private static func address(in entry: some StringProtocol) -> IPAddress? {
        guard entry.utf8.count <= maxEntryBytes else {
            return nil
        }
        let text = Substring(entry).trimming { $0 == " " || $0 == "\t" }
        if text.utf8.first == UInt8(ascii: "[") {
            guard let bracket = text.firstIndex(of: "]"), isPort(text[text.index(after: bracket)...]) else {
                return nil
            }
            return IPAddress(text[text.index(after: text.startIndex)..<bracket])
        }
        if let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon {
            return isPort(text[colon...]) ? IPAddress(text[..<colon]) : nil
        }
        return IPAddress(text)
    }

    /// Nothing, or a colon and digits.
    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty
            || text.first == ":" && (2...6).contains(text.utf8.count)
                && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The value of `for` of each element of a `Forwarded` field; `nil` for one that has none.
    ///
    /// A field that cannot be read (too long, a quotation that does not end) counts as one element without a value.
    private static func elements(of field: String) -> [String?] {
        guard field.utf8.count <= maxForwardedBytes else {
            return [nil]
        }
        var elements: [String?] = [nil]
        var name: [UInt8] = []
        var value: [UInt8]?
        var isQuoted = false
        var isEscaped = false

        func endPair() {
            if let value, String(decoding: name, as: UTF8.self).lowercased() == "for" {
                elements[elements.count - 1] = String(decoding: value, as: UTF8.self)
            }
            name = []
            value = nil
        }

        for byte in field.utf8 {
            switch byte {
            case _ where isEscaped:
                value?.append(byte)
                isEscaped = false
            case UInt8(ascii: "\\") where isQuoted:
                isEscaped = true
            case UInt8(ascii: "\"") where value != nil:
                isQuoted.toggle()
            case _ where isQuoted:
                value?.append(byte)
            case UInt8(ascii: ","):
                endPair()
                elements.append(nil)
            case UInt8(ascii: ";"):
                endPair()
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
                break
            case UInt8(ascii: "=") where value == nil:
                value = []
            default:
                if value == nil {
                    name.append(byte)
                } else {
                    value?.append(byte)
                }
            }
        }
        guard !isQuoted else {
            return [nil]
        }
        endPair()
        return elements
    }
}
