public import SentimentModel

/// What was said of a batch, and by whom.
public struct Verdicts: Sendable, Equatable {
    /// One element per text, in the batch's order.
    public var sentiments: [Sentiment]
    /// Whether the fallback said it, and not the configured scorer.
    public var isFallback: Bool

    /// Creates verdicts.
    public init(sentiments: [Sentiment], isFallback: Bool) {
        self.sentiments = sentiments
        self.isFallback = isFallback
    }
}
