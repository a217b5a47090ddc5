/// A scorer that needs nothing but the text: synchronous, without I/O, safe to call from any thread.
///
/// The conformers are the lexicon, the linear model and VADER. A remote scorer is the pipeline's business.
public protocol TextScorer: Sendable {
    /// A short name and version that tells one set of weights from another, for example `lexicon-1`.
    var version: String { get }

    /// Scores every text of a batch.
    ///
    /// - Parameters:
    ///   - batch: The texts, raw and normalised.
    ///   - results: One element per text is appended, in the batch's order.
    func score(_ batch: TextBatch, into results: inout [Sentiment])
}
