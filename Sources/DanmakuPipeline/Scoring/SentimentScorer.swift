package import SentimentModel

/// Scores a batch, somewhere: in this process or behind a network.
///
/// Conformers need not guard themselves: a ``GuardedScorer`` stands around every one of them and deals with errors,
/// wrong row counts, slowness and hanging. They may be called for several batches at a time.
package protocol SentimentScorer: Sendable {
    /// A short name for metrics and logs, the same as long as the process lives.
    var name: String { get }
    /// What the weights are called in `hello` and `/v1/score`.
    var model: String { get }

    /// Scores every text of a batch.
    ///
    /// - Parameter batch: The texts.
    /// - Returns: One element per text, in the batch's order.
    /// - Throws: ``ScoringError`` where the kind of failure matters; anything else counts as a failure.
    func score(_ batch: TextBatch) async throws -> [Sentiment]
}
