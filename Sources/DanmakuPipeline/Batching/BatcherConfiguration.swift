/// When a batch leaves and how large it may be (`batching.*`).
package struct BatcherConfiguration: Sendable, Equatable {
    /// The most comments in a batch (`batching.max-batch`).
    ///
    /// Larger saves calls under load; smaller lets the first comment of a batch out sooner.
    package var maxBatch = 256
    /// The most cost in a batch, where a comment costs 1 + its text's bytes / 64: keeps long texts from making one
    /// batch ten times slower than another of the same count.
    package var maxCost = 8192
    /// The longest that the oldest comment waits for company while a slot is free and another batch is in flight.
    ///
    /// It has an effect only with more than one batch in flight.
    package var maxDelay: Duration = .milliseconds(5)
    /// The most batches at the scorer at a time.
    ///
    /// More than one hides a remote scorer's round trip; in process it only
    /// moves the queue into the scorer.
    package var inFlightLimit = 1

    /// Creates the defaults, those of an in-process scorer with one batch in flight a shard.
    package init() {}

    /// A batch with at least this many comments is worth a second call.
    package var minFill: Int {
        max(1, maxBatch / 4)
    }
}
