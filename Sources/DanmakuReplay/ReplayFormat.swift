/// The format of a recorded file.
package enum ReplayFormat: Equatable, Sendable {
    /// One JSON object of the contract a line; its `sentAt` (else `receivedAt`) is its time.
    case ndjson
    /// `t_ms<TAB>text` a line.
    case tabbed
    /// Bilibili XML and what recorders made of it.
    case xml

    /// Tells the format from a file's first bytes.
    ///
    /// - Parameter bytes: The beginning; a byte order mark and blanks before the content are passed over.
    /// - Returns: `nil` if the bytes are none of the three (or nothing but blanks).
    package static func detect(_ bytes: some Sequence<UInt8>) -> ReplayFormat? {
        var first = true
        for byte in bytes {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF:
                if byte == 0x09 && !first {
                    return .tabbed
                }
            case UInt8(ascii: "{") where first: return .ndjson
            case UInt8(ascii: "<") where first: return .xml
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): first = false
            default: return nil
            }
        }
        return nil
    }
}
