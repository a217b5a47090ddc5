/// Accepts one spelling of each path.
///
/// The router skips empty segments, and proxies decode escapes and dot segments before they compare a path with their
/// rules. A second spelling of a path (`//metrics`, `/metrics/`, `/./metrics`, `/%6detrics`) could pass a rule for the
/// first one. Such a path is not found.
package enum ExactPath {
    /// Whether a path is the one spelling of what it names.
    ///
    /// - Parameter path: The path as it came, without its query.
    /// - Returns: `false` for empty and dot segments, a trailing slash, and escapes of characters that need none.
    package static func isExact(_ path: String) -> Bool {
        isExact(path.utf8.span)
    }

    private static func isExact(_ path: Span<UInt8>) -> Bool {
        guard !path.isEmpty, path[0] == UInt8(ascii: "/") else {
            return false
        }
        var segment = 1
        var index = 1
        while index < path.count {
            switch path[index] {
            case UInt8(ascii: "/"):
                guard isExact(segment: path.extracting(segment..<index)) else {
                    return false
                }
                segment = index + 1
            case UInt8(ascii: "%"):
                // A broken escape is no spelling of anything: its route refuses it.
                if index + 2 < path.count, let high = digit(path[index + 1]), let low = digit(path[index + 2]) {
                    guard needsEscape(high << 4 | low) else {
                        return false
                    }
                    index += 2
                }
            default:
                break
            }
            index += 1
        }
        return path.count == 1 || isExact(segment: path.extracting(segment...))
    }

    private static func isExact(segment: Span<UInt8>) -> Bool {
        switch segment.count {
        case 0: false
        case 1: segment[0] != UInt8(ascii: ".")
        case 2: segment[0] != UInt8(ascii: ".") || segment[1] != UInt8(ascii: ".")
        default: true
        }
    }

    /// Not for the unreserved characters of RFC 3986, and not for the slash, which some proxies undo.
    private static func needsEscape(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: "/"):
            false
        default: true
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
