import DanmakuPipeline
import Testing

/// The states of a breaker as a table's rows, each as one machine that is in it at time ``now``.
enum BreakerState: CaseIterable {
    case closed
    case open
    case halfOpen
    case probing
    case forcedOpen
    case disabled

    static let now: Int64 = 1_000_000_000_000
    static let second: Int64 = 1_000_000_000

    static var configuration: CircuitBreakerConfiguration {
        var configuration = CircuitBreakerConfiguration()
        configuration.consecutiveFailures = 1
        return configuration
    }

    /// The machine, and a permit that is out in it if it gives any.
    func machine() -> (CircuitBreaker.StateMachine, CircuitBreaker.Permit?) {
        var machine = CircuitBreaker.StateMachine(configuration: Self.configuration, seed: 1, now: Self.now)
        var permit: CircuitBreaker.Permit?
        switch self {
        case .closed:
            permit = machine.acquire(for: .batch, now: Self.now)
        case .open:
            trip(&machine, now: Self.now)
        case .halfOpen:
            trip(&machine, now: Self.now - 2 * Self.second)
            machine.tick(now: Self.now)
        case .probing:
            trip(&machine, now: Self.now - 2 * Self.second)
            permit = machine.acquire(for: .probe, now: Self.now)
        case .forcedOpen:
            machine.force(.open, now: Self.now)
        case .disabled:
            machine.force(.disabled, now: Self.now)
            permit = machine.acquire(for: .batch, now: Self.now)
        }
        _ = machine.takeTransitions()
        return (machine, permit)
    }

    private func trip(_ machine: inout CircuitBreaker.StateMachine, now: Int64) {
        if let permit = machine.acquire(for: .batch, now: now) {
            machine.report(permit, .failure, now: now)
        }
    }

    /// The machine's state, by its name here.
    init(_ machine: CircuitBreaker.StateMachine) {
        switch machine.state {
        case .closed: self = .closed
        case .open: self = .open
        case .halfOpen: self = machine.inFlight > 0 ? .probing : .halfOpen
        case .forcedOpen: self = .forcedOpen
        case .disabled: self = .disabled
        }
    }
}

@Suite("Circuit breaker: state × input")
struct CircuitBreakerTableTests {
    static let now = BreakerState.now
    static let second = BreakerState.second

    @Test("every state is what its name says", arguments: BreakerState.allCases)
    func states(_ state: BreakerState) {
        #expect(BreakerState(state.machine().0) == state)
    }

    @Test("acquire", arguments: BreakerState.allCases)
    func acquire(_ state: BreakerState) {
        let expected: (batch: Bool, probe: Bool) =
            switch state {
            case .closed, .disabled: (true, false)
            case .halfOpen: (false, true)
            case .open, .probing, .forcedOpen: (false, false)
            }
        var machine = state.machine().0
        #expect((machine.acquire(for: .batch, now: Self.now) != nil) == expected.batch)
        machine = state.machine().0
        #expect((machine.acquire(for: .probe, now: Self.now) != nil) == expected.probe)
        #expect(BreakerState(machine) == (state == .halfOpen ? .probing : state))
    }

    static let outcomes: [(CircuitBreaker.Outcome, closed: BreakerState, probing: BreakerState)] = [
        (.success, closed: .closed, probing: .halfOpen),
        (.slow, closed: .closed, probing: .open),
        (.failure, closed: .open, probing: .open),
        (.overload(retryAfter: nil), closed: .open, probing: .open),
        (.overload(retryAfter: 7_000_000_000), closed: .open, probing: .open),
        (.ignored, closed: .closed, probing: .halfOpen),
    ]

    @Test("report of the permit that is out", arguments: CircuitBreakerTableTests.outcomes.indices)
    func report(_ index: Int) throws {
        let (outcome, closed, probing) = Self.outcomes[index]
        for (state, after) in [(BreakerState.closed, closed), (.probing, probing), (.disabled, .disabled)] {
            var (machine, permit) = state.machine()
            #expect(machine.report(try #require(permit), outcome, now: Self.now) == true)
            #expect(BreakerState(machine) == after, "\(outcome) in \(state)")
            #expect(machine.staleReports == 0)
        }
    }

    @Test("a stale report changes only its counter", arguments: BreakerState.allCases)
    func stale(_ state: BreakerState) throws {
        // A permit of the machine's first life, before it was forced there and back.
        for (outcome, _, _) in Self.outcomes {
            var (machine, current) = state.machine()
            let permit = try #require(current ?? BreakerState.closed.machine().1)
            if current != nil {
                machine.force(state == .disabled ? .open : .disabled, now: Self.now)
                machine.force(.auto, now: Self.now)
                current = nil
            }
            var before = machine
            #expect(machine.report(permit, outcome, now: Self.now) == false)
            #expect(machine.staleReports == 1)
            // All else is equal: the same inputs lead on to the same states.
            #expect(machine.state == before.state && machine.generation == before.generation)
            #expect(machine.inFlight == before.inFlight && machine.due == before.due)
            _ = before.report(permit, .ignored, now: Self.now)
            #expect(machine == before)
        }
    }

    @Test("a permit from before an operator disabled it is stale")
    func staleInDisabled() throws {
        var (machine, permit) = BreakerState.closed.machine()
        machine.force(.disabled, now: Self.now)
        #expect(machine.report(try #require(permit), .failure, now: Self.now) == false)
        #expect(machine.staleReports == 1)
    }

    @Test("tick, before and at the time that is due", arguments: BreakerState.allCases)
    func tick(_ state: BreakerState) throws {
        var (machine, _) = state.machine()
        let due = machine.due
        machine.tick(now: (due ?? Self.now + 3600 * Self.second) - 1)
        #expect(BreakerState(machine) == state)
        machine.tick(now: due ?? Self.now + 7200 * Self.second)
        let expected: BreakerState =
            switch state {
            case .closed, .probing: .open
            case .open: .halfOpen
            case .halfOpen, .forcedOpen, .disabled: state
            }
        #expect(BreakerState(machine) == expected)
    }

    @Test("force", arguments: BreakerState.allCases, CircuitBreaker.Override.allCases)
    func force(_ state: BreakerState, _ override: CircuitBreaker.Override) {
        var (machine, _) = state.machine()
        let before = machine
        machine.force(override, now: Self.now)
        let expected: BreakerState =
            switch (override, state) {
            case (.open, _): .forcedOpen
            case (.disabled, _): .disabled
            case (.auto, .forcedOpen), (.auto, .disabled): .closed
            case (.auto, _): state
            }
        #expect(BreakerState(machine) == expected)
        #expect((machine.generation != before.generation) == (expected != state))
        #expect(machine.transitions.map(\.reason) == (expected == state ? [] : [.forced]))
        #expect(expected == state || machine.inFlight == 0)
    }
}
