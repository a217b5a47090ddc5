import SentimentModel

/// What was published of a room within one second or ten, in 40 bytes: a room has up to 630 of these.
///
/// Two words hold several numbers each, because the 32 KiB of a room decide the layout: the sum of scores with the count
/// it is the sum of, and the rarest emotions with the stamp that says which second or decade this is.
struct MoodBucket: Sendable, Equatable {
    /// The most comments that one is let count on its own: eleven of them merged still fit into 24 bits.
    ///
    /// It is reached at 1.5 million comments a second in one room; what comes above is missing from the windows.
    static let capacity: UInt32 = 1_500_000

    /// Σ score in thousandths in the upper 40 bits, the count of affective comments in the lower 24.
    private var scores: Int64 = 0
    private(set) var comments: UInt32 = 0
    private(set) var scored: UInt32 = 0
    private(set) var positive: UInt32 = 0
    private(set) var negative: UInt32 = 0
    private(set) var happy: UInt32 = 0
    private(set) var angry: UInt32 = 0
    /// From the lowest bit: sad 24, surprised 24, stamp 16.
    private var rest: UInt64

    /// Creates an empty bucket.
    ///
    /// - Parameter stamp: The second or decade, as far as it fits: the ring holds far less than 65,536 of them.
    init(stamp: UInt16) {
        rest = UInt64(stamp) << 48
    }

    var stamp: UInt16 {
        UInt16(truncatingIfNeeded: rest >> 48)
    }

    var sum: Int64 {
        scores >> 24
    }

    var affective: UInt32 {
        UInt32(truncatingIfNeeded: scores & 0xFF_FFFF)
    }

    var sad: UInt32 {
        UInt32(truncatingIfNeeded: rest & 0xFF_FFFF)
    }

    var surprised: UInt32 {
        UInt32(truncatingIfNeeded: (rest >> 24) & 0xFF_FFFF)
    }

    /// Counts one comment.
    mutating func add(_ sentiment: Sentiment?) {
        comments &+= 1
        guard let sentiment else {
            return
        }
        scored &+= 1
        if sentiment.affective {
            scores &+= Int64(sentiment.score) << 24 | 1
        }
        switch sentiment.label {
        case .positive: positive &+= 1
        case .negative: negative &+= 1
        case .neutral: break
        }
        switch sentiment.emotion {
        case .none: break
        case .happy: happy &+= 1
        case .angry: angry &+= 1
        case .sad: rest &+= 1
        case .surprised: rest &+= 1 << 24
        }
    }

    /// Adds what another bucket counted; the stamp stays.
    mutating func merge(_ other: MoodBucket) {
        scores &+= other.scores
        comments &+= other.comments
        scored &+= other.scored
        positive &+= other.positive
        negative &+= other.negative
        happy &+= other.happy
        angry &+= other.angry
        rest &+= other.rest & 0xFFFF_FFFF_FFFF
    }
}
