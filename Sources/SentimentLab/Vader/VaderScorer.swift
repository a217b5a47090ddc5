package import SentimentModel

/// VADER, the rule-based scorer for English of Hutto and Gilbert (ICWSM 2014).
///
/// It follows version 3.3.2 of the Python original to the fourth decimal, peculiarities included, and reads the raw
/// text, for capitals and punctuation count. It knows no emotion but what the sign of its score says.
package struct VaderScorer: TextScorer {
    /// VADER's own four figures, unrounded.
    package struct Polarity: Sendable, Equatable {
        /// The shares of negative, neutral and positive words.
        package var negative = 0.0
        /// The share of neutral words.
        package var neutral = 0.0
        /// The share of positive words.
        package var positive = 0.0
        /// The normalised sum, −1…1.
        package var compound = 0.0
    }

    /// `vader-` and the number of words.
    package let version: String

    private let lexicon: VaderLexicon

    /// Scores with a lexicon, by default the original one.
    package init(lexicon: VaderLexicon = .builtIn) {
        self.lexicon = lexicon
        version = "vader-\(lexicon.count)"
    }

    /// Scores every text of a batch; see ``TextScorer``.
    ///
    /// From a compound of ±0.05 on a text is positive or negative, as the original recommends.
    package func score(_ batch: TextBatch, into results: inout [Sentiment]) {
        results.reserveCapacity(results.count + batch.count)
        for range in batch.ranges {
            let compound = polarity(of: batch.bytes[range.indices]).compound
            let label: Sentiment.Label = compound >= 0.05 ? .positive : compound <= -0.05 ? .negative : .neutral
            results.append(
                Sentiment(
                    label: label,
                    emotion: label == .positive ? .happy : .none,
                    score: Int16((compound * 1000).rounded()),
                    confidence: label == .neutral ? 600 : UInt16(500 + 350 * abs(compound)),
                    affective: true
                )
            )
        }
    }

    /// VADER's figures for one text.
    package func polarity(of text: some Collection<UInt8>) -> Polarity {
        let tokens = VaderTokens(text, lexicon: lexicon)
        guard !tokens.words.isEmpty else { return Polarity() }
        var valences = VaderRules(words: tokens.words).valences()
        VaderRules.weighBut(tokens.words, &valences)
        return Self.sum(valences, emphasis: Self.emphasis(tokens))
    }

    private static func emphasis(_ tokens: VaderTokens) -> Double {
        let exclamations = Double(min(tokens.exclamations, 4)) * 0.292
        guard tokens.questions > 1 else { return exclamations }
        return exclamations + (tokens.questions <= 3 ? Double(tokens.questions) * 0.18 : 0.96)
    }

    private static func sum(_ valences: [Double], emphasis: Double) -> Polarity {
        var sum = valences.reduce(0, +)
        if sum > 0 {
            sum += emphasis
        } else if sum < 0 {
            sum -= emphasis
        }
        var positive = 0.0
        var negative = 0.0
        var neutral = 0
        for valence in valences {
            if valence > 0 {
                positive += valence + 1
            } else if valence < 0 {
                negative += valence - 1
            } else {
                neutral += 1
            }
        }
        if positive > abs(negative) {
            positive += emphasis
        } else if positive < abs(negative) {
            negative -= emphasis
        }
        let total = positive + abs(negative) + Double(neutral)
        return Polarity(
            negative: abs(negative / total),
            neutral: Double(neutral) / total,
            positive: abs(positive / total),
            compound: max(-1, min(1, sum / (sum * sum + 15).squareRoot()))
        )
    }
}
