import SentimentModel

/// Decides when each line of a recording is due, as a function of the time.
///
/// The first line of a segment is due at once and sets the recording's clock; a time that jumps back starts a new
/// segment. Lines without a time are due at once and do not move the clock.
package struct ReplayPacer: Sendable {
    /// How much faster than recorded; `nil` is as fast as the server takes it.
    package let speed: Double?
    private var origin: (time: Int64, now: Int64)?
    private var last = Int64.min

    /// Creates a pacer.
    ///
    /// - Parameter speed: Above zero, or `nil`.
    package init(speed: Double?) {
        precondition(speed.map { $0 > 0 } ?? true, "a replay's speed is above zero")
        self.speed = speed
    }

    /// When the next line is due.
    ///
    /// - Parameters:
    ///   - time: Its place in the recording in milliseconds, if it has one.
    ///   - now: The monotonic clock in nanoseconds.
    /// - Returns: A reading of that clock; not after `now` if it is due.
    package mutating func due(_ time: Int64?, now: Int64) -> Int64 {
        guard let speed, let time else {
            return now
        }
        guard let origin, time >= last else {
            self.origin = (time, now)
            last = time
            return now
        }
        last = time
        // Subtracted as doubles: a recording may hold any two times. A century is as good as never, and adds up without
        // overflow.
        let nanoseconds = (Double(time) - Double(origin.time)) * 1_000_000 / speed
        return origin.now + (ClientNumber.saturated(nanoseconds, to: 0...3_000_000_000_000_000_000) ?? 0)
    }

    /// Forgets where the recording stood: the next line starts a new segment.
    package mutating func restart() {
        origin = nil
    }
}
