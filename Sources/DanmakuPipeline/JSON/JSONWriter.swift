/// Appends compact JSON (RFC 8259) to a byte buffer: integers, decimals from thousandths, escaped strings.
///
/// Texts stay bytes and numbers come from integers, so that nothing is allocated but the buffer itself.
package struct JSONWriter: Sendable {
    /// What was written.
    package var bytes: [UInt8]

    /// Creates a writer with room for some bytes.
    package init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Appends characters as they stand: keys, punctuation.
    @inlinable
    package mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends bytes that are JSON already.
    @inlinable
    package mutating func raw(_ encoded: some Collection<UInt8>) {
        bytes.append(contentsOf: encoded)
    }

    /// Appends an integer.
    package mutating func integer(_ value: some FixedWidthInteger) {
        if value < 0 {
            bytes.append(UInt8(ascii: "-"))
        }
        var rest = UInt64(value.magnitude)
        var digits: (UInt64, UInt64, UInt32) = (0, 0, 0)
        withUnsafeMutableBytes(of: &digits) { buffer in
            var start = buffer.count
            repeat {
                start -= 1
                let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
                buffer[start] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: remainder)
                rest = quotient
            } while rest != 0
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[start...]))
        }
    }

    /// Appends a count of thousandths as a decimal without trailing zeros: 830 is `0.83`, −1000 is `-1`, 0 is `0`.
    package mutating func thousandths(_ value: some FixedWidthInteger) {
        if value < 0 {
            bytes.append(UInt8(ascii: "-"))
        }
        let (whole, fraction) = UInt64(value.magnitude).quotientAndRemainder(dividingBy: 1000)
        integer(whole)
        guard fraction != 0 else {
            return
        }
        let zero = UInt8(ascii: "0")
        let digit = { (number: UInt64) in zero &+ UInt8(truncatingIfNeeded: number) }
        bytes.append(UInt8(ascii: "."))
        bytes.append(digit(fraction / 100))
        if fraction % 100 != 0 {
            bytes.append(digit(fraction / 10 % 10))
            if fraction % 10 != 0 {
                bytes.append(digit(fraction % 10))
            }
        }
    }

    /// Appends `true` or `false`.
    package mutating func boolean(_ value: Bool) {
        if value {
            raw("true")
        } else {
            raw("false")
        }
    }

    /// Appends a string in quotes; the bytes must be UTF-8.
    ///
    /// Escapes `"`, `\` and everything below U+0020.
    package mutating func string(_ utf8: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var clean = 0
        for index in utf8.indices {
            let byte = utf8[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                continue
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[clean..<index]))
            clean = index + 1
            escape(byte)
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[clean...]))
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends a string in quotes.
    package mutating func string(_ text: String) {
        var copy = text
        copy.withUTF8 { string($0) }
    }

    /// Appends a part of a byte buffer as a string in quotes.
    package mutating func string(_ buffer: [UInt8], _ range: Range<Int>) {
        buffer.withUnsafeBufferPointer { string(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(byte)
        case 0x0A:
            bytes.append(UInt8(ascii: "n"))
        case 0x0D:
            bytes.append(UInt8(ascii: "r"))
        case 0x09:
            bytes.append(UInt8(ascii: "t"))
        default:
            let digits: StaticString = "0123456789abcdef"
            raw("u00")
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 0xF)])
        }
    }
}
