/// Decides when one room's mood is published: the first change at once, then at most `fanout.mood-rate` a second.
///
/// A mood also moves when nothing happens, because comments leave its windows: after the last comment it is published
/// every ``decayStep`` until the shortest window is empty. Windows and phrases go along at most once a second.
package struct MoodPacer: Sendable {
    /// Nanoseconds between two moods of a room where nothing happens: longer saves log, shorter follows the decay closer.
    package static let decayStep: Int64 = 5_000_000_000
    /// The shortest window, and a second for its last bucket.
    package static let decayEnd: Int64 = 61_000_000_000
    /// Nanoseconds between two moods with windows and phrases.
    package static let fullStep: Int64 = 1_000_000_000

    private let step: Int64
    private var changed = false
    private var announced = false
    private var lastChange: Int64?
    private var lastTaken: Int64?
    private var lastFull: Int64?

    /// Creates the pacer of a room without comments.
    package init(configuration: FanOutConfiguration) {
        step = 1_000_000_000 / Int64(max(1, configuration.moodRate))
    }

    /// When the next mood may be published, in nanoseconds of the monotonic clock; `nil` if none is owed.
    package var due: Int64? {
        guard let lastTaken else {
            return changed || announced ? .min : nil
        }
        if changed || announced {
            return lastTaken + step
        }
        guard let lastChange, lastTaken < lastChange + Self.decayEnd else {
            return nil
        }
        // The last one comes when the window is empty, and says so.
        return min(lastTaken + Self.decayStep, lastChange + Self.decayEnd)
    }

    /// Takes note that the mood has to say something new though nothing was written: `degraded` changed.
    ///
    /// The next mood is brief and nothing follows it, so that telling every quiet room costs one small entry each.
    package mutating func announce() {
        announced = true
    }

    /// Takes note of a comment.
    package mutating func change(now: Int64) {
        changed = true
        lastChange = now
    }

    /// Says whether a mood is published now, and how much of it.
    package mutating func takeIfDue(now: Int64) -> MoodSnapshot.Detail? {
        guard let due, due <= now else {
            return nil
        }
        let isAnnouncement = announced && !changed
        changed = false
        announced = false
        lastTaken = now
        if isAnnouncement {
            return .brief
        }
        if let lastFull, now < lastFull + Self.fullStep {
            return .brief
        }
        lastFull = now
        return .full
    }
}
