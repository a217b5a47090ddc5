import ArgumentParser
import SentimentModel

/// Reads the numbers of the command line by the rules that every input has, each within a range that can be computed with.
enum NumberOption {
    /// Reads an integer.
    static func integer<Value: FixedWidthInteger & Sendable>(
        _ range: ClosedRange<Value>
    ) -> @Sendable (String) throws -> Value {
        { text in
            guard let value = ClientNumber.integer(text.utf8, in: range) else {
                throw ValidationError("an integer from \(range.lowerBound) to \(range.upperBound) is expected")
            }
            return value
        }
    }

    /// Reads a decimal number.
    static func decimal<Value: BinaryFloatingPoint & Sendable>(
        _ range: ClosedRange<Double>
    ) -> @Sendable (String) throws -> Value {
        { text in
            guard let value = ClientNumber.decimal(text.utf8, in: range) else {
                throw ValidationError("a number from \(range.lowerBound) to \(range.upperBound) is expected")
            }
            return Value(value)
        }
    }
}
