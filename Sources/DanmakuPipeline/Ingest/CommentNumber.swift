import SentimentModel

/// What the numbers of a comment have to be.
enum CommentNumber {
    /// The value of an integer of 64 bits; `nil` for a fraction, an exponent or what does not fit.
    static func integer(_ token: JSONScanner.NumberToken, in base: UnsafeMutablePointer<UInt8>) -> Int64? {
        guard token.isInteger else {
            return nil
        }
        return ClientNumber.integer(
            UnsafeBufferPointer(start: base + token.start, count: token.count),
            in: Int64.min...Int64.max
        )
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
