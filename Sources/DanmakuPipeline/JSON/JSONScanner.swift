import SentimentModel

/// Reads JSON (RFC 8259, strict) in a buffer that it may write to: a string with escapes is unescaped in its place.
///
/// Nothing is copied or allocated. Every byte that is passed over has been validated, UTF-8 included; what is behind
/// ``position`` may have been rewritten. Who uses it: ``CommentDecoder`` for one object at a time.
struct JSONScanner {
    /// Why a text is not JSON.
    enum Failure: Error {
        /// Against the grammar.
        case syntax
        /// Not UTF-8, or an escape that names a lone surrogate; ``JSONScanner/position`` is inside that string.
        case encoding
        /// Nested deeper than ``JSONScanner/maxDepth``; ``JSONScanner/position`` is at the bracket.
        case depth
    }

    /// A string without its quotes, unescaped.
    struct StringToken {
        /// The index of its first byte.
        var start: Int
        /// Its bytes.
        var count: Int
        /// Whether it holds a C0 control, DEL or a C1 control.
        var hasControls: Bool
    }

    /// A number as written.
    struct NumberToken {
        /// The index of its first byte.
        var start: Int
        /// Its bytes.
        var count: Int
        /// Whether it has neither fraction nor exponent.
        var isInteger: Bool
    }

    /// The deepest nesting that is read, the outermost object or array included.
    static let maxDepth = 64

    /// The buffer.
    let base: UnsafeMutablePointer<UInt8>
    /// The index after the last byte.
    let end: Int
    /// The index of the next byte.
    var position: Int
    /// How many arrays and objects are open.
    var depth = 0
    /// Whether a string that is not Unicode is passed over and noted in ``hasBadString``, so that what follows is read.
    var toleratesBadStrings = false
    /// Whether a string that is not Unicode was passed over.
    var hasBadString = false

    /// Creates a scanner of a part of a buffer.
    init(base: UnsafeMutablePointer<UInt8>, from start: Int, to end: Int) {
        self.base = base
        self.end = end
        position = start
    }

    /// Lets ``CommentRules`` put strings in order that were read.
    @inline(__always)
    func withBuffer<Value>(_ body: (inout MutableSpan<UInt8>) -> Value) -> Value {
        let elements = UnsafeMutableBufferPointer(start: base, count: end)
        var buffer = elements.mutableSpan
        return body(&buffer)
    }

    /// The next byte, or 0 at the end (NUL is never right where this is asked).
    @inline(__always)
    var next: UInt8 {
        position < end ? base[position] : 0
    }

    /// Passes over blanks; gives the byte after them, or 0 at the end.
    @inline(__always)
    mutating func nextAfterBlanks() -> UInt8 {
        while position < end {
            let byte = base[position]
            guard byte <= 0x20 else {
                return byte
            }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else {
                return byte
            }
            position += 1
        }
        return 0
    }

    /// Passes over one byte that has to be there, after blanks.
    @inline(__always)
    mutating func expect(_ byte: UInt8) throws(Failure) {
        guard nextAfterBlanks() == byte else {
            throw .syntax
        }
        position += 1
    }

    /// Enters an object or array whose bracket is next.
    @inline(__always)
    mutating func open() throws(Failure) {
        guard depth < Self.maxDepth else {
            throw .depth
        }
        depth += 1
        position += 1
    }

    /// Leaves an object or array whose bracket is next.
    @inline(__always)
    mutating func close() {
        depth -= 1
        position += 1
    }

    /// Reads a number; its first byte (a digit or `-`) is next.
    mutating func number() throws(Failure) -> NumberToken {
        let start = position
        var isInteger = true
        if next == UInt8(ascii: "-") {
            position += 1
        }
        if next == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits()
        }
        if next == UInt8(ascii: ".") {
            position += 1
            isInteger = false
            try digits()
        }
        if next | 0x20 == UInt8(ascii: "e") {
            position += 1
            isInteger = false
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") {
                position += 1
            }
            try digits()
        }
        return NumberToken(start: start, count: position - start, isInteger: isInteger)
    }

    /// The value of an integer of 64 bits; `nil` for a fraction, an exponent or what does not fit.
    func integer(_ token: NumberToken) -> Int64? {
        guard token.isInteger else {
            return nil
        }
        return ClientNumber.integer(
            UnsafeBufferPointer(start: base + token.start, count: token.count),
            in: Int64.min...Int64.max
        )
    }

    /// Passes over one digit or more.
    @inline(__always)
    private mutating func digits() throws(Failure) {
        let start = position
        while position < end, base[position] &- UInt8(ascii: "0") < 10 {
            position += 1
        }
        guard position > start else {
            throw .syntax
        }
    }

    /// Passes over `true`, `false` or `null`; its first byte is next.
    mutating func literal() throws(Failure) {
        let word: StaticString
        switch next {
        case UInt8(ascii: "t"): word = "true"
        case UInt8(ascii: "f"): word = "false"
        case UInt8(ascii: "n"): word = "null"
        default: throw .syntax
        }
        guard end - position >= word.utf8CodeUnitCount else {
            throw .syntax
        }
        for index in 0..<word.utf8CodeUnitCount where base[position + index] != word.utf8Start[index] {
            throw .syntax
        }
        position += word.utf8CodeUnitCount
    }

    /// Passes over a value of any type, validating all of it; blanks before it are allowed.
    ///
    /// A loop and not a recursion: the open brackets are bits of `objects`, 64 of them.
    mutating func skipValue() throws(Failure) {
        let outside = depth
        var objects: UInt64 = 0
        while true {
            switch nextAfterBlanks() {
            case UInt8(ascii: "{"):
                try open()
                objects = objects << 1 | 1
                if nextAfterBlanks() != UInt8(ascii: "}") {
                    try skipKey()
                    continue
                }
                close()
                objects >>= 1
            case UInt8(ascii: "["):
                try open()
                objects <<= 1
                if nextAfterBlanks() != UInt8(ascii: "]") {
                    continue
                }
                close()
                objects >>= 1
            default:
                try skipScalar()
            }
            if try closeFinished(outside: outside, objects: &objects) {
                return
            }
        }
    }

    /// Passes over the comma or the closing brackets after a value; true if the value outside them all has ended.
    @inline(__always)
    private mutating func closeFinished(outside: Int, objects: inout UInt64) throws(Failure) -> Bool {
        while depth > outside {
            let byte = nextAfterBlanks()
            if byte == UInt8(ascii: ",") {
                position += 1
                if objects & 1 == 1 {
                    try skipKey()
                }
                return false
            }
            guard byte == (objects & 1 == 1 ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw .syntax
            }
            close()
            objects >>= 1
        }
        return true
    }

    private mutating func skipKey() throws(Failure) {
        guard nextAfterBlanks() == UInt8(ascii: "\"") else {
            throw .syntax
        }
        _ = try string()
        try expect(UInt8(ascii: ":"))
    }

    /// Passes over a string, number or literal whose first byte is next.
    private mutating func skipScalar() throws(Failure) {
        switch next {
        case UInt8(ascii: "\""):
            _ = try string()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            _ = try number()
        default:
            try literal()
        }
    }
}

extension JSONScanner {
    /// Reads a key whose quote is next and passes over it.
    ///
    /// - Returns: The bytes of a key of at most 7 bytes as a little-endian word; 0 for any other key.
    @inline(__always)
    mutating func shortKey() throws(Failure) -> UInt64 {
        let start = position + 1
        if end - start >= 8 {
            let word = UInt64(littleEndian: UnsafeRawPointer(base + start).loadUnaligned(as: UInt64.self))
            let quotes = word ^ 0x2222_2222_2222_2222
            let hits = (quotes &- 0x0101_0101_0101_0101) & ~quotes & 0x8080_8080_8080_8080
            if hits != 0 {
                let count = hits.trailingZeroBitCount >> 3
                let key = word & ((1 << UInt64(count * 8)) - 1)
                // The last byte: a NUL there would give the word of a shorter key.
                if CommentFieldSet.Key.isKnown(key), base[start + count - 1] != 0 {
                    position = start + count + 1
                    return key
                }
            }
        }
        let token = try string()
        guard token.count < 8 else {
            return 0
        }
        var key: UInt64 = 0
        for offset in (0..<token.count).reversed() {
            let byte = base[token.start + offset]
            guard byte != 0 else {
                // Not to be taken for the same key without the NUL.
                return 0
            }
            key = key << 8 | UInt64(byte)
        }
        return key
    }
}
