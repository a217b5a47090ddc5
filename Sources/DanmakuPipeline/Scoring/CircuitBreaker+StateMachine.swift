extension CircuitBreaker {
    /// Decides whether a scorer may be called; a counter with generations.
    ///
    /// Every permit is reported once, or written off when its lease is over. A report of an earlier generation, of a
    /// permit that was written off, or a second one changes nothing but ``staleReports``.
    ///
    /// A value without clock; its jitter comes from a seed, so that a script of inputs always gives the same states.
    package struct StateMachine: Sendable, Hashable {
        /// The state with what belongs to it alone.
        package enum State: Sendable, Hashable {
            /// Calls go through and are counted.
            ///
            /// Can transition to `open` if a report, or a lease that is over, fills one of the limits.
            case closed(since: Int64)
            /// Nothing goes through before `until`.
            ///
            /// Can transition to `halfOpen` on any input from `until` on.
            case open(until: Int64)
            /// One probe at a time goes through; `successes` have succeeded in a row.
            ///
            /// Can transition to `closed` on the last success, to `open` if a probe fails, is slow or does not come
            /// back. A probe that was cancelled only gives its place back.
            case halfOpen(successes: Int)
            /// Nothing goes through. Only an operator ends it.
            case forcedOpen
            /// Everything goes through, nothing is counted. Only an operator ends it.
            case disabled
        }

        private struct Lease: Sendable, Hashable {
            let id: UInt64
            var until: Int64
        }

        /// The state.
        package private(set) var state: State
        /// The number of the state; it grows with every transition.
        package private(set) var generation: UInt64 = 0
        /// Reports that came too late to count.
        package private(set) var staleReports = 0
        /// What changed since ``takeTransitions()``, oldest first.
        package private(set) var transitions: [Change] = []
        /// How many calls are out at a time at most while a scorer that was given up warms up; `nil` for no limit.
        package private(set) var inFlightLimit: Int?

        private let configuration: CircuitBreakerConfiguration
        private let leaseLength: Int64
        /// The calls that are out; of the current generation only.
        private var leases: [Lease] = []
        private var window: CallWindow
        private var failuresInRow = 0
        /// How often in a row the breaker opened.
        private var openings = 0
        /// Before this a closed breaker lets nothing through, because the scorer asked for it.
        private var notBefore = Int64.min
        private var lastID: UInt64 = 0
        private var random: UInt64

        /// Creates a closed breaker.
        ///
        /// - Parameters:
        ///   - configuration: The limits.
        ///   - seed: Of the jitter.
        ///   - now: The time.
        package init(configuration: CircuitBreakerConfiguration, seed: UInt64, now: Int64) {
            self.configuration = configuration
            state = .closed(since: now)
            window = CallWindow(nanoseconds: configuration.window.nanoseconds, buckets: configuration.buckets)
            random = seed
            leaseLength = configuration.timeout.nanoseconds + configuration.leaseGrace.nanoseconds
        }

        /// How many calls are out.
        package var inFlight: Int {
            leases.count
        }

        /// When ``tick(now:)`` has something to do if nothing else happens.
        package var due: Int64? {
            switch state {
            case .open(let until): until
            case .closed, .halfOpen: leases.map(\.until).min()
            case .forcedOpen, .disabled: nil
            }
        }

        /// Asks for the leave to make a call; `nil` sends the batch to the fallback.
        package mutating func acquire(for purpose: Purpose, now: Int64) -> Permit? {
            tick(now: now)
            switch (state, purpose) {
            case (.closed, .batch):
                guard now >= notBefore, inFlightLimit.map({ leases.count < $0 }) ?? true else {
                    return nil
                }
                return lease(purpose, now: now)
            case (.halfOpen, .probe):
                return leases.isEmpty ? lease(purpose, now: now) : nil
            case (.disabled, .batch):
                lastID += 1
                return Permit(id: lastID, generation: generation, purpose: purpose, startedAt: now)
            case (.closed, .probe), (.open, _), (.halfOpen, .batch), (.forcedOpen, _), (.disabled, .probe):
                return nil
            }
        }

        /// Says what became of a call.
        ///
        /// - Returns: Whether it counted; false for a stale report.
        @discardableResult
        package mutating func report(_ permit: Permit, _ outcome: Outcome, now: Int64) -> Bool {
            tick(now: now)
            guard permit.generation == generation else {
                staleReports += 1
                return false
            }
            switch state {
            case .disabled:
                return true
            case .closed, .open, .halfOpen, .forcedOpen:
                break
            }
            guard let index = leases.firstIndex(where: { $0.id == permit.id }) else {
                staleReports += 1
                return false
            }
            leases.remove(at: index)
            switch state {
            case .closed:
                reportClosed(outcome, now: now)
            case .halfOpen(let successes):
                reportProbe(outcome, successes: successes, now: now)
            case .open, .forcedOpen, .disabled:
                preconditionFailure("report of \(outcome) by a permit of this generation in state \(state)")
            }
            return true
        }

        /// Lets time pass: ends the time of being open, writes off the calls whose lease is over.
        package mutating func tick(now: Int64) {
            switch state {
            case .closed:
                while let index = leases.firstIndex(where: { $0.until <= now }) {
                    leases.remove(at: index)
                    reportClosed(.failure, now: now)
                    guard case .closed = state else {
                        return
                    }
                }
            case .open(let until):
                if now >= until {
                    enter(.halfOpen(successes: 0), .waitOver, now: now)
                }
            case .halfOpen:
                if leases.contains(where: { $0.until <= now }) {
                    open(.probeHung, retryAfter: nil, now: now)
                }
            case .forcedOpen, .disabled:
                break
            }
        }

        /// An operator imposes a state, or gives the decision back.
        package mutating func force(_ override: Override, now: Int64) {
            switch (override, state) {
            case (.open, .forcedOpen), (.disabled, .disabled), (.auto, .closed), (.auto, .open), (.auto, .halfOpen):
                break
            case (.open, .closed), (.open, .open), (.open, .halfOpen), (.open, .disabled):
                enter(.forcedOpen, .forced, now: now)
            case (.disabled, .closed), (.disabled, .open), (.disabled, .halfOpen), (.disabled, .forcedOpen):
                enter(.disabled, .forced, now: now)
            case (.auto, .forcedOpen), (.auto, .disabled):
                openings = 0
                inFlightLimit = nil
                enter(.closed(since: now), .forced, now: now)
            }
        }

        /// The transitions since the last call.
        package mutating func takeTransitions() -> [Change] {
            defer { transitions = [] }
            return transitions
        }

        /// The process did not run for some time: no call is to blame for not coming back in it.
        package mutating func stalled(for nanoseconds: Int64) {
            for index in leases.indices {
                leases[index].until += nanoseconds
            }
        }
    }
}

extension CircuitBreaker.StateMachine {
    private mutating func lease(_ purpose: CircuitBreaker.Purpose, now: Int64) -> CircuitBreaker.Permit {
        lastID += 1
        leases.append(Lease(id: lastID, until: now + leaseLength))
        return CircuitBreaker.Permit(id: lastID, generation: generation, purpose: purpose, startedAt: now)
    }

    private mutating func reportClosed(_ outcome: CircuitBreaker.Outcome, now: Int64) {
        switch outcome {
        case .ignored:
            return
        case .success:
            window.count(failed: false, slow: false, now: now)
            failuresInRow = 0
            if let limit = inFlightLimit {
                inFlightLimit = limit + 1 < configuration.rampLimit ? limit + 1 : nil
            }
        case .slow:
            window.count(failed: false, slow: true, now: now)
            failuresInRow = 0
        case .failure:
            window.count(failed: true, slow: false, now: now)
            failuresInRow += 1
        case .overload(let retryAfter):
            window.count(failed: true, slow: false, now: now)
            failuresInRow += 1
            notBefore = max(notBefore, now + honoured(retryAfter))
        }
        let totals = window.totals(now: now)
        let isEnough = totals.calls >= configuration.minCalls
        if failuresInRow >= configuration.consecutiveFailures {
            open(.consecutive, retryAfter: nil, now: now)
        } else if isEnough, totals.failures * 100 >= totals.calls * configuration.failurePercent {
            open(.failures, retryAfter: nil, now: now)
        } else if isEnough, totals.slow * 100 >= totals.calls * configuration.slowPercent {
            open(.slow, retryAfter: nil, now: now)
        }
    }

    private mutating func reportProbe(_ outcome: CircuitBreaker.Outcome, successes: Int, now: Int64) {
        switch outcome {
        case .ignored:
            break
        case .success:
            if successes + 1 < configuration.probes {
                state = .halfOpen(successes: successes + 1)
            } else {
                inFlightLimit = 1
                enter(.closed(since: now), .recovered, now: now)
            }
        case .slow:
            open(.probeSlow, retryAfter: nil, now: now)
        case .failure:
            open(.probeFailed, retryAfter: nil, now: now)
        case .overload(let retryAfter):
            open(.probeFailed, retryAfter: retryAfter, now: now)
        }
    }

    private mutating func open(_ reason: CircuitBreaker.Reason, retryAfter: Int64?, now: Int64) {
        if case .closed(let since) = state, now - since >= configuration.forgetAfter.nanoseconds {
            openings = 0
        }
        openings += 1
        let asked = max(notBefore, now + honoured(retryAfter))
        enter(.open(until: max(asked, now + nextWait())), reason, now: now)
    }

    /// Every way into a state passes here: nothing of the state before is left behind but the count of openings.
    private mutating func enter(_ next: State, _ reason: CircuitBreaker.Reason, now: Int64) {
        let totals = window.totals(now: now)
        var wait: Int64?
        if case .open(let until) = next {
            wait = until - now
        }
        transitions.append(
            .init(
                transition: .init(from: state.visible, to: next.visible, reason: reason),
                calls: totals.calls,
                failures: totals.failures,
                slow: totals.slow,
                failuresInRow: failuresInRow,
                wait: wait
            )
        )
        state = next
        generation += 1
        leases.removeAll(keepingCapacity: true)
        window.clear()
        failuresInRow = 0
        notBefore = .min
    }

    private func honoured(_ retryAfter: Int64?) -> Int64 {
        max(0, min(retryAfter ?? 0, configuration.maxRetryAfter.nanoseconds))
    }

    /// Doubles with every opening in a row; jittered down to a half, so that many nodes do not probe in step.
    private mutating func nextWait() -> Int64 {
        let most = configuration.maxWait.nanoseconds
        var wait = min(most, configuration.wait.nanoseconds)
        for _ in 1..<max(2, openings) where openings > 1 && wait < most {
            wait = min(most, wait * 2)
        }
        // SplitMix64.
        random &+= 0x9e37_79b9_7f4a_7c15
        var bits = random
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        let unit = Double((bits ^ (bits >> 31)) >> 11) * 0x1p-53
        return max(1, Int64(Double(wait) * (0.5 + unit / 2)))
    }
}

extension CircuitBreaker.StateMachine.State {
    /// What the outside sees.
    package var visible: CircuitBreaker.State {
        switch self {
        case .closed, .disabled: .closed
        case .halfOpen: .halfOpen
        case .open, .forcedOpen: .open
        }
    }
}
