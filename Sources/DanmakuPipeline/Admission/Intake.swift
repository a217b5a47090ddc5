import Synchronization

/// The one door for comments: every source offers here, whatever its protocol.
///
/// A source is let in once, by ``source(of:)``, and not while the server drains. What it then offers is taken in its order,
/// or waits, or is shed; the same rules hold for a socket, a request and the demo.
package final class Intake: Sendable {
    /// Whether sources are let in.
    package let readiness = Readiness()
    /// How much may wait.
    package let budget: QueueBudget

    let shards: [Shard]
    package let shared: ShardIntake.Shared
    /// Items that were refused by the decoders and so reached no shard.
    private let refused = Atomic<Int>(0)

    /// Creates the door to some shards; their number is a power of two.
    init(shards: [Shard], shared: ShardIntake.Shared, budget: QueueBudget) {
        self.shards = shards
        self.shared = shared
        self.budget = budget
    }

    /// Lets a source in: a connection, a request, the demo.
    ///
    /// - Parameter client: Its address, for limits of a client; ``ClientAddress/unknown`` for a source of our own.
    /// - Returns: What it offers with; `nil` while the server drains.
    package func source(of client: ClientAddress) -> IntakeSource? {
        readiness.isDraining ? nil : IntakeSource(client: client)
    }

    /// Offers what is left of a chunk.
    ///
    /// Called by the edges, on their own threads, once per socket read. Comments are dealt with in order. A source
    /// that waits gets a prefix taken and its waiter called once there is room for more; a source that cannot wait
    /// gets everything taken, the last ones possibly as `shed`.
    ///
    /// - Parameters:
    ///   - offering: The chunk; moved on past what was taken.
    ///   - source: What it was let in as.
    ///   - mode: What to do when the queue is full.
    ///   - watch: Gets the results of the accepted comments; its `expect` is the edge's to call.
    /// - Returns: The place of a source that has to wait: its waiter is called unless this is given to ``cancel(_:)``.
    ///   `nil` if everything was taken.
    package func offer(
        _ offering: inout Offering,
        from source: IntakeSource,
        _ mode: OfferMode,
        watch: ResultWatch? = nil
    ) -> DemandToken? {
        let context = OfferContext(mode: mode, client: source.client, watch: watch, now: offering.receivedAt)
        let wait = take(&offering, mode, context)
        let invalid = offering.passRejections()
        if invalid > 0 {
            refused.add(invalid, ordering: .relaxed)
        }
        return wait
    }

    /// Takes back a wait: a source that is gone must not keep what it had read until the queue has room.
    ///
    /// Costs the same however many wait. If the waiter is being called at this moment, nothing happens.
    package func cancel(_ wait: DemandToken) {
        budget.cancel(wait)
    }

    /// How many sources wait for room in the queue.
    package var waitingSources: Int {
        budget.waiting
    }

    /// Whether ordinary comments of sources that cannot wait are shed right now.
    package var isSaturated: Bool {
        budget.isSaturated
    }

    /// The items that were refused before they reached a shard.
    var refusedItems: Int {
        refused.load(ordering: .relaxed)
    }

    /// The shard of a room, by its name's hash.
    func shard(of hash: UInt64) -> Shard {
        shards[index(of: hash)]
    }

    private func index(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash) & (shards.count - 1)
    }

    private func take(_ offering: inout Offering, _ mode: OfferMode, _ context: OfferContext) -> DemandToken? {
        let chunk = offering.chunk
        let hashes = offering.hashes(with: shared)
        // One search an offer: while all rooms are in use, a flood of new ones must not search for each.
        var mayMakeRoom = true
        let waitingClaim: QueueBudget.Claim? =
            switch mode {
            case .waits(let waiter): waiter.hasTurn ? .called : .waiting
            case .refuses: nil
            }
        var share = waitingClaim == .called ? QueueBudget.share : .max
        while offering.next < chunk.comments.count {
            if share == 0 {
                if case .waits(let waiter) = mode, let token = budget.wait(waiter, hadShare: true) {
                    return token
                }
                share = QueueBudget.share
            }
            let run = run(in: chunk, from: offering.next).prefix(share)
            let first = chunk.comments[run.lowerBound]
            let claim = waitingClaim ?? (first.kind == .paid ? .paid : .chat)
            let granted = budget.reserve(run.count, for: claim)
            share -= granted
            if granted > 0 {
                let refused = shard(of: first.roomHash)
                    .offer(&offering, run.prefix(granted), of: chunk, hashes, context) {
                        mayMakeRoom = mayMakeRoom && makeRoom(near: first, context)
                        return mayMakeRoom
                    }
                if refused {
                    shedRest(&offering, context, .rate)
                }
            }
            guard granted < run.count else {
                continue
            }
            switch mode {
            case .waits(let waiter):
                if let token = budget.wait(waiter) {
                    return token
                }
            case .refuses:
                shedRest(&offering, context, .load)
            }
        }
        return nil
    }

    /// The longest run of comments from an index on that one shard takes under one claim.
    private func run(in chunk: CommentChunk, from start: Int) -> Range<Int> {
        let first = chunk.comments[start]
        let shard = index(of: first.roomHash)
        var end = start + 1
        while end < chunk.comments.count, index(of: chunk.comments[end].roomHash) == shard,
            (chunk.comments[end].kind == .paid) == (first.kind == .paid)
        {
            end += 1
        }
        return start..<end
    }

    /// Sheds what is left of an offer, so that the shed ones are always the last.
    private func shedRest(_ offering: inout Offering, _ context: OfferContext, _ reason: Offering.ShedReason) {
        while offering.next < offering.chunk.comments.count {
            let run = run(in: offering.chunk, from: offering.next)
            let shard = shard(of: offering.chunk.comments[run.lowerBound].roomHash)
            shard.shed(offering.chunk, run, now: context.now)
            offering.shed(to: run.upperBound, reason, isWatched: context.watch != nil)
        }
    }

    /// Forgets a room to make place for another one, looking in the new room's shard first.
    ///
    /// A client that began too many rooms lately may only take the place of rooms that were too many themselves.
    private func makeRoom(near comment: DecodedComment, _ context: OfferContext) -> Bool {
        let first = index(of: comment.roomHash)
        func search(_ standing: RoomStanding) -> Bool {
            (0..<shards.count)
                .contains { offset in
                    shards[(first + offset) % shards.count].makeRoom(from: standing, now: context.now)
                }
        }
        if shared.roomCount.hasExcess, search(.excess) {
            return true
        }
        return shared.newRooms.isWithin(context.client, now: context.now.nanoseconds) && search(.single)
    }
}

/// A source that was let in: a connection, a request, the demo.
package struct IntakeSource: Sendable {
    /// Its address.
    package let client: ClientAddress
}

/// The source of an offer and its mode, the same for all its comments.
package struct OfferContext: Sendable {
    /// Whether the source waits when the queue is full; otherwise the rest is shed.
    package let waits: Bool
    /// The source's address.
    package let client: ClientAddress
    /// Gets the results of the accepted comments.
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
