import DanmakuPipeline
import DanmakuTestKit
import SentimentModel
import Synchronization
import Testing

@Suite("Guarded scorer: it always answers", .timeLimit(.minutes(60)))
struct GuardedScorerTests {
    static let texts = TextBatch(texts: ["a", "b"])
    static let good = Verdicts(sentiments: [.scriptedPositive, .scriptedPositive], isFallback: false)
    static let instead = Verdicts(sentiments: [.scriptedNegative, .scriptedNegative], isFallback: true)

    /// A guarded scorer with a clock in the test's hands, and the record of its breaker.
    final class Subject: Sendable {
        let clock = ManualClock()
        let primary: ScriptedScorer
        let guarded: GuardedScorer
        let changes: AsyncStream<CircuitBreaker.Change>

        init(_ script: [ScriptedScorer.Step], _ change: (inout CircuitBreakerConfiguration) -> Void = { _ in }) {
            primary = ScriptedScorer(script)
            var configuration = CircuitBreakerConfiguration()
            change(&configuration)
            let (changes, changed) = AsyncStream<CircuitBreaker.Change>.makeStream()
            self.changes = changes
            guarded = GuardedScorer(
                primary: primary,
                fallback: ScriptedScorer(name: "fallback", [.answers(.scriptedNegative)]),
                configuration: configuration,
                time: clock.time,
                clock: clock,
                canary: Canary([("good", .positive)]),
                seed: 1,
                onTransition: { changed.yield($0) }
            )
        }

        /// Waits until the prober sleeps and wakes it on time; time-outs of calls, an hour off, are no matter.
        func endWait() async {
            while true {
                let wait = await clock.sleeper().deadline.offset - clock.now.offset
                if wait < .seconds(60) {
                    clock.advance(by: wait)
                    return
                }
            }
        }

        func score() async -> Verdicts {
            await guarded.score(GuardedScorerTests.texts)
        }
    }

    struct Broken: Error {}

    @Test("a scorer that works is used")
    func works() async {
        let subject = Subject([.answers(.scriptedPositive)])
        #expect(await subject.score() == Self.good)
        #expect(!subject.guarded.isDegraded && subject.guarded.model == "scripted-1")
        let empty = await subject.guarded.score(TextBatch(texts: []))
        #expect(empty == Verdicts(sentiments: [], isFallback: false))
        #expect(subject.primary.calls == [["a", "b"]], "nothing is asked about nothing")
    }

    static let failures: [ScriptedScorer.Step] = [
        .fails(Broken()),
        .fails(ScoringError(.failed, "no connection")),
        .fails(ScoringError(.overloaded, "busy")),
        .miscounts(by: 1),
        .miscounts(by: -2),
        .computes { batch in
            [Sentiment](
                repeating: Sentiment(label: .positive, emotion: .none, score: 1001, confidence: 1, affective: true),
                count: batch.count
            )
        },
    ]

    @Test("each failure falls back, five in a row open the breaker", arguments: failures.indices)
    func falls(_ index: Int) async {
        let subject = Subject([Self.failures[index]])
        for _ in 0..<5 {
            #expect(!subject.guarded.isDegraded)
            #expect(await subject.score() == Self.instead)
        }
        #expect(subject.guarded.isDegraded)
        #expect(await subject.score() == Self.instead)
        #expect(subject.primary.calls.count == 5, "an open breaker lets nothing through")
    }

    @Test("a batch's own fault falls back and says nothing of the scorer")
    func poison() async {
        let subject = Subject([.fails(ScoringError(.refused, "400"))])
        for _ in 0..<50 {
            #expect(await subject.score() == Self.instead)
        }
        #expect(!subject.guarded.isDegraded)
    }

    @Test("Retry-After is honoured")
    func retryAfter() async {
        let subject = Subject([
            .fails(ScoringError(.overloaded, "429", retryAfter: .seconds(3))), .answers(.scriptedPositive),
        ])
        #expect(await subject.score() == Self.instead)
        #expect(await subject.score() == Self.instead)
        #expect(subject.primary.calls.count == 1)
        subject.clock.advance(by: .seconds(3))
        #expect(await subject.score() == Self.good)
    }

    @Test("a call that hangs is left behind at its time-out; its late answer only counts as stale")
    func hangs() async {
        let subject = Subject([.hangs(.scriptedPositive), .answers(.scriptedPositive)])
        async let verdicts = subject.score()
        await subject.primary.began(1)
        let sleeper = await subject.clock.sleeper()
        #expect(sleeper.deadline.offset == .seconds(1))
        subject.clock.advance(by: .seconds(1))
        #expect(await verdicts == Self.instead)
        #expect(subject.guarded.breaker.snapshot.staleReports == 0)
        subject.primary.release()
        #expect(await subject.score() == Self.good)
    }

    @Test("a cancelled caller gets the fallback's answer, and the scorer is not blamed")
    func cancelled() async {
        let subject = Subject([.blocks(.scriptedPositive)]) { $0.consecutiveFailures = 1 }
        // A task of its own, to be cancelled.
        let task = Task { await subject.score() }
        await subject.primary.began(1)
        task.cancel()
        #expect(await task.value == Self.instead)
        #expect(!subject.guarded.isDegraded)
        #expect(subject.guarded.breaker.snapshot.inFlight == 0)
    }

    @Test("an open breaker is probed with the canary until three in a row are right")
    func probes() async {
        let subject = Subject([
            .fails(Broken()), .answers(.scriptedNegative), .answers(.scriptedPositive),
        ]) { configuration in
            configuration.consecutiveFailures = 1
            configuration.timeout = .seconds(3600)
        }
        #expect(await subject.score() == Self.instead)
        // Runs until it is cancelled, beside the steps of the test.
        let prober = Task { await subject.guarded.run() }
        var changes = subject.changes.makeAsyncIterator()
        #expect(await changes.next()?.to == .open)
        await subject.endWait()
        // A canary with the wrong sign.
        #expect(await changes.next()?.to == .halfOpen)
        #expect(await changes.next()?.reason == .probeFailed)
        await subject.endWait()
        // Three right ones.
        #expect(await changes.next()?.to == .halfOpen)
        #expect(await changes.next()?.reason == .recovered)
        #expect(await subject.score() == Self.good)
        #expect(subject.primary.calls == [["a", "b"]] + [[String]](repeating: ["good"], count: 4) + [["a", "b"]])
        prober.cancel()
        await prober.value
    }

    @Test("when both fail it still answers, with a confidence of 0 and outside the mood")
    func bothFail() async {
        let broken = ScriptedScorer([.fails(Broken())])
        let guarded = GuardedScorer(primary: broken, fallback: broken, configuration: .init(), time: ManualTime())
        let verdicts = await guarded.score(Self.texts)
        #expect(verdicts.sentiments.count == 2 && verdicts.isFallback)
        #expect(verdicts.sentiments.allSatisfy { $0.confidence == 0 && !$0.affective })
    }

    @Test("an operator's word holds")
    func forced() async {
        let subject = Subject([.answers(.scriptedPositive)])
        subject.guarded.breaker.force(.open, now: subject.clock.time.now().nanoseconds)
        #expect(await subject.score() == Self.instead && subject.guarded.isDegraded)
        subject.guarded.breaker.force(.disabled, now: subject.clock.time.now().nanoseconds)
        #expect(await subject.score() == Self.good)
        let counts = subject.guarded.breaker.snapshot.transitions
        #expect(Set(counts.keys.map(\.to)) == [.open, .closed] && counts.values.allSatisfy { $0 == 1 })
    }
}

@Suite("Guarded scorer in process")
struct GuardedInProcessScorerTests {
    /// Takes as long as a test says, on the time source.
    struct TakesTime: TextScorer {
        let version = "takes-time-1"
        let time: ManualTime
        let duration: @Sendable (Int) -> Duration

        func score(_ batch: TextBatch, into results: inout [Sentiment]) {
            time.advance(by: duration(batch.count))
            results += [Sentiment](repeating: .scriptedPositive, count: batch.count)
        }
    }

    static func guarded(_ duration: @escaping @Sendable (Int) -> Duration) -> (GuardedScorer, ManualTime) {
        let time = ManualTime()
        let scorer = InProcessScorer(name: "slow", TakesTime(time: time, duration: duration))
        let fallback = ScriptedScorer(name: "fallback", [.answers(.scriptedNegative)])
        return (GuardedScorer(primary: scorer, fallback: fallback, configuration: .init(), time: time), time)
    }

    @Test("it keeps the scorer's contract")
    func contract() async {
        let scorer = InProcessScorer(name: "x", TakesTime(time: ManualTime(), duration: { _ in .zero }))
        #expect(await ScorerContract.violations(of: scorer) == [])
        #expect(await ScorerContract.violations(of: ScriptedScorer([.answers(.scriptedNegative)])) == [])
        #expect(await ScorerContract.violations(of: ScriptedScorer([.miscounts(by: 1)])) != [])
    }

    @Test("slower than 50 ms and four times the usual is slow; ten such calls open the breaker")
    func slow() async {
        let factor = Mutex(1)
        let (guarded, _) = Self.guarded { rows in .milliseconds((10 + rows) * factor.withLock { $0 }) }
        for rows in [1, 20, 5, 40, 10, 80] {
            #expect(await guarded.score(TextBatch(texts: [String](repeating: "a", count: rows))).isFallback == false)
        }
        #expect(!guarded.isDegraded)
        factor.withLock { $0 = 5 }
        for _ in 0..<60 {
            _ = await guarded.score(TextBatch(texts: ["a", "b", "c"]))
        }
        #expect(guarded.isDegraded)
        #expect(guarded.breaker.snapshot.transitions.keys.map(\.reason) == [.slow])
    }

    @Test("a call past its lease was written off, and its answer is not used")
    func hung() async {
        let (guarded, _) = Self.guarded { _ in .seconds(3) }
        for _ in 0..<5 {
            let verdicts = await guarded.score(TextBatch("a"))
            #expect(verdicts.isFallback)
        }
        #expect(guarded.isDegraded)
        #expect(guarded.breaker.snapshot.staleReports == 5)
    }

    @Test("the canary tells scorers that work from those that do not")
    func canary() {
        let right = Canary.standard
        let labels = (0..<8).map { $0 == 0 || $0 == 1 || $0 == 4 || $0 == 6 }
        func answer(_ sentiment: (Int, Bool) -> Sentiment) -> [Sentiment] {
            labels.enumerated().map { sentiment($0.offset, $0.element) }
        }
        #expect(right.accepts(answer { _, isPositive in isPositive ? .scriptedPositive : .scriptedNegative }))
        #expect(!right.accepts(answer { _, isPositive in isPositive ? .scriptedNegative : .scriptedPositive }))
        #expect(!right.accepts(answer { _, _ in .nonAffective }))
        #expect(!right.accepts(answer { _, _ in .scriptedPositive }))
        #expect(!right.accepts([]))
        // English alone.
        #expect(
            right.accepts(
                answer { index, isPositive in
                    index == 4 || index == 5 ? (isPositive ? .scriptedPositive : .scriptedNegative) : .nonAffective
                }
            )
        )
    }
}
