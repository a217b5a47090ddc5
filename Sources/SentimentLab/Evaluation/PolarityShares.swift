package import SentimentModel

/// How a scorer spreads its belief over the three polarities, in thousandths.
package struct PolarityShares: Sendable, Equatable {
    /// Negative, 0…1000.
    package var negative: UInt16
    /// Neutral, 0…1000.
    package var neutral: UInt16
    /// Positive, 0…1000.
    package var positive: UInt16

    /// Rounds three probabilities.
    package init(negative: Float, neutral: Float, positive: Float) {
        self.negative = Self.thousandths(negative)
        self.neutral = Self.thousandths(neutral)
        self.positive = Self.thousandths(positive)
    }

    /// What a verdict implies, for scorers that know no probabilities.
    ///
    /// The confidence goes to the label. What is left goes to both sides as the score leans, or, beside an opinion,
    /// mostly to neutral: a wrong opinion is rarely the opposite one.
    package init(_ sentiment: Sentiment) {
        let sure = Float(sentiment.confidence) / 1000
        let rest = 1 - sure
        switch sentiment.label {
        case .neutral:
            let lean = Float(sentiment.score) / 1000
            self.init(negative: rest * (1 - lean) / 2, neutral: sure, positive: rest * (1 + lean) / 2)
        case .positive:
            self.init(negative: rest * 0.15, neutral: rest * 0.85, positive: sure)
        case .negative:
            self.init(negative: sure, neutral: rest * 0.85, positive: rest * 0.15)
        }
    }

    private static func thousandths(_ share: Float) -> UInt16 {
        UInt16(max(0, min(1000, (share * 1000).rounded())))
    }
}
