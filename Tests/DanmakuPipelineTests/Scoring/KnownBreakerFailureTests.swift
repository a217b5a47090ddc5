import DanmakuPipeline
import DanmakuTestKit
import SentimentModel
import Testing

/// How real breakers and batchers have failed, each as a test that ours does not.
@Suite("Known failures")
struct KnownBreakerFailureTests {
    static let second: Int64 = 1_000_000_000

    static func tripped() -> (machine: CircuitBreaker.StateMachine, now: Int64) {
        var machine = CircuitBreakerRuleTests.machine()
        for _ in 0..<5 {
            CircuitBreakerRuleTests.call(&machine, .failure, now: 0)
        }
        return (machine, machine.due ?? 0)
    }

    @Test("a permit leaked in half-open does not block for good")
    func leakedPermit() throws {
        var (machine, now) = Self.tripped()
        _ = try machine.permit(for: .probe, now: now)
        #expect(machine.acquire(for: .probe, now: now + Self.second) == nil)
        now += 2 * Self.second
        machine.tick(now: now)
        #expect(machine.state.visible == .open)
        now = try #require(machine.due)
        #expect(machine.acquire(for: .probe, now: now) != nil)
    }

    @Test("late results of an earlier state are not counted")
    func lateResults() throws {
        var machine = CircuitBreakerRuleTests.machine()
        let late = (0..<20).compactMap { _ in machine.acquire(for: .batch, now: 0) }
        for permit in late.prefix(5) {
            machine.report(permit, .failure, now: 0)
        }
        let now = try #require(machine.due)
        machine.tick(now: now)
        for permit in late.dropFirst(5) {
            machine.report(permit, .success, now: now)
        }
        #expect(machine.state == .halfOpen(successes: 0), "fifteen late successes close nothing")
        #expect(machine.staleReports == 15)
    }

    @Test("a cancelled probe neither closes nor opens, and gives its place back")
    func cancelledProbe() throws {
        var (machine, now) = Self.tripped()
        for _ in 0..<10 {
            let probe = try machine.permit(for: .probe, now: now)
            machine.report(probe, .ignored, now: now)
        }
        #expect(machine.state == .halfOpen(successes: 0))
    }

    @Test("own rejections are not failures")
    func ownRejections() throws {
        var (machine, now) = Self.tripped()
        let until = now
        for _ in 0..<1000 {
            #expect(machine.acquire(for: .batch, now: 1) == nil)
        }
        #expect(machine.due == until, "a refusal does not put the end off")
        now = until
        for _ in 0..<3 {
            let probe = try machine.permit(for: .probe, now: now)
            #expect(machine.acquire(for: .batch, now: now) == nil)
            machine.report(probe, .success, now: now)
        }
        #expect(machine.state.visible == .closed)
    }

    @Test("low traffic trips it although the minimum count is never reached")
    func lowTraffic() {
        var machine = CircuitBreakerRuleTests.machine()
        for hour in 0..<5 {
            #expect(machine.state.visible == .closed)
            CircuitBreakerRuleTests.call(&machine, .failure, now: Int64(hour) * 3600 * Self.second)
        }
        #expect(machine.state.visible == .open)
    }

    @Test("a call that hangs is written off, and its late answer is stale")
    func hungCall() {
        var machine = CircuitBreakerRuleTests.machine { $0.consecutiveFailures = 2 }
        let hung = [0, 1].compactMap { machine.acquire(for: .batch, now: $0) }
        #expect(
            machine.acquire(for: .batch, now: 2 * Self.second + 1) == nil,
            "both are written off when the next asks"
        )
        #expect(machine.state.visible == .open)
        for permit in hung {
            #expect(machine.report(permit, .success, now: 2 * Self.second + 2) == false)
        }
        #expect(machine.state.visible == .open && machine.staleReports == 2)
    }

    @Test("a permit that is reported twice counts once")
    func reportedTwice() throws {
        var machine = CircuitBreakerRuleTests.machine()
        let permit = try machine.permit(for: .batch, now: 0)
        for _ in 0..<50 {
            machine.report(permit, .failure, now: 0)
        }
        #expect(machine.state.visible == .closed && machine.staleReports == 49)
    }

    @Test("a row-count lie never hands one caller another's scores", arguments: [-1, 1, 100])
    func rowCountLie(by: Int) async {
        let scorer = ScriptedScorer([.miscounts(by: by)])
        let fallback = ScriptedScorer(name: "fallback", [.answers(.scriptedNegative)])
        let guarded = GuardedScorer(primary: scorer, fallback: fallback, configuration: .init(), time: ManualTime())
        let verdicts = await guarded.score(TextBatch(texts: ["a", "b", "c"]))
        #expect(verdicts == Verdicts(sentiments: [Sentiment](repeating: .scriptedNegative, count: 3), isFallback: true))
    }

    @Test("order is of admission, not of completion")
    func orderOfCompletion() {
        var buffer = ReorderBuffer<String>()
        // Two batches of one room, of which the second comes back first.
        for number in 2..<4 {
            #expect(buffer.takeTurn(UInt64(number)) == false)
            buffer.keep("\(number)", number: UInt64(number))
        }
        #expect(buffer.next() == nil)
        #expect(buffer.takeTurn(0) == true)
        #expect(buffer.next() == nil)
        #expect(buffer.takeTurn(1) == true)
        #expect([buffer.next(), buffer.next(), buffer.next()] == ["2", "3", nil])
    }
}

extension CircuitBreaker.StateMachine {
    /// Asks for a permit that has to be given.
    fileprivate mutating func permit(for purpose: CircuitBreaker.Purpose, now: Int64) throws -> CircuitBreaker.Permit {
        let permit = acquire(for: purpose, now: now)
        return try #require(permit)
    }
}
