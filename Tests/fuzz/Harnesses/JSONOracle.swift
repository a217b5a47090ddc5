/// A second JSON reader (RFC 8259), written for being obvious: a recursive descent that copies everything.
///
/// It tells apart what the decoders tell apart: a text against the grammar, and one that the grammar allows but whose
/// strings are not Unicode.
struct JSONOracle {
    indirect enum Value: Equatable {
        case object([Member])
        case array([Value])
        case string([UInt8])
        case other
    }

    struct Member: Equatable {
        var key: [UInt8]
        var value: Value
    }

    /// A text that is not JSON, or that this reader is too simple for.
    enum Failure: Error {
        case syntax
        /// Deeper than the recursion should go; nothing can be said.
        case tooDeep
    }

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    /// Whether a string is not UTF-8, or an escape in it names a lone surrogate.
    private(set) var hasEncodingFault = false
    /// How deep arrays and objects were nested.
    private(set) var deepest = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads the whole text as one value.
    mutating func document() throws(Failure) -> Value {
        let value = try value()
        guard next() == nil else {
            throw .syntax
        }
        return value
    }

    /// The next byte that is no blank.
    private mutating func next() -> UInt8? {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
            position += 1
        }
        return position < bytes.count ? bytes[position] : nil
    }

    private mutating func expect(_ text: String) throws(Failure) {
        guard bytes[position...].starts(with: text.utf8) else {
            throw .syntax
        }
        position += text.utf8.count
    }

    private mutating func value() throws(Failure) -> Value {
        switch next() {
        case UInt8(ascii: "{"): return .object(try members())
        case UInt8(ascii: "["): return .array(try elements())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): try expect("true")
        case UInt8(ascii: "f"): try expect("false")
        case UInt8(ascii: "n"): try expect("null")
        default: try number()
        }
        return .other
    }

    private mutating func enter() throws(Failure) {
        position += 1
        depth += 1
        deepest = max(deepest, depth)
        guard depth <= 500 else {
            throw .tooDeep
        }
    }

    private mutating func leave() {
        position += 1
        depth -= 1
    }

    private mutating func members() throws(Failure) -> [Member] {
        try enter()
        var members: [Member] = []
        while next() != UInt8(ascii: "}") || !members.isEmpty {
            guard next() == UInt8(ascii: "\"") else {
                throw .syntax
            }
            let key = try string()
            _ = next()
            try expect(":")
            members.append(Member(key: key, value: try value()))
            if next() == UInt8(ascii: "}") {
                break
            }
            try expect(",")
        }
        leave()
        return members
    }

    private mutating func elements() throws(Failure) -> [Value] {
        try enter()
        var elements: [Value] = []
        while next() != UInt8(ascii: "]") || !elements.isEmpty {
            elements.append(try value())
            if next() == UInt8(ascii: "]") {
                break
            }
            try expect(",")
        }
        leave()
        return elements
    }

    private mutating func digits() throws(Failure) {
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            position += 1
        }
        guard position > start else {
            throw .syntax
        }
    }

    private mutating func accept(_ choices: String) -> Bool {
        guard position < bytes.count, choices.utf8.contains(bytes[position]) else {
            return false
        }
        position += 1
        return true
    }

    private mutating func number() throws(Failure) {
        _ = accept("-")
        if !accept("0") {
            try digits()
        }
        if accept(".") {
            try digits()
        }
        if accept("eE") {
            _ = accept("+-")
            try digits()
        }
    }

    private mutating func string() throws(Failure) -> [UInt8] {
        position += 1
        var string: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                hasEncodingFault = hasEncodingFault || !string.isUTF8
                return string
            case UInt8(ascii: "\\"):
                string += try escape()
            case 0..<0x20:
                throw .syntax
            default:
                string.append(byte)
            }
        }
        throw .syntax
    }

    private mutating func escape() throws(Failure) -> [UInt8] {
        guard position < bytes.count else {
            throw .syntax
        }
        let byte = bytes[position]
        position += 1
        if byte != UInt8(ascii: "u") {
            let plain = Array("\"\\/bfnrt".utf8)
            let meant = Array("\"\\/\u{8}\u{C}\n\r\t".utf8)
            guard let index = plain.firstIndex(of: byte) else {
                throw .syntax
            }
            return [meant[index]]
        }
        let first = try codeUnit()
        guard (0xD800..<0xDC00).contains(first), bytes[position...].starts(with: Array("\\u".utf8)) else {
            return encode(first)
        }
        position += 2
        let second = try codeUnit()
        guard (0xDC00..<0xE000).contains(second) else {
            hasEncodingFault = true
            return []
        }
        return encode(0x10000 + (first - 0xD800) * 1024 + second - 0xDC00)
    }

    private mutating func codeUnit() throws(Failure) -> UInt32 {
        let digits = bytes[position...].prefix(4)
        let isHexadecimal = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }
        guard digits.count == 4, isHexadecimal else {
            throw .syntax
        }
        position += 4
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
    }

    private mutating func encode(_ code: UInt32) -> [UInt8] {
        guard let scalar = Unicode.Scalar(code) else {
            hasEncodingFault = true
            return []
        }
        return Array(String(scalar).utf8)
    }
}
