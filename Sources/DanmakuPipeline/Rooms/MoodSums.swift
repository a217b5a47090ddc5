import SentimentModel

/// The sums over one window, kept up as comments come and buckets leave.
struct MoodSums: Sendable, Equatable {
    private(set) var comments = 0
    private(set) var scored = 0
    private(set) var affective = 0
    /// Σ score over the affective comments, in thousandths.
    private(set) var sum = 0
    private(set) var positive = 0
    private(set) var negative = 0
    private(set) var happy = 0
    private(set) var angry = 0
    private(set) var sad = 0
    private(set) var surprised = 0

    /// Counts one comment.
    mutating func add(_ sentiment: Sentiment?) {
        comments &+= 1
        guard let sentiment else {
            return
        }
        scored &+= 1
        if sentiment.affective {
            affective &+= 1
            sum &+= Int(sentiment.score)
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
        case .sad: sad &+= 1
        case .surprised: surprised &+= 1
        }
    }

    /// Adds a bucket.
    mutating func add(_ bucket: MoodBucket) {
        accumulate(bucket, sign: 1)
    }

    /// Takes a bucket off that left the window.
    mutating func subtract(_ bucket: MoodBucket) {
        accumulate(bucket, sign: -1)
    }

    /// Adds one of the equal parts that a bucket is cut into, so that all parts together are the bucket.
    mutating func add(_ bucket: MoodBucket, part: Int, of parts: Int) {
        func share(_ count: UInt32) -> Int {
            Int(count) * (part + 1) / parts - Int(count) * part / parts
        }
        comments += share(bucket.comments)
        scored += share(bucket.scored)
        positive += share(bucket.positive)
        negative += share(bucket.negative)
        guard bucket.affective > 0 else {
            return
        }
        let voices = share(bucket.affective)
        affective += voices
        sum += Int(bucket.sum) * voices / Int(bucket.affective)
    }

    private mutating func accumulate(_ bucket: MoodBucket, sign: Int) {
        comments &+= sign &* Int(bucket.comments)
        scored &+= sign &* Int(bucket.scored)
        affective &+= sign &* Int(bucket.affective)
        sum &+= sign &* Int(bucket.sum)
        positive &+= sign &* Int(bucket.positive)
        negative &+= sign &* Int(bucket.negative)
        happy &+= sign &* Int(bucket.happy)
        angry &+= sign &* Int(bucket.angry)
        sad &+= sign &* Int(bucket.sad)
        surprised &+= sign &* Int(bucket.surprised)
    }

    /// Neutral comments, the non-affective among them.
    var neutral: Int {
        scored - positive - negative
    }

    /// The mean score in thousandths, or `nil` without an affective comment.
    var mean: Int? {
        affective == 0 ? nil : Self.rounded(sum, over: affective)
    }

    /// Σ score / (n + 5) in thousandths, or `nil` if n = 0: five silent comments keep one voice from being the mood.
    var mood: Int? {
        affective == 0 ? nil : Self.rounded(sum, over: affective + 5)
    }

    /// As the snapshot shows it.
    var window: MoodSnapshot.Window {
        var window = MoodSnapshot.Window()
        window.comments = comments
        window.scored = scored
        window.mean = mean ?? 0
        window.positive = positive
        window.neutral = neutral
        window.negative = negative
        window.happy = happy
        window.angry = angry
        window.sad = sad
        window.surprised = surprised
        return window
    }

    /// A quotient rounded to the nearest integer, halves away from zero.
    static func rounded(_ dividend: Int, over divisor: Int) -> Int {
        let half = divisor / 2
        return (dividend + (dividend < 0 ? -half : half)) / divisor
    }
}
