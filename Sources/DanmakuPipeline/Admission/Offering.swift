/// One chunk on its way through the ``Intake``: what of it is taken, and what is settled.
///
/// The source need not keep what is *taken*; its demand goes on behind it. *Settled* is what is known to be
/// accepted, duplicate, rejected or shed, and may be told to the source. Both grow in the order of the items, and what is
/// settled is taken. With a log in memory everything taken is settled at once.
///
/// A value without lock or clock: the edge keeps it, and the intake moves it on.
package struct Offering: Sendable {
    /// What became of some items that follow one another.
    package struct Settlement: Sendable, Equatable {
        /// The counts.
        package var counts = IntakeCounts()
        /// The rejected ones, in order of item.
        package var rejections: [Rejection] = []

        /// Creates an empty settlement.
        package init() {}
    }

    /// Why a comment was shed.
    package enum ShedReason: Sendable {
        /// Its room was over its rate.
        case rate
        /// The queue was full.
        case load
    }

    /// A valid comment of an offer with a watch that gets no result.
    package struct Unwatched: Sendable {
        /// Why a comment gets no result.
        package enum Reason: Sendable {
            /// It was seen before.
            case duplicate
            /// It was shed.
            case shed(ShedReason)
        }

        /// The item of the chunk.
        package var item: UInt64
        /// Why.
        package var reason: Reason
    }

    /// The chunk.
    package let chunk: CommentChunk
    /// When the edge had read it.
    package let receivedAt: Timestamp
    /// The index of the first comment that is not taken.
    package private(set) var next = 0
    /// Why the first shed comment was shed: the others of a source that cannot wait followed from it.
    package private(set) var shedReason: ShedReason?
    /// How many results a ``ResultWatch`` that was handed in will get.
    package private(set) var watched = 0
    /// The valid comments that it gets none for, those without a room apart; empty without a watch.
    package private(set) var unwatched: [Unwatched] = []

    /// The hashes of the comments, made at the first offer.
    private var hashes: [CommentHashes] = []
    /// The index of the first rejection of the chunk's own that is not passed.
    private var nextRejection = 0
    /// What was settled since ``takeSettlement()``.
    private var settlement = Settlement()
    /// How many of the settlement's rejections are in their order.
    private var ordered = 0

    /// Creates an offering of which nothing is taken.
    package init(_ chunk: CommentChunk, receivedAt: Timestamp) {
        self.chunk = chunk
        self.receivedAt = receivedAt
    }

    /// How many items the chunk has.
    package var count: Int {
        chunk.comments.count + chunk.rejections.count
    }

    /// How many items are taken.
    package var taken: Int {
        next + nextRejection
    }

    /// Whether all items are taken.
    package var isTaken: Bool {
        taken == count
    }

    /// The bytes that it holds.
    package var memoryBytes: Int {
        chunk.bytes.count + chunk.comments.count * MemoryLayout<DecodedComment>.stride
            + chunk.rejections.count * MemoryLayout<Rejection>.stride
            + hashes.count * MemoryLayout<CommentHashes>.stride
    }

    /// What was settled since the last call.
    package mutating func takeSettlement() -> Settlement {
        defer {
            settlement = Settlement()
            ordered = 0
        }
        return settlement
    }
}

extension Offering {
    /// The hashes of the comments.
    mutating func hashes(with shared: ShardIntake.Shared) -> [CommentHashes] {
        if hashes.count < chunk.comments.count {
            hashes = shared.hashes(of: chunk)
        }
        return hashes
    }

    /// Takes in what a shard made of a run of comments.
    mutating func add(_ admitted: Admitted, isWatched: Bool) {
        next = admitted.next
        settlement.counts += admitted.counts
        if !admitted.rejections.isEmpty {
            settlement.rejections += admitted.rejections
        }
        if admitted.counts.shed > 0 {
            shedReason = shedReason ?? .rate
        }
        if isWatched {
            watched += admitted.counts.accepted
            unwatched += admitted.unwatched
        }
    }

    /// Sheds comments up to an index.
    mutating func shed(to end: Int, _ reason: ShedReason, isWatched: Bool) {
        settlement.counts.shed += end - next
        shedReason = shedReason ?? reason
        if isWatched {
            unwatched += chunk.comments[next..<end].map { .init(item: $0.item, reason: .shed(reason)) }
        }
        next = end
    }

    /// Takes the chunk's own rejections that stand before the next comment, and puts all in their order.
    ///
    /// - Returns: How many of its own there were.
    mutating func passRejections() -> Int {
        let bound = next < chunk.comments.count ? chunk.comments[next].item : .max
        let first = nextRejection
        while nextRejection < chunk.rejections.count, chunk.rejections[nextRejection].item < bound {
            nextRejection += 1
        }
        let passed = nextRejection - first
        if passed > 0 {
            let hasOthers = ordered < settlement.rejections.count
            settlement.rejections += chunk.rejections[first..<nextRejection]
            settlement.counts.rejected += passed
            if hasOthers {
                settlement.rejections[ordered...].sort { $0.item < $1.item }
            }
        }
        ordered = settlement.rejections.count
        return passed
    }
}
