import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("Circuit breaker: limits and waits")
struct CircuitBreakerRuleTests {
    static let second: Int64 = 1_000_000_000

    static func machine(
        seed: UInt64 = 1,
        _ change: (inout CircuitBreakerConfiguration) -> Void = { _ in }
    ) -> CircuitBreaker.StateMachine {
        var configuration = CircuitBreakerConfiguration()
        change(&configuration)
        return CircuitBreaker.StateMachine(configuration: configuration, seed: seed, now: 0)
    }

    /// Makes a call that comes back at once.
    static func call(_ machine: inout CircuitBreaker.StateMachine, _ outcome: CircuitBreaker.Outcome, now: Int64) {
        let permit = machine.acquire(for: .batch, now: now) ?? machine.acquire(for: .probe, now: now)
        if let permit {
            machine.report(permit, outcome, now: now)
        }
    }

    @Test("half of ten failed opens it, nine calls do not")
    func share() {
        var machine = Self.machine()
        for index in 0..<9 {
            Self.call(&machine, index % 2 == 0 ? .failure : .success, now: 0)
        }
        #expect(machine.state.visible == .closed)
        Self.call(&machine, .success, now: 0)
        #expect(machine.state.visible == .open)
        #expect(machine.takeTransitions().map(\.reason) == [.failures])
    }

    @Test("four of ten failed do not open it")
    func belowShare() {
        var machine = Self.machine()
        for index in 0..<1000 {
            Self.call(&machine, index % 5 >= 3 ? .failure : .success, now: Int64(index) * 100_000_000)
        }
        #expect(machine.state.visible == .closed)
    }

    @Test("eight of ten slow open it, a slow one is no failure")
    func slow() {
        var machine = Self.machine()
        for index in 0..<10 {
            #expect(machine.state.visible == .closed)
            Self.call(&machine, index < 2 ? .success : .slow, now: 0)
        }
        #expect(machine.takeTransitions().map(\.reason) == [.slow])
    }

    @Test("failures leave the window after ten seconds")
    func window() {
        var machine = Self.machine()
        for index in 0..<200 {
            // Four at once, then quiet for a window: never ten calls within it.
            let now = Int64(index / 4) * 10 * Self.second
            Self.call(&machine, index % 4 == 3 ? .success : .failure, now: now)
        }
        #expect(machine.state.visible == .closed)
    }

    @Test("the window equals a naive list", arguments: 0..<20)
    func windowReference(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var window = CallWindow(nanoseconds: 10 * Self.second, buckets: 10)
        var calls: [(step: Int64, failed: Bool, slow: Bool)] = []
        var now: Int64 = 5
        for _ in 0..<500 {
            now += Int64.random(in: 0...Self.second, using: &random)
            let (failed, slow) = (random.oneIn(3), random.oneIn(4))
            window.count(failed: failed, slow: slow, now: now)
            calls.append((now / Self.second, failed, slow))
            let recent = calls.filter { $0.step > now / Self.second - 10 }
            let totals = window.totals(now: now)
            let expected = (recent.count, recent.count { $0.failed }, recent.count { $0.slow })
            if totals != expected {
                Issue.record("seed \(seed): \(totals) instead of \(expected)")
                return
            }
        }
    }

    @Test("the wait doubles up to its limit, jittered between half and all of it", arguments: 0..<30)
    func waits(seed: UInt64) {
        var machine = Self.machine(seed: seed) { $0.consecutiveFailures = 1 }
        var now: Int64 = 0
        Self.call(&machine, .failure, now: now)
        for opening in 1...9 {
            guard case .open(let until) = machine.state else {
                Issue.record("\(machine.state) after opening \(opening)")
                return
            }
            let whole = min(30 * Self.second, Self.second << Int64(opening - 1))
            #expect((whole / 2...whole).contains(until - now), "opening \(opening), seed \(seed)")
            now = until
            Self.call(&machine, .failure, now: now)
        }
    }

    @Test("after sixty seconds closed an opening is a first one again, after less it is not", arguments: [59, 60])
    func forgets(seconds: Int64) throws {
        var machine = Self.machine { configuration in
            configuration.consecutiveFailures = 1
            configuration.probes = 1
        }
        var now: Int64 = 0
        for _ in 0..<4 {
            Self.call(&machine, .failure, now: now)
            now = try #require(machine.due)
        }
        Self.call(&machine, .success, now: now)
        #expect(machine.state == .closed(since: now))
        now += seconds * Self.second
        Self.call(&machine, .failure, now: now)
        let wait = try #require(machine.due) - now
        #expect((wait <= Self.second) == (seconds >= 60))
    }

    @Test("Retry-After of a closed breaker is honoured without opening it, thirty seconds at most")
    func retryAfter() {
        for (asked, honoured) in [(5, 5), (300, 30)] as [(Int64, Int64)] {
            var machine = Self.machine()
            Self.call(&machine, .overload(retryAfter: asked * Self.second), now: 0)
            #expect(machine.state.visible == .closed)
            #expect(machine.acquire(for: .batch, now: honoured * Self.second - 1) == nil)
            #expect(machine.acquire(for: .batch, now: honoured * Self.second) != nil)
        }
    }

    @Test("Retry-After of a probe, or of the call that opens it, holds longer than the wait")
    func retryAfterOpening() {
        var machine = Self.machine { $0.consecutiveFailures = 1 }
        Self.call(&machine, .overload(retryAfter: 9 * Self.second), now: 0)
        #expect(machine.state == .open(until: 9 * Self.second))
        Self.call(&machine, .overload(retryAfter: 20 * Self.second), now: 9 * Self.second)
        #expect(machine.state == .open(until: 29 * Self.second))
    }

    @Test("after closing calls are let in by and by")
    func ramp() throws {
        var machine = Self.machine { configuration in
            configuration.consecutiveFailures = 1
            configuration.rampLimit = 4
        }
        Self.call(&machine, .failure, now: 0)
        let now = try #require(machine.due)
        for _ in 0..<3 {
            Self.call(&machine, .success, now: now)
        }
        #expect(machine.state.visible == .closed)
        var seen: [Int] = []
        for _ in 0..<3 {
            var permits: [CircuitBreaker.Permit] = []
            while let permit = machine.acquire(for: .batch, now: now), permits.count < 9 {
                permits.append(permit)
            }
            seen.append(permits.count)
            for permit in permits {
                machine.report(permit, .success, now: now)
            }
        }
        #expect(seen == [1, 2, 9])
    }

    @Test("what was counted before it opened is forgotten when it closes")
    func clears() throws {
        var machine = Self.machine { $0.consecutiveFailures = .max }
        for _ in 0..<10 {
            Self.call(&machine, .failure, now: 0)
        }
        let now = try #require(machine.due)
        for _ in 0..<3 {
            Self.call(&machine, .success, now: now)
        }
        #expect(machine.state == .closed(since: now))
        Self.call(&machine, .success, now: now)
        #expect(machine.state == .closed(since: now))
    }

    @Test("the classic breaker is a setting away")
    func classic() throws {
        var machine = Self.machine { configuration in
            configuration.minCalls = 20
            configuration.failurePercent = 60
            configuration.consecutiveFailures = .max
            configuration.wait = .seconds(60)
            configuration.maxWait = .seconds(60)
        }
        for index in 0..<19 {
            Self.call(&machine, index < 12 ? .failure : .success, now: 0)
        }
        #expect(machine.state.visible == .closed)
        Self.call(&machine, .success, now: 0)
        #expect(machine.state.visible == .open)
        #expect(try #require(machine.due) >= 30 * Self.second)
    }
}
