/// How a source takes the news that the queue is full.
public enum OfferMode: Sendable {
    /// It waits (TCP, WebSocket, a streamed body): a prefix is taken, the waiter is called when the rest may come.
    case waits(DemandWaiter)
    /// It cannot wait: the first refusal for load sheds the rest.
    case refuses
}

/// Calls a source that had to wait; used once.
public final class DemandWaiter: Sendable {
    private let body: @Sendable () -> Void

    /// Creates a waiter.
    ///
    /// - Parameter resume: Called once, on any thread, without a lock held by this pipeline.
    public init(_ resume: @escaping @Sendable () -> Void) {
        body = resume
    }

    /// Calls the source.
    public func resume() {
        body()
    }
}

/// What became of the comments of an offer.
///
/// `accepted + duplicate + shed + rejections.count` is the number of comments dealt with.
public struct OfferOutcome: Sendable {
    /// The index of the first comment that was not dealt with; the chunk's count when all were.
    public var next: Int
    /// Queued.
    public var accepted = 0
    /// Seen before within the dedupe window.
    public var duplicate = 0
    /// Refused for load or for a room's rate.
    public var shed = 0
    /// Refused because their room is new and `rooms.max` is reached.
    public var rejections: [Rejection] = []
    /// How many results a ``ResultWatch`` that was handed in will get.
    public var watched = 0

    /// Creates the outcome of an offer that begins at an index.
    public init(next: Int) {
        self.next = next
    }
}
