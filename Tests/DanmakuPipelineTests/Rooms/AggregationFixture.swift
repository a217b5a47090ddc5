import DanmakuPipeline
import SentimentModel

/// What the tests of this folder share.
enum AggregationFixture {
    /// SplitMix64, so that a seed repeats a run.
    struct Random: RandomNumberGenerator {
        private var state: UInt64

        init(seed: UInt64) {
            state = seed
        }

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    /// Some that stay, and a fresh one each run; the failing one is in the test's name.
    static let seeds: [UInt64] = [1, 2, 3, 4, 5, .random(in: 0...UInt64.max)]

    /// A reading of both clocks: the wall clock is some whole number of milliseconds ahead of the monotonic one.
    static func time(_ second: Int64, milliseconds: Int64 = 0) -> Timestamp {
        Timestamp(
            nanoseconds: second * 1_000_000_000 + milliseconds * 1_000_000,
            milliseconds: 1_763_654_400_123 + second * 1000 + milliseconds
        )
    }

    /// Any verdict that a scorer may give.
    static func sentiment(using random: inout Random) -> Sentiment {
        guard Int.random(in: 0..<8, using: &random) > 0 else {
            return .nonAffective
        }
        let score = Int16.random(in: -1000...1000, using: &random)
        let label: Sentiment.Label = score > 200 ? .positive : score < -200 ? .negative : .neutral
        return Sentiment(
            label: label,
            emotion: .allCases.randomElement(using: &random)!,
            score: score,
            confidence: 700,
            affective: true
        )
    }

    /// A verdict with a certain score.
    static func sentiment(_ score: Int16, emotion: Sentiment.Emotion = .none) -> Sentiment {
        Sentiment(
            label: score > 0 ? .positive : score < 0 ? .negative : .neutral,
            emotion: emotion,
            score: score,
            confidence: 900,
            affective: true
        )
    }
}

extension RoomAggregate {
    /// Creates the aggregate of a room without comments.
    init(now: Timestamp) {
        self.init(second: now.second)
    }

    /// The room's mood.
    mutating func snapshot(
        now: Timestamp,
        degraded: Bool,
        detail: MoodSnapshot.Detail = .full
    ) -> MoodSnapshot {
        snapshot(at: now.milliseconds, second: now.second, degraded: degraded, detail: detail)
    }

    /// Counts comments that were lost.
    mutating func countLost(_ count: Int, at time: Timestamp) {
        countLost(count, second: time.second)
    }

    /// Counts a comment with a text.
    mutating func add(
        _ text: String,
        _ sentiment: Sentiment? = AggregationFixture.sentiment(500),
        kind: CommentKind = .chat,
        author: UInt64 = 0,
        at time: Timestamp
    ) {
        var text = text
        text.withUTF8 { add(sentiment, kind: kind, author: author, phrase: $0.span, second: time.second) }
    }
}
