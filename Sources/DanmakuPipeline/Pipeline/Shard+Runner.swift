import SentimentModel
import Synchronization

/// A batch with what the scorer said of it.
struct ScoredBatch: Sendable {
    /// The comments.
    let batch: CommentBatch
    /// The texts of those that are scored, in order, normalised.
    let texts: TextBatch
    /// One verdict a text.
    let verdicts: Verdicts
}

/// A sleeping runner and the batch that wakes it; woken once the lock is free.
struct RunnerWakeup {
    let runner: CheckedContinuation<CommentBatch?, Never>
    let batch: CommentBatch?

    func wake() {
        runner.resume(returning: batch)
    }
}

extension Shard.Gate {
    /// Asks the batcher, and hands a batch that may leave to the runner, or keeps it for when the runner asks.
    mutating func dispatchIfReady(now: Int64) -> RunnerWakeup? {
        guard dispatched == nil, let batch = intake.nextBatch(now: now) else {
            return nil
        }
        guard let sleeping = runner else {
            dispatched = batch
            return nil
        }
        runner = nil
        return RunnerWakeup(runner: sleeping, batch: batch)
    }
}

extension Shard {
    /// Scores this shard's batches, one at a time, until ``stop()``.
    func run() async {
        while let batch = await nextBatch() {
            let texts = batch.scoredTexts()
            let started = time.now()
            let verdicts = await scorer.score(texts)
            complete(ScoredBatch(batch: batch, texts: texts, verdicts: verdicts), started: started)
            // A busy shard never suspends otherwise, and there are more shards than threads.
            await Task.yield()
        }
    }

    /// Ends ``run()`` once the batch in flight is completed; what is queued then stays queued.
    func stop() {
        let sleeping = gate.withLock { gate in
            gate.isStopped = true
            defer { gate.runner = nil }
            return gate.runner
        }
        sleeping?.resume(returning: nil)
    }

    private func nextBatch() async -> CommentBatch? {
        await withCheckedContinuation { continuation in
            let wakeup: RunnerWakeup? = gate.withLock { gate in
                if gate.isStopped {
                    return RunnerWakeup(runner: continuation, batch: nil)
                }
                if let batch = gate.dispatched.take() {
                    return RunnerWakeup(runner: continuation, batch: batch)
                }
                gate.runner = continuation
                return nil
            }
            wakeup?.wake()
        }
    }

    /// Publishes a scored batch, then makes its scorer free again.
    private func complete(_ scored: ScoredBatch, started: Timestamp) {
        let now = time.now()
        let newcomers = board.withLock { $0.newcomers(in: scored.batch) }
        let names = newcomers.isEmpty ? [:] : gate.withLock { $0.intake.names(of: newcomers) }
        let isDegraded = scorer.isDegraded
        let (becameSoon, deliveries) = board.withLock { board in
            let wasIdle = board.soon.isEmpty
            board.isDegraded = isDegraded
            let deliveries = board.apply(scored, names: names, now: now)
            return (wasIdle && !board.soon.isEmpty, deliveries)
        }
        for delivery in deliveries {
            delivery.deliver()
        }
        publish()
        if becameSoon {
            flushTimer.arm()
        }
        let serviceTime = now.nanoseconds - started.nanoseconds
        let count = scored.batch.comments.count
        let bytes = scored.batch.bytes.count
        let wakeup = gate.withLock { gate in
            gate.intake.complete(scored, serviceTime: serviceTime)
            return gate.dispatchIfReady(now: now.nanoseconds)
        }
        wakeup?.wake()
        budget.release(count, bytes: bytes)
    }
}

extension CommentBatch {
    /// The texts of the comments that are scored, in order, normalised.
    func scoredTexts() -> TextBatch {
        var ranges: [TextRange] = []
        ranges.reserveCapacity(comments.count)
        for comment in comments where comment.fields.kind.isScored {
            ranges.append(TextRange(start: comment.fields.text.lowerBound, count: comment.fields.text.count))
        }
        return TextBatch(bytes: bytes, ranges: ranges)
    }
}
