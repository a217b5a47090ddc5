/// How long to wait before reconnecting: full jitter, so that many sources that were cut off together reconnect apart.
package struct ReplayBackoff: Sendable {
    /// The first ceiling doubles with each failure up to the last.
    private static let firstCeiling = 0.25
    private static let lastCeiling = 10.0

    private var failures = 0

    /// Creates a backoff that has not failed yet.
    package init() {}

    /// Counts a failure.
    ///
    /// - Parameter random: Evenly from 0..<1.
    /// - Returns: Seconds to wait.
    package mutating func failed(random: Double) -> Double {
        let ceiling = min(Self.lastCeiling, Self.firstCeiling * Double(1 << min(failures, 10)))
        failures += 1
        return random * ceiling
    }

    /// The server has acknowledged something: the next failure is a first one again.
    package mutating func succeeded() {
        failures = 0
    }
}
