/// The host and the port that a request or an origin names: `example.org`, `127.0.0.1:8080`, `[::1]:80`.
package struct HostAndPort: Equatable, Sendable {
    /// What stands before the port.
    package enum Host: Hashable, Sendable {
        /// A name, in lower case and without a final dot.
        case name(String)
        /// An IP address as a literal, without brackets; no resolver is asked for it.
        case address(String)
    }

    /// The host.
    package let host: Host
    /// The port, if there is one.
    package let port: UInt16?

    /// Reads a host and its optional port; `nil` if the text has another form.
    ///
    /// - Parameter text: The value of a `Host` field or the authority of a URL; user information is not allowed.
    package init?(_ text: some StringProtocol) {
        let text = Substring(text)
        let bytes = text.utf8
        guard (1...Self.maxLength).contains(bytes.count) else {
            return nil
        }
        let end: Substring.Index
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else {
                return nil
            }
            let literal = text[text.index(after: text.startIndex)..<bracket]
            // Brackets hold no name: it is enough that the bytes can stand in an IPv6 address.
            guard literal.utf8.contains(UInt8(ascii: ":")), literal.utf8.allSatisfy(Self.isInIPv6) else {
                return nil
            }
            host = .address(literal.lowercased())
            end = bytes.index(after: bracket)
        } else {
            end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            var name = text[..<end]
            if name.utf8.last == UInt8(ascii: ".") {
                name = name.dropLast()
            }
            // With a second final dot it would be another name each time that it is read.
            guard !name.isEmpty, name.utf8.last != UInt8(ascii: "."), name.utf8.allSatisfy(Self.isInName) else {
                return nil
            }
            host = Self.isIPv4(name.utf8) ? .address(String(name)) : .name(name.lowercased())
        }
        guard end < bytes.endIndex else {
            port = nil
            return
        }
        let digits = bytes[bytes.index(after: end)...]
        guard bytes[end] == UInt8(ascii: ":"), digits.count <= 5, digits.allSatisfy(Self.isDigit) else {
            return nil
        }
        guard !digits.isEmpty else {
            // `example.org:` is allowed and means the scheme's own port.
            port = nil
            return
        }
        guard let number = UInt16(String(decoding: digits, as: UTF8.self)) else {
            return nil
        }
        port = number
    }

    /// The longest name of the DNS, with a port.
    private static let maxLength = 261

    /// Whether it is four decimal numbers, as browsers write every IPv4 address.
    ///
    /// Other spellings (`0x7f.1`) count as names.
    private static func isIPv4(_ name: some Sequence<UInt8>) -> Bool {
        var dots = 0
        var digits = 0
        var value = 0
        for byte in name {
            if isDigit(byte) {
                digits += 1
                value = 10 * value + Int(byte - UInt8(ascii: "0"))
                guard digits <= 3, value <= 255 else {
                    return false
                }
            } else {
                guard byte == UInt8(ascii: "."), digits > 0 else {
                    return false
                }
                dots += 1
                digits = 0
                value = 0
            }
        }
        return dots == 3 && digits > 0
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isInIPv6(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
