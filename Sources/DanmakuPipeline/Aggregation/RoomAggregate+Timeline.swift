/// One point of a room's timeline: what was published within one step of time.
public struct TimelinePoint: Sendable, Equatable {
    /// The step's start in milliseconds since 1970, a multiple of the step.
    public var at: Int64
    /// Published comments of every kind.
    public var comments = 0
    /// The mean score of the affective ones in thousandths, or `nil` if there are none.
    public var mean: Int?
    /// Comments labelled positive.
    public var positive = 0
    /// Comments labelled neutral.
    public var neutral = 0
    /// Comments labelled negative.
    public var negative = 0

    /// Creates an empty point.
    public init(at: Int64) {
        self.at = at
    }
}

extension RoomAggregate {
    /// The timeline of a stretch of time, one point a step, empty ones among them.
    ///
    /// Seconds of the monotonic clock are laid on the wall clock as it is now. What is older than five minutes is known
    /// by tens of seconds: under a finer step, ten seconds are spread evenly over their points.
    ///
    /// - Parameters:
    ///   - from: Milliseconds since 1970; older than an hour there is nothing.
    ///   - to: Milliseconds since 1970, exclusive.
    ///   - step: Milliseconds, at least 1,000.
    ///   - now: The time.
    /// - Returns: The points from the step that holds `from` to the one before `to`.
    package mutating func timeline(from: Int64, to: Int64, step: Int64, now: Timestamp) -> [TimelinePoint] {
        windows.advance(to: now.second)
        precondition(step >= 1000, "a timeline's step is at least a second")
        let first = from / step
        let last = (to + step - 1) / step
        guard from < to else {
            return []
        }
        var sums = [MoodSums](repeating: MoodSums(), count: Int(last - first))
        let wall = now.milliseconds - now.nanoseconds / 1_000_000
        windows.forEachBucket { second, seconds, bucket in
            let parts = step < seconds * 1000 ? seconds : 1
            for part in 0..<parts {
                let index = ((second + part) * 1000 + wall) / step - first
                if sums.indices.contains(Int(index)) {
                    sums[Int(index)].add(bucket, part: Int(part), of: Int(parts))
                }
            }
        }
        return sums.enumerated()
            .map { index, sums in
                var point = TimelinePoint(at: (first + Int64(index)) * step)
                point.comments = sums.comments
                point.mean = sums.mean
                point.positive = sums.positive
                point.neutral = sums.neutral
                point.negative = sums.negative
                return point
            }
    }
}
