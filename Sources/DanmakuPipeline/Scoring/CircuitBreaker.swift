import Synchronization

/// Stands before one scorer and says whether it may be called.
///
/// The lock around a ``StateMachine`` and the counters of its changes; it is entered twice a batch. It reads no clock
/// and starts nothing: a ``GuardedScorer`` drives it.
package final class CircuitBreaker: Sendable {
    /// What is exported of a breaker.
    package struct Snapshot: Sendable {
        /// The state.
        package var state: State
        /// How often it changed, by what to and why.
        package var transitions: [Transition: Int]
        /// Results that came after their call was given up.
        package var staleReports: Int
        /// Calls that are out.
        package var inFlight: Int
    }

    /// What the prober has to do.
    package enum ProbeStep: Sendable {
        /// Nothing until the breaker opens.
        case rest
        /// Ask again at this time.
        case wait(until: Int64)
        /// Send the canary.
        case probe(Permit)
    }

    private struct Guarded {
        var machine: StateMachine
        /// When the process was last known to run; `nil` before the first pulse.
        var lastPulse: Int64?
        var usual = ServiceTimeEstimate()
        var transitions: [Transition: Int] = [:]
    }

    /// A pulse that is later than this, at one a second, means that the process did not run.
    private static let latestPulse: Int64 = 2_000_000_000
    /// For how long processor time is measured after a call in this process took long.
    private static let suspicion: Int64 = 60_000_000_000

    private let suspicious = Atomic<Int64>(.min)
    private let slowFloor: Int64
    private let slowFactor: Int64
    private let guarded: OrderedMutex<Guarded>
    private let onTransition: @Sendable (Change) -> Void

    /// Creates a closed breaker.
    ///
    /// - Parameters:
    ///   - configuration: The limits.
    ///   - seed: Of the jitter.
    ///   - now: Nanoseconds of the monotonic clock.
    ///   - onTransition: Called after each change, without a lock held, on the thread that caused it.
    package init(
        configuration: CircuitBreakerConfiguration,
        seed: UInt64,
        now: Int64,
        onTransition: @escaping @Sendable (Change) -> Void
    ) {
        slowFloor = configuration.slowFloor.nanoseconds
        slowFactor = Int64(configuration.slowFactor)
        self.onTransition = onTransition
        guarded = OrderedMutex(
            .alone,
            Guarded(machine: StateMachine(configuration: configuration, seed: seed, now: now))
        )
    }

    /// Whether the scorer is given up, wholly or but for probes.
    package var isOpen: Bool {
        guarded.withLock { $0.machine.state.visible != .closed }
    }

    /// What is exported.
    package var snapshot: Snapshot {
        guarded.withLock {
            Snapshot(
                state: $0.machine.state.visible,
                transitions: $0.transitions,
                staleReports: $0.machine.staleReports,
                inFlight: $0.machine.inFlight
            )
        }
    }

    /// An operator imposes a state, or gives the decision back.
    ///
    /// - Parameters:
    ///   - override: What is imposed.
    ///   - now: Nanoseconds of the monotonic clock.
    package func force(_ override: Override, now: Int64) {
        enter(now: now) { $0.machine.force(override, now: now) }
    }

    /// Asks for the leave to score a batch.
    package func acquire(now: Int64) -> Permit? {
        enter(now: now) { $0.machine.acquire(for: .batch, now: now) }
    }

    /// Whether the processor time of calls in this process is to be measured now: it costs two system calls a batch, and
    /// matters only when a call took long.
    package func measuresProcessorTime(now: Int64) -> Bool {
        now < suspicious.load(ordering: .relaxed)
    }

    /// The process runs: said once a second.
    ///
    /// When it comes late, all calls that are out are given that time, because they did not have it.
    package func pulse(now: Int64) {
        enter(now: now) { guarded in
            guarded.lastPulse = now
            // A call that hangs is written off even if no other is made.
            guarded.machine.tick(now: now)
        }
    }

    /// Says what became of a call; a success that took unusually long for its size counts as slow.
    ///
    /// - Parameters:
    ///   - permit: The call's.
    ///   - outcome: What became of it.
    ///   - rows: The size of the batch.
    ///   - effort: How its time was measured. A call in this process that took long without having been measured says
    ///     nothing: the machine may have been busy with something else. The calls after it are measured.
    ///   - now: Nanoseconds of the monotonic clock.
    /// - Returns: Whether it counted; false for a stale report.
    package func report(
        _ permit: Permit,
        _ outcome: Outcome,
        rows: Int,
        effort: Effort = .elapsed,
        now: Int64
    ) -> Bool {
        enter(now: now) { guarded in
            guard case .success = outcome else {
                return guarded.machine.report(permit, outcome, now: now)
            }
            let elapsed = now - permit.startedAt
            let usual = guarded.usual.nanoseconds(rows: rows) ?? 0
            let limit = max(slowFloor, slowFactor * usual)
            let took: Int64
            switch effort {
            case .elapsed:
                took = elapsed
            case .processor(let nanoseconds):
                took = min(elapsed, nanoseconds)
            case .inProcess:
                guard elapsed <= limit else {
                    suspicious.store(now + Self.suspicion, ordering: .relaxed)
                    return guarded.machine.report(permit, .ignored, now: now)
                }
                took = elapsed
            }
            guard took <= limit else {
                // Not learnt from: else a brown-out would become the usual in a few calls and never be seen as one.
                return guarded.machine.report(permit, .slow, now: now)
            }
            guarded.usual.observe(rows: rows, nanoseconds: took)
            return guarded.machine.report(permit, .success, now: now)
        }
    }

    /// What the prober has to do now.
    package func nextProbe(now: Int64) -> ProbeStep {
        enter(now: now) { guarded in
            if let permit = guarded.machine.acquire(for: .probe, now: now) {
                return .probe(permit)
            }
            switch guarded.machine.state {
            case .closed, .forcedOpen, .disabled:
                return .rest
            case .open, .halfOpen:
                return .wait(until: guarded.machine.due ?? now)
            }
        }
    }

    /// Enters the machine, then tells of its changes once the lock is free.
    private func enter<Value: Sendable>(now: Int64, _ body: (inout Guarded) -> Value) -> Value {
        let (value, changes) = guarded.withLock { guarded in
            // The first call after a stall must not write the other calls off.
            if let last = guarded.lastPulse, now - last > Self.latestPulse {
                guarded.machine.stalled(for: now - last)
                guarded.lastPulse = now
            }
            let value = body(&guarded)
            guard !guarded.machine.transitions.isEmpty else {
                return (value, [Change]())
            }
            let changes = guarded.machine.takeTransitions()
            for change in changes {
                guarded.transitions[change.transition, default: 0] += 1
            }
            return (value, changes)
        }
        for change in changes {
            onTransition(change)
        }
        return value
    }
}
