package import SentimentModel

/// A scorer that always answers: the configured one while it works, else the fallback.
///
/// Every batch asks the breaker first. A call that throws, answers with the wrong number of rows or with scores out of
/// range, or does not come back within ``CircuitBreakerConfiguration/timeout`` is a failure, and its batch is scored by
/// the fallback; so is every batch while the breaker is open. ``run()`` then sends the ``Canary`` until the breaker
/// closes.
///
/// An ``InProcessScorer`` is called on the caller's thread, so that guarding it costs two short locks and two clock
/// readings a batch. A thread cannot be taken back: such a call that hangs is written off in the breaker by its lease,
/// so that all others go on with the fallback, but its own caller waits for it. Any other scorer is called in a task
/// that can be left behind: its caller goes on at the time-out, and a late answer is only counted.
///
/// On a machine that has no processor to spare, a call in this process takes long without being to blame, and the
/// fallback would be no faster. Such calls are measured by the processor time of their thread.
package final class GuardedScorer: Sendable {
    /// The breaker before the configured scorer.
    package let breaker: CircuitBreaker

    private let primary: any SentimentScorer
    /// The configured scorer, if it can be called without suspending.
    private let inProcess: InProcessScorer?
    private let fallback: any SentimentScorer
    private let configuration: CircuitBreakerConfiguration
    private let canary: Canary
    private let time: any TimeSource
    private let clock: any Clock<Duration>
    private let openings: AsyncStream<Void>

    /// Creates a guarded scorer.
    ///
    /// - Parameters:
    ///   - primary: The configured scorer.
    ///   - fallback: The scorer that stands in. It is trusted: it has to answer, and soon.
    ///   - configuration: The breaker's.
    ///   - time: Where the time is read.
    ///   - clock: What time-outs and waits sleep on.
    ///   - canary: What probes ask.
    ///   - seed: Of the waits' jitter.
    ///   - onTransition: Called after each change of the breaker, on the thread that caused it.
    package init(
        primary: any SentimentScorer,
        fallback: any SentimentScorer,
        configuration: CircuitBreakerConfiguration,
        time: any TimeSource,
        clock: any Clock<Duration> = ContinuousClock(),
        canary: Canary = .standard,
        seed: UInt64 = .random(in: 0 ... .max),
        onTransition: @escaping @Sendable (CircuitBreaker.Change) -> Void = { _ in }
    ) {
        self.primary = primary
        self.fallback = fallback
        self.configuration = configuration
        self.canary = canary
        self.time = time
        self.clock = clock
        inProcess = primary as? InProcessScorer
        let (openings, opened) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.openings = openings
        breaker = CircuitBreaker(configuration: configuration, seed: seed, now: time.now().nanoseconds) { change in
            if change.to == .open {
                opened.yield()
            }
            onTransition(change)
        }
    }

    /// The configured scorer's name.
    package var name: String {
        primary.name
    }

    /// What the configured scorer's weights are called.
    package var model: String {
        primary.model
    }

    /// Whether results are the fallback's for the time being.
    package var isDegraded: Bool {
        breaker.isOpen
    }

    /// Says that the process runs; called once a second (``CircuitBreaker/pulse(now:)``).
    package func pulse() {
        breaker.pulse(now: time.now().nanoseconds)
    }

    /// Scores a batch, one way or the other.
    package func score(_ batch: TextBatch) async -> Verdicts {
        guard batch.count > 0 else {
            return Verdicts(sentiments: [], isFallback: false)
        }
        if let permit = breaker.acquire(now: time.now().nanoseconds),
            let sentiments = await call(batch, permit: permit, accepts: { $0.isWellFormed(rows: batch.count) })
        {
            return Verdicts(sentiments: sentiments, isFallback: false)
        }
        return await fallBack(batch)
    }

    /// Probes a scorer that was given up, until the task is cancelled; rests while the breaker is closed.
    ///
    /// Called once. Without it a breaker that opened stays open.
    package func run() async {
        for await _ in openings {
            probing: while !Task.isCancelled {
                let now = time.now().nanoseconds
                switch breaker.nextProbe(now: now) {
                case .rest:
                    break probing
                case .wait(let until):
                    try? await clock.sleep(for: .nanoseconds(max(1, until - now)))
                case .probe(let permit):
                    _ = await call(canary.batch, permit: permit, accepts: canary.accepts)
                }
            }
        }
    }

    /// Makes a call and reports it; `nil` if its answer is not to be used.
    private func call(
        _ batch: TextBatch,
        permit: CircuitBreaker.Permit,
        accepts: (([Sentiment]) -> Bool)
    ) async -> [Sentiment]? {
        let end: GuardedCall.End
        let effort: CircuitBreaker.Effort
        if let inProcess {
            let isMeasured = breaker.measuresProcessorTime(now: permit.startedAt)
            let before = isMeasured ? time.threadTime() : 0
            end = .answered(inProcess.scoreNow(batch))
            effort = isMeasured ? .processor(time.threadTime() - before) : .inProcess
        } else {
            end = await race(batch, permit: permit)
            effort = .elapsed
        }
        var answer: [Sentiment]?
        let outcome: CircuitBreaker.Outcome
        switch end {
        case .answered(let sentiments):
            answer = accepts(sentiments) ? sentiments : nil
            outcome = answer == nil ? .failure : .success
        case .failed(let error):
            outcome = Self.outcome(of: error)
        case .timedOut:
            outcome = .failure
        case .cancelled:
            outcome = .ignored
        }
        let now = time.now().nanoseconds
        let counts = breaker.report(permit, outcome, rows: batch.count, effort: effort, now: now)
        return counts ? answer : nil
    }

    /// Calls the scorer in a task of its own, which is left behind if it does not come back in time.
    private func race(_ batch: TextBatch, permit: CircuitBreaker.Permit) async -> GuardedCall.End {
        let call = GuardedCall()
        // Unstructured, because a scorer may ignore cancellation: a task group would wait for it.
        let work = Task { [primary, breaker, time] in
            let end: GuardedCall.End
            do {
                end = .answered(try await primary.score(batch))
            } catch {
                end = .failed(error)
            }
            if !call.end(end) {
                // The permit was reported when the call was given up, so this counts as stale.
                _ = breaker.report(permit, .ignored, rows: batch.count, now: time.now().nanoseconds)
            }
        }
        // Beside the call and not around it, for the same reason; cancelled below in every case.
        let timer = Task { [clock, timeout = configuration.timeout] in
            if (try? await clock.sleep(for: timeout)) != nil {
                call.end(.timedOut)
            }
        }
        let end = await call.wait()
        work.cancel()
        timer.cancel()
        return end
    }

    private static func outcome(of error: any Error) -> CircuitBreaker.Outcome {
        guard let error = error as? ScoringError else {
            return error is CancellationError ? .ignored : .failure
        }
        switch error.code {
        case .failed: return .failure
        case .overloaded: return .overload(retryAfter: error.retryAfter?.nanoseconds)
        case .refused: return .ignored
        }
    }

    private func fallBack(_ batch: TextBatch) async -> Verdicts {
        if let sentiments = try? await fallback.score(batch), sentiments.isWellFormed(rows: batch.count) {
            return Verdicts(sentiments: sentiments, isFallback: true)
        }
        // Both failed: say so by a confidence of 0, and keep these texts out of the mood.
        let unknown = Sentiment(label: .neutral, emotion: .none, score: 0, confidence: 0, affective: false)
        return Verdicts(sentiments: [Sentiment](repeating: unknown, count: batch.count), isFallback: true)
    }
}

extension [Sentiment] {
    /// Whether this answers a batch of this many rows: a wrong count would hand one comment another's score.
    package func isWellFormed(rows: Int) -> Bool {
        count == rows && allSatisfy { -1000...1000 ~= $0.score && $0.confidence <= 1000 }
    }
}
