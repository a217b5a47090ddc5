/// Reads the numbers and texts of a record, and throws where they are not what ``RecordWriter`` writes.
struct RecordReader {
    /// The record.
    let bytes: [UInt8]
    /// The next byte.
    private(set) var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether everything was read.
    var isAtEnd: Bool {
        position == bytes.count
    }

    func error(_ code: EntryDecodingError.Code) -> EntryDecodingError {
        EntryDecodingError(code: code, offset: position)
    }

    mutating func byte() throws(EntryDecodingError) -> UInt8 {
        guard position < bytes.count else {
            throw error(.truncated)
        }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func boolean() throws(EntryDecodingError) -> Bool {
        switch try byte() {
        case 0: return false
        case 1: return true
        default: throw error(.invalidFlags)
        }
    }

    mutating func unsigned(through limit: UInt64 = .max) throws(EntryDecodingError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            // The tenth byte holds the highest bit alone; a last byte of 0 would make the number longer than it has to be.
            guard shift < 63 || next <= 1, shift == 0 || next != 0 else {
                throw error(.invalidNumber)
            }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 {
                break
            }
            shift += 7
        }
        guard value <= limit else {
            throw error(.invalidNumber)
        }
        return value
    }

    mutating func signed() throws(EntryDecodingError) -> Int64 {
        let folded = try unsigned()
        return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
    }

    mutating func integer() throws(EntryDecodingError) -> Int {
        guard let integer = Int(exactly: try signed()) else {
            throw error(.invalidNumber)
        }
        return integer
    }

    mutating func fixed() throws(EntryDecodingError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 8) {
            value |= UInt64(try byte()) << UInt64(shift)
        }
        return value
    }

    /// A count of elements of at least some bytes each; more than there can be is refused before memory is taken.
    mutating func count(of minBytes: Int) throws(EntryDecodingError) -> Int {
        let count = try unsigned()
        guard count <= UInt64((bytes.count - position) / minBytes) else {
            throw error(.truncated)
        }
        return Int(count)
    }

    /// Where a text lies that has its count before it.
    mutating func text() throws(EntryDecodingError) -> Range<Int> {
        try text(count(of: 1))
    }

    /// Where a text of some bytes lies.
    mutating func text(_ count: Int) throws(EntryDecodingError) -> Range<Int> {
        guard count <= bytes.count - position else {
            throw error(.truncated)
        }
        let range = position..<(position + count)
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span.extracting(range))
        } catch {
            throw self.error(.invalidText)
        }
        position = range.upperBound
        return range
    }

    /// Whether some bytes are a number of JSON (RFC 8259, 6).
    func isNumber(_ range: Range<Int>) -> Bool {
        var rest = bytes[range]
        func skip(_ allowed: StaticString) -> Bool {
            guard let next = rest.first, allowed.description.utf8.contains(next) else {
                return false
            }
            rest.removeFirst()
            return true
        }
        func skipDigits() -> Bool {
            let count = rest.count
            rest = rest.drop { (0x30...0x39).contains($0) }
            return rest.count < count
        }
        _ = skip("-")
        guard skip("0") || skipDigits() else {
            return false
        }
        if skip("."), !skipDigits() {
            return false
        }
        if skip("eE") {
            _ = skip("+-")
            return skipDigits() && rest.isEmpty
        }
        return rest.isEmpty
    }
}
