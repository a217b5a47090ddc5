/// How a source takes the news that the queue is full.
public enum OfferMode: Sendable {
    /// It waits (TCP, WebSocket, a streamed body): a prefix is taken, the waiter is called when the rest may come.
    case waits(DemandWaiter)
    /// It cannot wait: the first refusal for load sheds the rest.
    case refuses
}

/// Calls a source that had to wait; used once, and not at all after ``Pipeline/cancel(_:)``.
public final class DemandWaiter: Sendable {
    /// Whether the source was called and has not offered since: it goes before the sources that come meanwhile.
    let hasTurn: Bool

    private let body: @Sendable () -> Void

    /// Creates a waiter.
    ///
    /// - Parameters:
    ///   - hasTurn: Whether this is the source's first offer after it was called.
    ///   - resume: Called once, on any thread, without a lock held by this pipeline.
    public init(hasTurn: Bool = false, _ resume: @escaping @Sendable () -> Void) {
        self.hasTurn = hasTurn
        body = resume
    }

    /// Calls the source.
    public func resume() {
        body()
    }
}

/// Who offers comments, and how: the same for all comments of an offer.
package struct OfferContext: Sendable {
    /// Whether the source waits when the queue is full; otherwise the rest is shed.
    package let waits: Bool
    /// Who sent them.
    package let client: ClientAddress
    /// Who waits for their results.
    package let watch: ResultWatch?
    /// When the edge had read them.
    package let now: Timestamp

    /// Creates the context of an offer.
    package init(
        mode: OfferMode,
        client: ClientAddress = .unknown,
        watch: ResultWatch? = nil,
        now: Timestamp
    ) {
        // The mode's waiter stays out: a copy of it for each run would cost a retain and a release.
        waits =
            switch mode {
            case .waits: true
            case .refuses: false
            }
        self.client = client
        self.watch = watch
        self.now = now
    }
}

/// Stands for a source that waits: ``Pipeline/cancel(_:)`` takes it back.
public struct DemandToken: Sendable, Equatable {
    let place: Int
    /// Never 0, and never used again.
    let number: UInt64
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
    /// Why the first shed comment was shed: the others of a source that cannot wait followed from it.
    public var shedReason: ShedReason?
    /// Refused because their room is new and `rooms.max` is reached.
    public var rejections: [Rejection] = []
    /// Set if the source has to wait: its waiter is called unless this is given to ``Pipeline/cancel(_:)``.
    public var wait: DemandToken?
    /// How many results a ``ResultWatch`` that was handed in will get.
    public var watched = 0
    /// The comments that it gets none for, ``rejections`` apart; empty without a watch.
    public var unwatched: [Unwatched] = []

    /// Why a comment was shed.
    public enum ShedReason: Sendable {
        /// Its room was over its rate.
        case rate
        /// The queue was full.
        case load
    }

    /// A comment that gets no result.
    public struct Unwatched: Sendable {
        /// Why a comment gets no result.
        public enum Reason: Sendable {
            /// It was seen before.
            case duplicate
            /// It was shed.
            case shed(ShedReason)
        }

        /// The item of the chunk.
        public var item: UInt64
        /// Why.
        public var reason: Reason
    }

    /// Creates the outcome of an offer that begins at an index.
    public init(next: Int) {
        self.next = next
    }
}

extension OfferOutcome {
    /// Adds what a shard made of a run.
    mutating func add(_ admitted: Admitted, isWatched: Bool) {
        next = admitted.next
        accepted += admitted.accepted
        duplicate += admitted.duplicate
        rejections += admitted.rejections
        if admitted.overRate > 0 {
            shed += admitted.overRate
            shedReason = shedReason ?? .rate
        }
        if isWatched {
            watched += admitted.accepted
            unwatched += admitted.unwatched
        }
    }
}
