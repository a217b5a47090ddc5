import DanmakuPipeline
import Testing

/// The events of which every string up to a length is tried.
enum BreakerEvent: CaseIterable {
    case ok
    case fail
    case slow
    case ignored
    case staleOk
    case staleFail
    case wait
    case leaseOver
}

/// A breaker after some string of events, with what has to be remembered of the string to judge it.
///
/// Equal nodes have equal futures, so walking the set of nodes of one length, event by event, tries every string of
/// the next length without trying any prefix twice.
struct BreakerNode: Hashable {
    var machine: CircuitBreaker.StateMachine
    var now: Int64
    /// The newest permit of an earlier generation, or one that was reported already.
    var stale: CircuitBreaker.Permit?
    /// Successes of probes in a row, counted outside the machine.
    var probesInRow = 0

    /// What was wrong with one step; `nil` if nothing.
    mutating func apply(_ event: BreakerEvent, _ configuration: CircuitBreakerConfiguration) -> String? {
        let before = self
        now += 1_000_000
        switch event {
        case .ok: return report(.success, before, configuration)
        case .fail: return report(.failure, before, configuration)
        case .slow: return report(.slow, before, configuration)
        case .ignored: return report(.ignored, before, configuration)
        case .staleOk: return reportStale(.success)
        case .staleFail: return reportStale(.failure)
        case .wait: return wait()
        case .leaseOver: return leaseOver(before, configuration)
        }
    }

    /// Asks for whatever permit the state gives, checks that there is at most one probe.
    private mutating func acquire() -> (CircuitBreaker.Permit?, String?) {
        let batch = machine.acquire(for: .batch, now: now)
        if let batch {
            return (batch, machine.state.visible == .closed ? nil : "a batch goes through in \(machine.state)")
        }
        guard let probe = machine.acquire(for: .probe, now: now) else {
            return (nil, nil)
        }
        if machine.acquire(for: .probe, now: now) != nil || machine.acquire(for: .batch, now: now) != nil {
            return (probe, "a second call goes through beside a probe")
        }
        return (probe, machine.state.visible == .halfOpen ? nil : "a probe in \(machine.state)")
    }

    private mutating func report(
        _ outcome: CircuitBreaker.Outcome,
        _ before: BreakerNode,
        _ configuration: CircuitBreakerConfiguration
    ) -> String? {
        let (permit, wrong) = acquire()
        guard let permit, wrong == nil else {
            return wrong ?? isStuck()
        }
        let asked = machine
        guard machine.report(permit, outcome, now: now) else {
            return "a report in time does not count"
        }
        stale = permit
        if permit.purpose == .probe {
            probesInRow = outcome == .success ? probesInRow + 1 : (outcome == .ignored ? probesInRow : 0)
        } else {
            probesInRow = 0
        }
        switch (outcome, permit.purpose) {
        case (.ignored, _):
            if machine.state != asked.state {
                return "a cancelled call led from \(asked.state) to \(machine.state)"
            }
            if machine.inFlight != 0 {
                return "a cancelled call keeps its place"
            }
        case (.success, .probe):
            let isEnough = probesInRow >= configuration.probes
            if (machine.state.visible == .closed) != isEnough {
                return "\(machine.state) after \(probesInRow) probes"
            }
            if isEnough, machine.inFlightLimit != 1 {
                return "it does not start with one call after closing"
            }
        case (.failure, .probe), (.slow, .probe):
            if machine.state.visible != .open {
                return "\(machine.state) after a probe with \(outcome)"
            }
        case (.success, .batch), (.failure, .batch), (.slow, .batch):
            if machine.state.visible == .halfOpen {
                return "half-open after a batch"
            }
        case (.overload, _):
            break
        }
        return checkOpening(from: asked, configuration)
    }

    private mutating func reportStale(_ outcome: CircuitBreaker.Outcome) -> String? {
        guard let stale else {
            return nil
        }
        machine.tick(now: now)
        var expected = machine
        let state = machine.state
        if machine.report(stale, outcome, now: now) {
            return "a stale report counts"
        }
        _ = expected.report(stale, .ignored, now: now)
        if machine != expected || machine.state != state {
            return "a stale report moves it from \(state) to \(machine.state)"
        }
        return nil
    }

    private mutating func wait() -> String? {
        guard case .open(let until) = machine.state else {
            now += 2_000_000_000
            machine.tick(now: now)
            return isStuck()
        }
        if until <= now {
            return "it is open until \(until), which is over"
        }
        machine.tick(now: until - 1)
        guard case .open = machine.state else {
            return "it did not stay open"
        }
        now = until
        machine.tick(now: now)
        probesInRow = 0
        return machine.state.visible == .halfOpen ? nil : "it is \(machine.state) when its time is over"
    }

    private mutating func leaseOver(_ before: BreakerNode, _ configuration: CircuitBreakerConfiguration) -> String? {
        let (permit, wrong) = acquire()
        guard let permit, wrong == nil else {
            return wrong ?? isStuck()
        }
        let asked = machine
        now += configuration.timeout.nanoseconds + configuration.leaseGrace.nanoseconds
        machine.tick(now: now)
        stale = permit
        probesInRow = 0
        if machine.inFlight != 0 {
            return "a call whose lease is over keeps its place"
        }
        if permit.purpose == .probe, machine.state.visible != .open {
            return "\(machine.state) after a probe that did not come back"
        }
        return checkOpening(from: asked, configuration)
    }

    /// An opening has a time that is neither over nor longer than the longest.
    private func checkOpening(
        from before: CircuitBreaker.StateMachine,
        _ configuration: CircuitBreakerConfiguration
    ) -> String? {
        guard case .open(let until) = machine.state, before.state.visible != .open else {
            return isStuck()
        }
        let wait = until - now
        let longest = configuration.maxWait.nanoseconds
        let shortest = min(longest, configuration.wait.nanoseconds) / 2
        return (shortest...longest).contains(wait) ? isStuck() : "it opened for \(wait) ns"
    }

    /// From every state time alone leads on to where a call goes through.
    private func isStuck() -> String? {
        var machine = machine
        var now = now
        for _ in 0..<2 {
            now = max(now, machine.due ?? now)
            machine.tick(now: now)
        }
        let goesThrough =
            machine.acquire(for: .batch, now: now) != nil || machine.acquire(for: .probe, now: now) != nil
        return goesThrough ? nil : "stuck in \(machine.state)"
    }
}
