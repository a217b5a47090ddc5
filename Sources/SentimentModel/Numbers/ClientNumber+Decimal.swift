extension ClientNumber {
    /// No number that means something is longer; a longer one is refused unread.
    private static let longestDecimal = 400

    /// A decimal number within a range.
    ///
    /// It is an optional minus, digits with at most one point among them, and an optional exponent. There is no plus before
    /// it, no blank, no hexadecimal form, no `inf` and no `nan`. What is too small for a double is 0, what is too large is
    /// refused.
    ///
    /// - Parameters:
    ///   - text: The whole number, ASCII, of at most 400 bytes.
    ///   - range: What is allowed; finite.
    /// - Returns: The nearest double, or `nil` if the text is no such number or lies outside the range.
    public static func decimal(_ text: some Collection<UInt8>, in range: ClosedRange<Double>) -> Double? {
        guard text.count <= longestDecimal, isDecimal(text),
            let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite, range.contains(value)
        else {
            return nil
        }
        return value
    }

    /// Whether the text has the form of a decimal number, its exponent included.
    private static func isDecimal(_ text: some Collection<UInt8>) -> Bool {
        var rest = text[...]
        if rest.first == UInt8(ascii: "-") {
            rest = rest.dropFirst()
        }
        let whole = rest.prefix(while: isDigit).count
        rest = rest.dropFirst(whole)
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(fraction)
        }
        guard whole + fraction > 0 else {
            return false
        }
        guard let letter = rest.first else {
            return true
        }
        guard letter | 0x20 == UInt8(ascii: "e") else {
            return false
        }
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
            rest = rest.dropFirst()
        }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") <= 9
    }
}
