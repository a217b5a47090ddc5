/// What was published up to some point, of one room or of all, as seen at each level: differences of two tallies say
/// what lies between two points, even when its entries have left the ring.
package struct Tally: Sendable, Equatable {
    /// One level's share.
    package struct Level: Sendable, Equatable {
        /// Events; an entry that shows nothing at this level does not count.
        package var events: UInt64 = 0
        /// Comments that these events account for.
        ///
        /// At `display` that is shown, merged and omitted ones together, so that Σ`repeat` + Σ`omitted` +
        /// Σ`skipped.comments` is the number published, as at `full`.
        package var comments: UInt64 = 0
        /// Estimated bytes of their frames.
        package var bytes: UInt64 = 0

        /// What lies between an earlier point and this one.
        package static func - (later: Level, earlier: Level) -> Level {
            Level(
                events: later.events - earlier.events,
                comments: later.comments - earlier.comments,
                bytes: later.bytes - earlier.bytes
            )
        }

        /// Both together.
        package static func + (left: Level, right: Level) -> Level {
            Level(
                events: left.events + right.events,
                comments: left.comments + right.comments,
                bytes: left.bytes + right.bytes
            )
        }
    }

    /// At level `mood`.
    package var mood = Level()
    /// At level `display`.
    package var display = Level()
    /// At level `full`.
    package var full = Level()

    /// Moods, which every level sees.
    package var moods: UInt64 = 0

    /// The share of one level.
    package subscript(level: DetailLevel) -> Level {
        switch level {
        case .mood: mood
        case .display: display
        case .full: full
        }
    }

    /// Creates a tally of nothing.
    package init() {}

    /// The share of one entry.
    package init(of content: EntryContent) {
        switch content {
        case .results(let results):
            full.events = 1
            full.comments = UInt64(results.block.results.count)
            full.bytes = UInt64(results.block.results.reduce(FrameSize.envelope) { $0 + FrameSize.result($1) })
            guard !results.displayed.isEmpty else {
                return
            }
            display.events = 1
            display.comments = results.displayed.reduce(UInt64(results.omitted)) { $0 + UInt64($1.repeats) }
            display.bytes = UInt64(
                results.displayed.reduce(FrameSize.envelope) {
                    $0 + FrameSize.result(results.block.results[Int($1.index)])
                }
            )
        case .mood(let snapshot, _):
            add(bytes: snapshot.footprint)
            moods = 1
        case .alert(let alert):
            add(bytes: alert.footprint)
        }
    }

    /// Adds an event that is the same at every level.
    private mutating func add(bytes: Int) {
        mood = Level(events: 1, comments: 0, bytes: UInt64(FrameSize.envelope + bytes))
        display = mood
        full = mood
    }

    /// Adds an entry's share.
    package mutating func add(_ share: Tally) {
        mood = mood + share.mood
        display = display + share.display
        full = full + share.full
        moods += share.moods
    }

    /// What lies between an earlier point and this one.
    package static func - (later: Tally, earlier: Tally) -> Tally {
        var difference = Tally()
        difference.mood = later.mood - earlier.mood
        difference.display = later.display - earlier.display
        difference.full = later.full - earlier.full
        difference.moods = later.moods - earlier.moods
        return difference
    }
}
