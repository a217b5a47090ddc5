package import SentimentModel

/// What was said of a batch, and by whom.
package struct Verdicts: Sendable, Equatable {
    /// One element per text, in the batch's order.
    package var sentiments: [Sentiment]
    /// Whether the fallback said it, and not the configured scorer.
    package var isFallback: Bool

    /// Creates verdicts.
    package init(sentiments: [Sentiment], isFallback: Bool) {
        self.sentiments = sentiments
        self.isFallback = isFallback
    }
}
