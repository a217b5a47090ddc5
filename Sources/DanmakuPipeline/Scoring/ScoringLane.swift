import SentimentModel

/// A batch with what the scorer said of it.
struct ScoredBatch: Sendable {
    /// The comments.
    let batch: CommentBatch
    /// The texts of those that are scored, in order, normalised.
    let texts: TextBatch
    /// One verdict a text.
    let verdicts: Verdicts
    /// When the scorer got it, in nanoseconds of the monotonic clock.
    let startedAt: Int64
}

/// Takes a batch and gives it back scored, one at a time and in order.
///
/// It holds no comment besides the batch that it was handed last: what waits is the queue's, and what may leave is the
/// batcher's to say. Its lock is taken once a batch, and never while another one is held.
final class ScoringLane: Sendable {
    /// Where the one batch of the lane is.
    private enum State {
        /// The lane has no batch, and the runner does not wait for one. Can transition to `ready`, `asleep` and `stopped`.
        case idle
        /// It waits to be fetched. Can transition to `idle` and `stopped`.
        case ready(CommentBatch)
        /// The runner waits for it. Can transition to `idle` and `stopped`.
        case asleep(CheckedContinuation<CommentBatch?, Never>)
        /// Final: what is handed over from now on is not scored.
        case stopped
    }

    private let scorer: GuardedScorer
    private let time: any TimeSource
    private let state = OrderedMutex(.alone, State.idle)

    /// Creates an idle lane.
    init(scorer: GuardedScorer, time: any TimeSource) {
        self.scorer = scorer
        self.time = time
    }

    /// Hands a batch over; the one before it has to be given back.
    func submit(_ batch: CommentBatch) {
        let runner: CheckedContinuation<CommentBatch?, Never>? = state.withLock { state in
            switch state {
            case .idle:
                state = .ready(batch)
                return nil
            case .asleep(let runner):
                state = .idle
                return runner
            case .ready:
                preconditionFailure("a lane was handed a second batch")
            case .stopped:
                return nil
            }
        }
        runner?.resume(returning: batch)
    }

    /// Scores what is handed over, until ``stop()``.
    ///
    /// - Parameter giveBack: Gets each batch, before the next one is fetched.
    func run(_ giveBack: (ScoredBatch) -> Void) async {
        while let batch = await next() {
            giveBack(await score(batch))
            // A busy lane never suspends otherwise, and there are more lanes than threads.
            await Task.yield()
        }
    }

    /// Ends ``run(_:)`` once the batch in flight is given back.
    func stop() {
        let runner: CheckedContinuation<CommentBatch?, Never>? = state.withLock { state in
            defer { state = .stopped }
            switch state {
            case .asleep(let runner): return runner
            case .idle, .ready, .stopped: return nil
            }
        }
        runner?.resume(returning: nil)
    }

    private func score(_ batch: CommentBatch) async -> ScoredBatch {
        let texts = batch.scoredTexts()
        let startedAt = time.now().nanoseconds
        let verdicts = await scorer.score(texts)
        return ScoredBatch(batch: batch, texts: texts, verdicts: verdicts, startedAt: startedAt)
    }

    /// The next batch; `nil` once the lane is stopped.
    private func next() async -> CommentBatch? {
        await withCheckedContinuation { runner in
            let batch: CommentBatch?? = state.withLock { state in
                switch state {
                case .idle:
                    state = .asleep(runner)
                    return nil
                case .ready(let batch):
                    state = .idle
                    return .some(batch)
                case .stopped:
                    return .some(nil)
                case .asleep:
                    preconditionFailure("a lane has a second runner")
                }
            }
            if let batch {
                runner.resume(returning: batch)
            }
        }
    }
}

extension CommentBatch {
    /// The texts of the comments that are scored, in order, normalised.
    fileprivate func scoredTexts() -> TextBatch {
        var ranges: [TextRange] = []
        ranges.reserveCapacity(comments.count)
        for comment in comments where comment.fields.kind.isScored {
            ranges.append(TextRange(start: comment.fields.text.lowerBound, count: comment.fields.text.count))
        }
        return TextBatch(bytes: bytes, ranges: ranges)
    }
}
