/// What a source does when the queue is full.
package enum OfferMode: Sendable {
    /// It waits (TCP, a streamed body): a prefix is taken, and the waiter is called when the rest may come.
    case waits(DemandWaiter)
    /// It cannot wait: the first refusal for load sheds the rest.
    case refuses
}

/// Calls a source that had to wait; used once, and not at all after ``Intake/cancel(_:)``.
package final class DemandWaiter: Sendable {
    /// Whether the source was called and has not offered since: it goes before the sources that come meanwhile.
    let hasTurn: Bool

    private let body: @Sendable () -> Void

    /// Creates a waiter.
    ///
    /// - Parameters:
    ///   - hasTurn: Whether this is the source's first offer after it was called.
    ///   - resume: Called once, on any thread, without a lock held by this pipeline.
    package init(hasTurn: Bool = false, _ resume: @escaping @Sendable () -> Void) {
        self.hasTurn = hasTurn
        body = resume
    }

    /// Calls the source.
    package func resume() {
        body()
    }
}

/// The place of a source that waits: ``Intake/cancel(_:)`` takes it back.
package struct DemandToken: Sendable, Equatable {
    let place: Int
    /// Never 0, and never used again.
    let number: UInt64
}
