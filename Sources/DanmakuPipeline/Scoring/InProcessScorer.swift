package import SentimentModel

/// A ``TextScorer`` as a pipeline's scorer: it runs on the caller's thread and never suspends.
package struct InProcessScorer: SentimentScorer {
    /// The scorer's name in metrics and logs.
    package let name: String
    private let scorer: any TextScorer

    /// Wraps a scorer.
    package init(name: String, _ scorer: any TextScorer) {
        self.name = name
        self.scorer = scorer
    }

    /// The version of the weights.
    package var model: String {
        scorer.version
    }

    /// Scores every text of a batch.
    package func score(_ batch: TextBatch) async throws -> [Sentiment] {
        scoreNow(batch)
    }

    /// Scores every text of a batch, synchronously.
    package func scoreNow(_ batch: TextBatch) -> [Sentiment] {
        var results: [Sentiment] = []
        results.reserveCapacity(batch.count)
        scorer.score(batch, into: &results)
        return results
    }
}
