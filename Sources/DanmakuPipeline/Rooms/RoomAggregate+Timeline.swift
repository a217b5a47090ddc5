/// One point of a room's timeline: what was published within one step of time.
package struct TimelinePoint: Sendable, Equatable {
    /// The step's start in milliseconds since 1970, a multiple of the step.
    package var at: Int64
    /// Published comments of every kind.
    package var comments = 0
    /// The mean score of the affective ones in thousandths, or `nil` if there are none.
    package var mean: Int?
    /// Comments labelled positive.
    package var positive = 0
    /// Comments labelled neutral.
    package var neutral = 0
    /// Comments labelled negative.
    package var negative = 0

    /// Creates an empty point.
    package init(at: Int64) {
        self.at = at
    }
}

extension RoomAggregate {
    /// How far back a room knows anything, in milliseconds: its longest window.
    package static let timelineMilliseconds: Int64 = 3_600_000

    /// The steps that a stretch of time covers, of which only the last hour is known.
    ///
    /// - Parameters:
    ///   - from: Milliseconds since 1970; any value.
    ///   - to: Milliseconds since 1970, exclusive; any value.
    ///   - step: Milliseconds; less than 1,000 counts as 1,000.
    ///   - now: The time.
    /// - Returns: The steps since 1970 from the one that holds `from` to the one before `to`: one point each.
    package static func timelineSteps(from: Int64, to: Int64, step: Int64, now: Timestamp) -> Range<Int64> {
        let step = max(step, 1000)
        let latest = min(max(now.milliseconds, 0), .max - 1)
        let begin = max(from, latest - min(latest, timelineMilliseconds))
        let end = min(to, latest + 1)
        guard begin < end else {
            return 0..<0
        }
        // 0 <= begin < end from here on, so nothing below can overflow.
        return (begin / step)..<((end - 1) / step + 1)
    }

    /// The timeline of a stretch of time, one point a step, empty ones among them.
    ///
    /// Seconds of the clock that is never set are laid on the wall clock as it is now. What is older than five minutes is known
    /// by tens of seconds: under a finer step, ten seconds are spread evenly over their points. The stretch is cut to the
    /// last hour and the step is at least a second, so there are at most 3,602 points, whatever a client asks for.
    ///
    /// - Parameters:
    ///   - from: Milliseconds since 1970; any value.
    ///   - to: Milliseconds since 1970, exclusive; any value.
    ///   - step: Milliseconds; less than 1,000 counts as 1,000.
    ///   - now: The time.
    /// - Returns: The points from the step that holds `from` to the one before `to`.
    package mutating func timeline(from: Int64, to: Int64, step: Int64, now: Timestamp) -> [TimelinePoint] {
        windows.advance(to: now.second)
        let steps = Self.timelineSteps(from: from, to: to, step: step, now: now)
        guard !steps.isEmpty else {
            return []
        }
        let step = max(step, 1000)
        let first = steps.lowerBound
        var sums = [MoodSums](repeating: MoodSums(), count: steps.count)
        let wall = now.milliseconds &- now.nanoseconds / 1_000_000
        windows.forEachBucket { second, seconds, bucket in
            let parts = step < seconds * 1000 ? seconds : 1
            for part in 0..<parts {
                let index = ((second &+ part) &* 1000 &+ wall) / step &- first
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
