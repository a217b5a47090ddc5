import SentimentModel

/// Numbers as somebody outside wrote them.
///
/// Input: eight bytes of a double, then a text. Rules: an integer, a decimal or a hexadecimal number is what the standard
/// library reads, in the forms that are allowed and no others; saturating stays in its range and keeps what is inside.
enum NumberHarness {
    @Sendable
    static func run(_ input: FuzzInput) throws {
        var input = input
        let bits = input.take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        try checkDouble(Double(bitPattern: bits))
        let text = input.rest
        try checkInteger(text, Int64.self)
        try checkInteger(text, UInt64.self)
        try checkInteger(text, Int8.self)
        try checkInteger(text, UInt16.self)
        try checkDecimal(text)
        let word = String(decoding: text, as: UTF8.self)
        let isHexadecimal = !text.isEmpty && text.allSatisfy { $0 < 0x80 && Character(Unicode.Scalar($0)).isHexDigit }
        let hexadecimal = isHexadecimal ? UInt32(word, radix: 16) : nil
        let read = ClientNumber.hexadecimal(text, in: 0 ... .max)
        try require(read == hexadecimal, "\(word) is \(String(describing: read)) in hexadecimal")
    }

    private static func checkInteger<Value: FixedWidthInteger>(_ text: [UInt8], _ type: Value.Type) throws {
        let word = String(decoding: text, as: UTF8.self)
        let isWritten = isInteger(text)
        let value = isWritten ? Value(word) : nil
        let read = ClientNumber.integer(text, in: Value.min ... .max)
        try require(read == value, "\(word) is \(String(describing: read)) as \(type)")
        let saturated = ClientNumber.saturated(text, to: Value.min ... .max)
        let nearest = isWritten ? value ?? (text.first == UInt8(ascii: "-") ? .min : .max) : nil
        try require(saturated == nearest, "\(word) saturates to \(String(describing: saturated)) as \(type)")
        let range: ClosedRange<Value> = 3...17
        let narrow = ClientNumber.saturated(text, to: range)
        let clamped = nearest.map { min(max($0, 3), 17) }
        try require(narrow == clamped, "\(word) saturates to \(String(describing: narrow)) in 3…17")
        let within = ClientNumber.integer(text, in: range)
        try require(within == value.flatMap { range.contains($0) ? $0 : nil }, "\(word) is within 3…17")
    }

    /// JSON's integers.
    private static func isInteger(_ text: [UInt8]) -> Bool {
        let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
        return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
            && (digits.count == 1 || digits.first != 0x30)
    }

    private static func checkDecimal(_ text: [UInt8]) throws {
        let word = String(decoding: text, as: UTF8.self)
        let range = -1e300...1e300
        let read = ClientNumber.decimal(text, in: range)
        let isPlain =
            text.count <= 400 && text.first != UInt8(ascii: "+") && text.allSatisfy("0123456789.-+eE".utf8.contains)
        let value = isPlain ? Double(word).flatMap { $0.isFinite && range.contains($0) ? $0 : nil } : nil
        try require(read == value, "\(word) is \(String(describing: read)), not \(String(describing: value))")
    }

    private static func checkDouble(_ number: Double) throws {
        for range in [Int64.min ... .max, 0 ... .max, -5...5, 1_000_000_000_000_000_007...1_000_000_000_000_000_009] {
            let read = ClientNumber.saturated(number, to: range)
            try require((read == nil) == number.isNaN, "\(number) is \(String(describing: read))")
            guard let read else {
                continue
            }
            try require(range.contains(read), "\(number) is \(read), outside of \(range)")
            if let exact = Int64(exactly: number.rounded()), range.contains(exact) {
                try require(read == exact, "\(number) is \(read), not \(exact)")
            }
        }
    }
}
