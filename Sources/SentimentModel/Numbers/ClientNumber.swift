/// Numbers as a client, a file or an operator wrote them: refused, or brought into a range, and never a trap.
///
/// Every number from outside comes in through here: JSON members, queries, cursors, headers, recordings, configuration,
/// command lines, training and lexicon files. The caller says which range it can compute with, so that no sum or product
/// behind it can overflow.
///
/// An integer is an optional minus, then `0` or digits without a leading zero: what JSON allows. There is no plus, blank,
/// fraction or exponent, and only ASCII digits count. Nothing is allocated.
public enum ClientNumber {
    /// An integer as written, before anybody asked whether it fits.
    @usableFromInline
    struct Written {
        @usableFromInline var isNegative: Bool
        @usableFromInline var magnitude: UInt64
        /// The magnitude needs more than 64 bits, and ``magnitude`` means nothing.
        @usableFromInline var isHuge: Bool

        @inlinable
        init(isNegative: Bool, magnitude: UInt64, isHuge: Bool) {
            self.isNegative = isNegative
            self.magnitude = magnitude
            self.isHuge = isHuge
        }

        /// The value, if the type has it.
        @inlinable
        func value<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
            guard !isHuge else {
                return nil
            }
            guard isNegative, magnitude > 0 else {
                return Value(exactly: magnitude)
            }
            guard magnitude <= 1 << 63 else {
                return nil
            }
            return Value(exactly: Int64(bitPattern: 0 &- magnitude))
        }
    }

    /// An integer within a range.
    ///
    /// - Parameters:
    ///   - text: The whole number, ASCII.
    ///   - range: What is allowed.
    /// - Returns: The value, or `nil` if the text is no integer or lies outside the range.
    @inlinable
    public static func integer<Value: FixedWidthInteger>(
        _ text: some Collection<UInt8>,
        in range: ClosedRange<Value>
    ) -> Value? {
        guard let value = read(text)?.value(Value.self), range.contains(value) else {
            return nil
        }
        return value
    }

    /// An integer, brought into a range: the nearest bound stands for what lies outside.
    ///
    /// - Parameters:
    ///   - text: The whole number, ASCII, of any length.
    ///   - range: What is allowed.
    /// - Returns: The value, or `nil` if the text is no integer.
    @inlinable
    public static func saturated<Value: FixedWidthInteger>(
        _ text: some Collection<UInt8>,
        to range: ClosedRange<Value>
    ) -> Value? {
        guard let written = read(text) else {
            return nil
        }
        guard let value = written.value(Value.self) else {
            return written.isNegative ? range.lowerBound : range.upperBound
        }
        return min(max(value, range.lowerBound), range.upperBound)
    }

    /// A finite number brought to an integer in a range, rounded to the nearest; `nil` only for NaN.
    ///
    /// - Parameters:
    ///   - number: Any number, infinities among them.
    ///   - range: What is allowed.
    /// - Returns: The integer, the nearest bound for what lies outside.
    @inlinable
    public static func saturated(_ number: Double, to range: ClosedRange<Int64>) -> Int64? {
        guard !number.isNaN else {
            return nil
        }
        // Compared as doubles: a bound that no double is exactly becomes one a little beyond it, so the conversion is
        // asked again whether it fits.
        guard number > Double(range.lowerBound) else {
            return range.lowerBound
        }
        guard number < Double(range.upperBound), let value = Int64(exactly: number.rounded()) else {
            return range.upperBound
        }
        return min(max(value, range.lowerBound), range.upperBound)
    }

    /// A hexadecimal number of digits only, within a range.
    ///
    /// - Parameters:
    ///   - text: The digits, ASCII, of either case; leading zeros are allowed.
    ///   - range: What is allowed.
    /// - Returns: The value, or `nil` if the text is something else or lies outside the range.
    public static func hexadecimal(_ text: some Collection<UInt8>, in range: ClosedRange<UInt32>) -> UInt32? {
        var value: UInt64 = 0
        guard !text.isEmpty else {
            return nil
        }
        for byte in text {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt64(digit)
            guard value <= range.upperBound else {
                return nil
            }
        }
        return value >= range.lowerBound ? UInt32(value) : nil
    }

    @inlinable
    static func read(_ text: some Collection<UInt8>) -> Written? {
        var digits = text.makeIterator()
        guard var byte = digits.next() else {
            return nil
        }
        let isNegative = byte == UInt8(ascii: "-")
        if isNegative {
            guard let first = digits.next() else {
                return nil
            }
            byte = first
        }
        var digit = byte &- UInt8(ascii: "0")
        guard digit <= 9 else {
            return nil
        }
        guard digit > 0 else {
            return digits.next() == nil ? Written(isNegative: isNegative, magnitude: 0, isHuge: false) : nil
        }
        var written = Written(isNegative: isNegative, magnitude: UInt64(digit), isHuge: false)
        // 18 digits cannot overflow; every one after them is checked.
        var unchecked = 17
        while let next = digits.next() {
            digit = next &- UInt8(ascii: "0")
            guard digit <= 9 else {
                return nil
            }
            if unchecked > 0 {
                unchecked &-= 1
                written.magnitude = written.magnitude &* 10 &+ UInt64(digit)
                continue
            }
            let (product, overflows) = written.magnitude.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) = product.addingReportingOverflow(UInt64(digit))
            written.magnitude = sum
            written.isHuge = written.isHuge || overflows || overflowsToo
        }
        return written
    }
}
