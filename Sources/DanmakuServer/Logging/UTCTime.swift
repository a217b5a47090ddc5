/// A time of day in UTC as RFC 3339 prints it: `2026-01-31T09:26:53.589Z`.
struct UTCTime: CustomStringConvertible {
    /// Milliseconds since 1970; the calendar is the proleptic Gregorian one.
    var milliseconds: Int64

    var description: String {
        let (days, rest) = Self.floored(milliseconds, by: 86_400_000)
        let (year, month, day) = Self.date(ofDay: days)
        let seconds = rest / 1000
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let hours = Self.padded(seconds / 3600, 2)
        return "\(date)T\(hours):\(Self.padded(seconds / 60 % 60, 2)):\(Self.padded(seconds % 60, 2))."
            + "\(Self.padded(rest % 1000, 3))Z"
    }

    /// Howard Hinnant's `civil_from_days`: years begin in March, eras last 400 of them.
    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floored(day + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func floored(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
