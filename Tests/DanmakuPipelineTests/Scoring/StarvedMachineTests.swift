import DanmakuPipeline
import DanmakuTestKit
import SentimentModel
import Synchronization
import Testing

/// A machine without a processor to spare makes every call in this process take long; the scorer is not to blame.
@Suite("A starved machine and the breaker")
struct StarvedMachineTests {
    /// Time in which a thread has a processor only for a part.
    private final class StarvedTime: TimeSource {
        let wall = ManualTime()
        private let used = Mutex<Int64>(0)

        func now() -> Timestamp {
            wall.now()
        }

        func threadTime() -> Int64 {
            used.withLock { $0 }
        }

        func pass(elapsed: Duration, used: Duration) {
            wall.advance(by: elapsed)
            self.used.withLock {
                $0 += used.components.seconds * 1_000_000_000 + used.components.attoseconds / 1_000_000_000
            }
        }
    }

    private struct Worker: TextScorer {
        let version = "worker-1"
        let work: @Sendable () -> Void

        func score(_ batch: TextBatch, into results: inout [Sentiment]) {
            work()
            results += [Sentiment](repeating: .scriptedPositive, count: batch.count)
        }
    }

    private func guarded(_ time: StarvedTime, _ work: @escaping @Sendable () -> Void) -> GuardedScorer {
        GuardedScorer(
            primary: InProcessScorer(name: "worker", Worker(work: work)),
            fallback: ScriptedScorer(name: "fallback", [.answers(.scriptedNegative)]),
            configuration: .init(),
            time: time
        )
    }

    @Test("calls that wait for a processor are not slow")
    func starved() async {
        let time = StarvedTime()
        let guarded = guarded(time) { time.pass(elapsed: .milliseconds(300), used: .milliseconds(1)) }
        for _ in 0..<200 {
            #expect(await guarded.score(TextBatch("a")).isFallback == false)
        }
        #expect(!guarded.isDegraded)
        #expect(guarded.breaker.snapshot.transitions.isEmpty)
    }

    @Test("calls that use a processor for long are slow, after one that could not tell")
    func slow() async {
        let time = StarvedTime()
        let guarded = guarded(time) { time.pass(elapsed: .milliseconds(300), used: .milliseconds(300)) }
        for _ in 0..<11 {
            #expect(await guarded.score(TextBatch("a")).isFallback == false)
        }
        #expect(guarded.isDegraded)
        #expect(await guarded.score(TextBatch("a")).isFallback)
    }

    @Test("a process that did not run for a while does not write its calls off")
    func stalled() throws {
        let second: Int64 = 1_000_000_000
        let breaker = CircuitBreaker(configuration: .init(), seed: 1, now: 0, onTransition: { _ in })
        breaker.pulse(now: second)
        let permits = try (0..<8).map { _ in try #require(breaker.acquire(now: second)) }
        // SIGSTOP for a minute: whichever thread comes first finds all eight a minute old.
        let late = 61 * second
        for permit in permits {
            #expect(breaker.report(permit, .success, rows: 1, effort: .inProcess, now: late))
        }
        #expect(!breaker.isOpen)
    }

    @Test("calls that do not come back while the process runs are written off")
    func hung() throws {
        let second: Int64 = 1_000_000_000
        let breaker = CircuitBreaker(configuration: .init(), seed: 1, now: 0, onTransition: { _ in })
        breaker.pulse(now: 0)
        for _ in 0..<5 {
            _ = try #require(breaker.acquire(now: 0))
        }
        for time in 1...3 as ClosedRange<Int64> {
            breaker.pulse(now: time * second)
        }
        #expect(breaker.isOpen)
    }

    @Test("a change says what had been counted")
    func numbers() throws {
        let changes = Mutex<[CircuitBreaker.Change]>([])
        let breaker = CircuitBreaker(configuration: .init(), seed: 1, now: 0) { change in
            changes.withLock { $0.append(change) }
        }
        for call in 0..<10 {
            let permit = try #require(breaker.acquire(now: Int64(call)))
            _ = breaker.report(permit, call % 2 == 0 ? .success : .failure, rows: 1, now: Int64(call))
        }
        let change = try #require(changes.withLock { $0.first })
        #expect(change.to == .open && change.reason == .failures)
        #expect(change.calls == 10 && change.failures == 5 && change.slow == 0 && change.failuresInRow == 1)
        let wait = try #require(change.wait)
        #expect((500_000_000...1_000_000_000).contains(wait))
    }
}
