import SentimentModel

/// The rooms of one hash class: admits their comments, has them scored in batches, publishes what came of them.
///
/// Two locks, nested only in the order gate ▸ board: the *gate* is what the ingest threads contend for and holds moves
/// only; the *board* holds what the rooms have become. Under either no third party is called: batches are scored by the
/// lane, entries are appended to the log and results are delivered once the locks are free.
package final class Shard: Sendable {
    let gate: OrderedMutex<ShardIntake>
    let board: OrderedMutex<ShardBoard>
    let lane: ScoringLane
    let scorer: GuardedScorer
    /// What subscribers read; asked whether a room is watched.
    let log: LogReplica
    /// Where entries go.
    let writer: any LogWriter
    let budget: QueueBudget
    let time: any TimeSource
    let flushTimer: FlushTimer

    init(
        intake: ShardIntake,
        fanOut: FanOutConfiguration,
        displayKey: UInt64,
        scorer: GuardedScorer,
        log: LogReplica,
        writer: any LogWriter,
        budget: QueueBudget,
        time: any TimeSource,
        flushTimer: FlushTimer
    ) {
        gate = OrderedMutex(.gate, intake)
        board = OrderedMutex(.insideGate, ShardBoard(configuration: fanOut, displayKey: displayKey))
        lane = ScoringLane(scorer: scorer, time: time)
        self.scorer = scorer
        self.log = log
        self.writer = writer
        self.budget = budget
        self.time = time
        self.flushTimer = flushTimer
    }

    /// Takes a run of comments whose places in the queue are reserved; gives back the places that stay empty.
    ///
    /// - Parameters:
    ///   - offering: Moved on past what was taken.
    ///   - run: The comments, all of rooms of this shard, all paid or none.
    ///   - chunk: The offering's.
    ///   - hashes: The hashes of all comments of the chunk.
    ///   - context: A source that cannot wait is refused everything after its first refusal for a room's rate.
    ///   - makeRoom: Forgets a room, in any shard, to make place for another; false if there is none to forget. Called
    ///     without a lock held.
    /// - Returns: Whether a source that cannot wait was refused.
    func offer(
        _ offering: inout Offering,
        _ run: Range<Int>,
        of chunk: CommentChunk,
        _ hashes: [CommentHashes],
        _ context: OfferContext,
        makeRoom: () -> Bool
    ) -> Bool {
        var isChatRefused = false
        if !context.waits, chunk.comments[run.lowerBound].kind == .paid {
            isChatRefused = budget.isSaturated
        }
        var accepted = 0
        var rest = run
        var mayMakeRoom = true
        while true {
            let (admitted, batch) = gate.withLock { intake in
                let admitted = intake.admit(
                    chunk.comments,
                    rest,
                    in: chunk.bytes.span,
                    hashes: hashes.span,
                    context: context,
                    isChatRefused: isChatRefused,
                    stopsAtRoomLimit: mayMakeRoom
                )
                // Before the batch can leave: its completion gives these bytes back.
                budget.hold(bytes: admitted.bytes)
                return (admitted, intake.nextBatch(now: context.now.nanoseconds))
            }
            if let batch {
                lane.submit(batch)
            }
            accepted += admitted.counts.accepted
            offering.add(admitted, isWatched: context.watch != nil)
            if !admitted.lost.isEmpty {
                board.withLock { $0.countLost(admitted.lost, at: context.now) }
            }
            guard admitted.needsRoom else {
                budget.release(run.count - accepted)
                return admitted.isRefused
            }
            rest = admitted.next..<run.upperBound
            mayMakeRoom = makeRoom()
        }
    }

    /// Counts a run of comments as shed, those of scored kinds in their room's coverage if the room is known.
    func shed(_ chunk: CommentChunk, _ run: Range<Int>, now: Timestamp) {
        let slots = gate.withLock { intake in
            intake.counts.intake.shed += run.count
            return run.compactMap { index -> UInt32? in
                let comment = chunk.comments[index]
                guard comment.kind.isScored else {
                    return nil
                }
                let name = chunk.bytes.span.extracting(comment.room.indices)
                return intake.directory.slot(of: name, hash: comment.roomHash)
            }
        }
        board.withLock { $0.countLost(slots, at: now) }
    }

    /// Has this shard's batches scored, one at a time, until ``stop()``.
    func run() async {
        await lane.run { complete($0) }
    }

    /// Ends ``run()`` once the batch in flight is completed; what is queued then stays queued.
    func stop() {
        lane.stop()
    }

    /// Publishes a scored batch, then hands the next one to the lane.
    private func complete(_ scored: ScoredBatch) {
        let now = time.now()
        let isDegraded = scorer.isDegraded
        let (becameSoon, deliveries) = board.withLock { board in
            let wasIdle = board.soon.isEmpty
            board.isDegraded = isDegraded
            let deliveries = board.apply(scored, now: now)
            return (wasIdle && !board.soon.isEmpty, deliveries)
        }
        for delivery in deliveries {
            delivery.deliver()
        }
        publish()
        if becameSoon {
            flushTimer.arm()
        }
        let count = scored.batch.comments.count
        let bytes = scored.batch.bytes.count
        let batch = gate.withLock { intake in
            intake.complete(scored, now: now.nanoseconds)
            return intake.nextBatch(now: now.nanoseconds)
        }
        if let batch {
            lane.submit(batch)
        }
        budget.release(count, bytes: bytes)
    }

    /// Publishes what is due; called by the flush timer.
    ///
    /// - Returns: Whether something is due again within milliseconds.
    func tick() -> Bool {
        let now = time.now()
        let again = board.withLock { $0.tick(now: now) }
        publish()
        return again
    }

    /// Publishes decaying moods and changes of `degraded`, and forgets rooms that have been idle for long; called once a
    /// second.
    func settle(idle: Duration) {
        let now = time.now()
        let isDegraded = scorer.isDegraded
        let becameSoon = board.withLock { board in
            let wasIdle = board.soon.isEmpty
            board.isDegraded = isDegraded
            board.settle(now: now)
            return wasIdle && !board.soon.isEmpty
        }
        publish()
        if becameSoon {
            flushTimer.arm()
        }
        evict(idle: idle, now: now)
    }

    /// Publishes whatever waits, due or not: the last step of a drain.
    func flushAll() {
        let now = time.now()
        board.withLock { $0.flushAll(now: now) }
        publish()
    }

    /// Hands what waits to the log, unless a commit is on its way: then that goes on with it.
    func publish() {
        handOver(board.withLock { $0.commits.begin() })
    }

    private func handOver(_ first: LogCommit) {
        var commit = first
        while !commit.isEmpty {
            let settlement = writer.append(commit, now: time.now().nanoseconds) { [self] in
                handOver(board.withLock { $0.commits.settled() })
            }
            switch settlement {
            case .settled: commit = board.withLock { $0.commits.settled() }
            case .pending: return
            }
        }
    }
}
