/// What the numbers of a comment have to be.
enum CommentNumber {
    /// The value of an integer of 64 bits; `nil` for a fraction, an exponent or what does not fit.
    static func integer(_ token: JSONScanner.NumberToken, in base: UnsafeMutablePointer<UInt8>) -> Int64? {
        guard token.isInteger else {
            return nil
        }
        let isNegative = base[token.start] == UInt8(ascii: "-")
        var value: Int64 = 0
        for index in (token.start + (isNegative ? 1 : 0))..<(token.start + token.count) {
            let digit = Int64(base[index] &- UInt8(ascii: "0"))
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            let (next, overflowsToo) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !overflows, !overflowsToo else {
                return nil
            }
            value = next
        }
        return value
    }

    /// Whether a number is short, and small enough for every reader's floating point: an exponent of two digits.
    static func isAmount(_ token: JSONScanner.NumberToken, in base: UnsafeMutablePointer<UInt8>) -> Bool {
        guard token.count <= CommentDecoder.maxPriceBytes else {
            return false
        }
        let number = UnsafeBufferPointer(start: base + token.start, count: token.count)
        guard let exponent = number.lastIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) else {
            return true
        }
        let digits = number[(exponent + 1)...].drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        return digits.drop { $0 == UInt8(ascii: "0") }.count <= 2
    }
}
