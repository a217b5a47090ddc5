/// Texts in the place of a number that programs stumble over: edge values, other spellings, and no numbers at all.
package enum EdgeNumbers {
    /// All of them.
    package static let texts: [String] =
        integers + decimals + spellings
        + [
            String(repeating: "9", count: 400), "-" + String(repeating: "9", count: 400),
            "1" + String(repeating: "0", count: 400), "0." + String(repeating: "3", count: 400),
            String(repeating: "0", count: 400),
        ]

    /// Integers around the ends of the types.
    package static let integers = [
        "0", "-0", "1", "-1", "255", "256", "65535", "65536", "2147483647", "2147483648", "-2147483649", "4294967295",
        "4294967296", "9007199254740991", "9007199254740992", "9007199254740993", "-9007199254740993",
        "9223372036854775806", "9223372036854775807", "9223372036854775808", "-9223372036854775807",
        "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
        "99999999999999999999", "1152921504606846976",
    ]

    /// Fractions and exponents.
    package static let decimals = [
        "1.0", "1.5", "-1.5", ".5", "5.", "-.5", "1e3", "1E+3", "1e-3", "1e308", "1.7976931348623157e308", "1e309",
        "1e400",
        "-1e400", "1e-308", "1e-400", "4.9e-324", "9.223372036854776e18", "1e18446744073709551616",
    ]

    /// What a reader may take for a number, or for none.
    package static let spellings = [
        "", "-", "+", ".", "e", "1e", "1e+", "+1", "01", "-01", "00", "1_000", "1,000", "0x10", "0b1", "1 ", " 1",
        "1\u{0}",
        "٣", "１２", "²", "½", "−1", "NaN", "nan", "Infinity", "-Infinity", "inf", "null", "true", "1;2", "--1", "1-1",
    ]

    /// The value by rules written a second time: the integer that a text is, if it is one of 64 bits.
    package static func integer(_ text: String) -> Int64? {
        isInteger(text) ? Int64(text) : nil
    }

    /// Whether a text has the form of JSON's integers.
    package static func isInteger(_ text: String) -> Bool {
        text.wholeMatch(of: /-?(?:0|[1-9][0-9]*)/) != nil
    }

    /// Whether a text is a number of JSON.
    package static func isJSON(_ text: String) -> Bool {
        text.wholeMatch(of: /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/) != nil
    }
}
