package import SentimentModel

/// What one room's comments add up to: windows, mood, trend, rate, commenters, phrases, coverage, totals.
///
/// A value without clock or lock, at most 32 KiB with everything it holds; most rooms take a few hundred bytes.
/// Comments are counted by the time of their receipt. Late ones find their second, as far as a window reaches back.
package struct RoomAggregate: Sendable {
    /// Changed outside this file only by being moved on to a newer second.
    var windows: MoodWindows
    private var losses = LossWindow()
    private var commenters: CommenterSketch
    private var phrases: HotPhrases
    private var totalComments = 0
    private var totalPaid = 0
    private let born: Int64

    /// Creates the aggregate of a room without comments.
    ///
    /// - Parameter second: The time in seconds since 1970, of a clock that never goes back.
    package init(second: Int64) {
        windows = MoodWindows(second: second)
        commenters = CommenterSketch(second: second)
        phrases = HotPhrases(second: second)
        born = second
    }

    /// Counts one published comment.
    ///
    /// - Parameters:
    ///   - sentiment: Its verdict, or `nil` for kinds that are not scored.
    ///   - kind: Its kind.
    ///   - author: The keyed hash of its uid, else name; 0 if it has neither.
    ///   - phrase: Its normalised text. What is not affective (votes, passwords, rituals) is a phrase too, marked as such.
    ///   - second: When it was received, in seconds since 1970. The room's time never goes back: an earlier second is counted
    ///     as late.
    package mutating func add(
        _ sentiment: Sentiment?,
        kind: CommentKind,
        author: UInt64,
        phrase: Span<UInt8>,
        second: Int64
    ) {
        totalComments += 1
        if kind == .paid {
            totalPaid += 1
        }
        windows.add(sentiment, second: second)
        commenters.add(author, second: second)
        if let sentiment {
            phrases.add(phrase, score: sentiment.score, affective: sentiment.affective, second: second)
        }
    }

    /// Counts comments of scored kinds that were shed or dropped: they lower the coverage.
    package mutating func countLost(_ count: Int, second: Int64) {
        losses.add(count, second: second)
    }

    /// The room's mood now.
    ///
    /// - Parameters:
    ///   - milliseconds: The time that the snapshot says.
    ///   - second: The time that windows end with, in seconds since 1970.
    ///   - degraded: Whether any scorer's breaker is open.
    ///   - detail: Brief leaves windows and phrases out, and costs a tenth.
    /// - Returns: The snapshot.
    package mutating func snapshot(
        at milliseconds: Int64,
        second: Int64,
        degraded: Bool,
        detail: MoodSnapshot.Detail = .full
    ) -> MoodSnapshot {
        advance(to: second)
        var snapshot = MoodSnapshot(at: milliseconds)
        if let mood = windows.minute.mood {
            snapshot.mood = mood
            snapshot.trend = mood - (windows.fiveMinutes.mood ?? 0)
        }
        snapshot.commentsPerSecond = commentsPerSecond
        snapshot.uniqueCommenters = commenters.estimate
        snapshot.coverage = coverage
        snapshot.degraded = degraded
        snapshot.totalComments = totalComments
        snapshot.totalPaid = totalPaid
        if detail == .full {
            snapshot.windows = [windows.minute, windows.fiveMinutes, windows.quarter, windows.hour].map(\.window)
            phrases.fill(&snapshot)
        }
        return snapshot
    }

    private mutating func advance(to second: Int64) {
        windows.advance(to: second)
        losses.advance(to: second)
        commenters.advance(to: second)
        phrases.advance(to: second)
    }

    /// Thousandths of comments a second over the last minute; over the room's age while that is shorter, but at least
    /// over ten seconds, so that a room's first comment is no rate of one a second.
    private var commentsPerSecond: Int {
        let seconds = min(60, max(10, windows.head - born + 1))
        return MoodSums.rounded(windows.minute.comments * 1000, over: Int(seconds))
    }

    /// Scored / (scored + lost) of the last minute in thousandths, rounded down: 1000 says that nothing was lost.
    private var coverage: Int {
        guard losses.lost > 0 else {
            return 1000
        }
        return windows.minute.scored * 1000 / (windows.minute.scored + losses.lost)
    }

    /// Bytes of memory that the room's aggregate takes: its own size and what it has on the heap.
    package var memoryBytes: Int {
        MemoryLayout<RoomAggregate>.size + windows.memoryBytes + losses.memoryBytes + commenters.memoryBytes
            + phrases.memoryBytes
    }
}
