import SentimentModel
import Synchronization

/// The rooms of one hash class: admits their comments, has them scored in batches, publishes what came of them.
///
/// Two locks, nested only in the order gate ▸ board: the *gate* is what the ingest threads contend for and holds moves
/// only; the *board* holds what the rooms have become. Scoring happens outside both.
package final class Shard: Sendable {
    /// What the gate's lock guards.
    struct Gate {
        var intake: ShardIntake
        /// A batch that was dispatched and that the runner has not fetched yet.
        var dispatched: CommentBatch?
        /// The runner, asleep because there is nothing to score.
        var runner: CheckedContinuation<CommentBatch?, Never>?
        var isStopped = false
    }

    let gate: Mutex<Gate>
    let board: Mutex<ShardBoard>
    let scorer: GuardedScorer
    let log: EventLog
    let budget: QueueBudget
    let time: any TimeSource
    let flushTimer: FlushTimer

    init(
        intake: ShardIntake,
        fanOut: FanOutConfiguration,
        scorer: GuardedScorer,
        log: EventLog,
        budget: QueueBudget,
        time: any TimeSource,
        flushTimer: FlushTimer
    ) {
        gate = Mutex(Gate(intake: intake))
        board = Mutex(ShardBoard(configuration: fanOut))
        self.scorer = scorer
        self.log = log
        self.budget = budget
        self.time = time
        self.flushTimer = flushTimer
    }

    /// Takes a run of comments whose places in the queue are reserved; gives back the places that stay empty.
    ///
    /// - Parameters:
    ///   - chunk: The chunk.
    ///   - run: The comments, all of rooms of this shard.
    ///   - mode: A source that cannot wait is refused everything after its first refusal for a room's rate.
    ///   - watch: Who waits for the results.
    ///   - now: When the edge had read them.
    ///   - outcome: Counted on; `next` moves past what was dealt with.
    /// - Returns: Whether a source that cannot wait was refused.
    func offer(
        _ chunk: CommentChunk,
        _ run: Range<Int>,
        mode: OfferMode,
        watch: ResultWatch?,
        now: Timestamp,
        outcome: inout OfferOutcome
    ) -> Bool {
        let (admitted, runner) = chunk.bytes.withUnsafeBufferPointer { bytes in
            gate.withLock { gate in
                let admitted = gate.intake.admit(chunk.comments, run, in: bytes, mode: mode, watch: watch, now: now)
                // Before the batch can leave: its completion gives these bytes back.
                budget.hold(bytes: admitted.bytes)
                return (admitted, gate.dispatchIfReady(now: now.nanoseconds))
            }
        }
        runner?.wake()
        budget.release(run.count - admitted.accepted)
        if !admitted.overRate.isEmpty {
            board.withLock { $0.countLost(admitted.overRate, at: now) }
        }
        outcome.next = admitted.next
        outcome.accepted += admitted.accepted
        outcome.duplicate += admitted.duplicate
        outcome.shed += admitted.overRate.count
        outcome.rejections += admitted.rejections
        outcome.watched += watch == nil ? 0 : admitted.accepted
        return admitted.isRefused
    }

    /// Counts a run of comments as shed, each in its room's coverage if the room is known.
    func shed(_ chunk: CommentChunk, _ run: Range<Int>, now: Timestamp) {
        let slots = chunk.bytes.withUnsafeBufferPointer { bytes in
            gate.withLock { gate in
                gate.intake.counts.shed += run.count
                return run.compactMap { index in
                    let comment = chunk.comments[index]
                    return gate.intake.directory.slot(
                        of: UnsafeBufferPointer(rebasing: bytes[comment.room.indices]),
                        hash: comment.roomHash
                    )
                }
            }
        }
        board.withLock { $0.countLost(slots, at: now) }
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

    /// Publishes decaying moods and forgets rooms that have been idle for long; called once a second.
    func settle(idle: Duration, isWatched: ([UInt8]) -> Bool) {
        let now = time.now()
        let becameSoon = board.withLock { board in
            let wasIdle = board.soon.isEmpty
            board.settle(now: now)
            return wasIdle && !board.soon.isEmpty
        }
        publish()
        if becameSoon {
            flushTimer.arm()
        }
        evict(idle: idle, isWatched: isWatched, now: now)
    }

    /// Publishes whatever waits, due or not: the last step of a drain.
    func flushAll() {
        let now = time.now()
        board.withLock { $0.flushAll(now: now) }
        publish()
    }

    /// Appends the outbox to the log, in its order, unless another thread is at it already.
    func publish() {
        var drafts = board.withLock { $0.beginPublishing() }
        while !drafts.isEmpty {
            log.append(drafts, now: time.now().nanoseconds)
            drafts = board.withLock { $0.continuePublishing() }
        }
    }

    private func evict(idle: Duration, isWatched: ([UInt8]) -> Bool, now: Timestamp) {
        let limit = now.nanoseconds - idle.nanoseconds
        let names = gate.withLock { gate in
            let evicted = gate.intake.evict(idleSince: limit, isWatched: isWatched)
            if !evicted.isEmpty {
                board.withLock { $0.remove(evicted.map(\.slot)) }
            }
            return evicted.map(\.name)
        }
        for name in names {
            log.forget(name)
        }
    }
}
