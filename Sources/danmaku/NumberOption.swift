import ArgumentParser
import SentimentModel

/// Reads the numbers of the command line by the rules of every input, each within a range that is safe to compute with.
enum NumberOption {
    /// Reads an integer.
    static func integer<Value: FixedWidthInteger & Sendable>(
        _ range: ClosedRange<Value>
    ) -> @Sendable (String) throws -> Value {
        { text in
            guard let value = ClientNumber.integer(text.utf8, in: range) else {
                throw ValidationError("expected an integer from \(range.lowerBound) to \(range.upperBound)")
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
                throw ValidationError("expected a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return Value(value)
        }
    }
}
