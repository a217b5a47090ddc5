import SentimentModel

/// How the strings of a comment are put in order, in their place; ``CommentRules`` says which.
///
/// One rule for all of them, because each is shown somewhere: tab and line ends become a space, other C0 controls, DEL
/// and C1 controls vanish. A terminal or a log can then be shown a name without being told to do something.
enum CommentText {
    /// A string without control characters; not trimmed, because ids that differ in blanks differ.
    @inline(__always)
    static func cleaned(_ found: FoundString, in buffer: inout MutableSpan<UInt8>) -> TextRange {
        guard found.hasControls else {
            return found.range
        }
        let range = found.range.indices
        let end = clean(&buffer, from: range.lowerBound, to: range.upperBound)
        return TextRange(start: range.lowerBound, count: end - range.lowerBound)
    }

    /// Cleans and trims a text.
    @inline(__always)
    static func trimmed(_ found: FoundString, in buffer: inout MutableSpan<UInt8>) -> TextRange {
        let cleaned = cleaned(found, in: &buffer).indices
        var start = cleaned.lowerBound
        var end = cleaned.upperBound
        let bytes = buffer.span
        while start < end {
            let length = blankLength(bytes, at: start)
            guard length > 0 else {
                break
            }
            start += length
        }
        while start < end {
            let length = blankLength(bytes, before: end, from: start)
            guard length > 0 else {
                break
            }
            end -= length
        }
        return TextRange(start: start, count: end - start)
    }

    /// The front of a string that has at most a number of bytes: whole scalars.
    @inline(__always)
    static func cut(_ name: TextRange, to maxBytes: Int, in bytes: Span<UInt8>) -> TextRange {
        guard name.count > maxBytes else {
            return name
        }
        var count = maxBytes
        while bytes[unchecked: Int(name.start) + count] & 0xC0 == 0x80 {
            count -= 1
        }
        return TextRange(start: Int(name.start), count: count)
    }

    /// Rewrites a string without control characters; gives its new end.
    @inline(never)
    private static func clean(_ buffer: inout MutableSpan<UInt8>, from start: Int, to end: Int) -> Int {
        var target = start
        var index = start
        while index < end {
            let byte = buffer[index]
            index += 1
            switch byte {
            case 0x0D where index < end && buffer[index] == 0x0A:
                // The line feed that follows stands for both.
                continue
            case 0x09, 0x0A, 0x0D:
                buffer[target] = 0x20
            case 0..<0x20, 0x7F:
                continue
            case 0xC2 where buffer[index] < 0xA0:
                index += 1
                continue
            default:
                buffer[target] = byte
            }
            target += 1
        }
        return target
    }

    /// The bytes of the white space at an index, 0 if there is none.
    @inline(__always)
    private static func blankLength(_ bytes: Span<UInt8>, at index: Int) -> Int {
        let byte = bytes[unchecked: index]
        if byte < 0x80 {
            return byte == 0x20 ? 1 : 0
        }
        switch byte {
        case 0xC2:
            return bytes[unchecked: index + 1] == 0xA0 ? 2 : 0
        case 0xE1, 0xE2, 0xE3:
            return isBlank(byte, bytes[unchecked: index + 1], bytes[unchecked: index + 2]) ? 3 : 0
        default:
            return 0
        }
    }

    /// The bytes of the white space that ends before an index, 0 if there is none.
    @inline(__always)
    private static func blankLength(_ bytes: Span<UInt8>, before end: Int, from start: Int) -> Int {
        let byte = bytes[unchecked: end - 1]
        if byte < 0x80 {
            return byte == 0x20 ? 1 : 0
        }
        if end - start >= 2, byte == 0xA0, bytes[unchecked: end - 2] == 0xC2 {
            return 2
        }
        return end - start >= 3 && isBlank(bytes[unchecked: end - 3], bytes[unchecked: end - 2], byte) ? 3 : 0
    }

    /// Whether three bytes are U+1680, U+2000…U+200A, U+2028, U+2029, U+202F, U+205F or U+3000.
    private static func isBlank(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
        switch (first, second) {
        case (0xE1, 0x9A): third == 0x80
        case (0xE2, 0x80): (0x80...0x8A).contains(third) || third == 0xA8 || third == 0xA9 || third == 0xAF
        case (0xE2, 0x81): third == 0x9F
        case (0xE3, 0x80): third == 0x80
        default: false
        }
    }
}

extension CommentKind {
    /// The kind of a name on the wire; unknown ones are ``chat``.
    @inline(__always)
    init(_ name: Span<UInt8>) {
        self = .chat
        guard name.count != 4 || name[unchecked: 0] != UInt8(ascii: "c") else {
            return
        }
        for kind in CommentKind.allCases where kind.isNamed(name) {
            self = kind
            return
        }
    }

    private func isNamed(_ bytes: Span<UInt8>) -> Bool {
        guard name.utf8CodeUnitCount == bytes.count else {
            return false
        }
        for index in 0..<bytes.count where name.utf8Start[index] != bytes[unchecked: index] {
            return false
        }
        return true
    }
}
