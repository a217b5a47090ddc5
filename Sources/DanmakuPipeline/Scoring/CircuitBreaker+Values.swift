extension CircuitBreaker {
    /// What the outside sees of a breaker; the raw value is the metric's.
    package enum State: Int, Sendable, CaseIterable {
        /// Calls go through.
        case closed = 0
        /// Probes go through.
        case halfOpen = 1
        /// Nothing goes through.
        case open = 2
    }

    /// What an operator may impose.
    package enum Override: Sendable, CaseIterable {
        /// Nothing goes through until told otherwise.
        case open
        /// Everything goes through, nothing is counted.
        case disabled
        /// The breaker decides.
        case auto
    }

    /// Why a breaker changed; the raw value is the metric's label.
    package enum Reason: String, Sendable, CaseIterable {
        /// Too large a share of calls failed.
        case failures
        /// Too large a share of calls was slow.
        case slow
        /// Too many failures in a row.
        case consecutive
        /// The time of being open is over.
        case waitOver = "wait_over"
        /// A probe failed.
        case probeFailed = "probe_failed"
        /// A probe was slow.
        case probeSlow = "probe_slow"
        /// A probe did not come back.
        case probeHung = "probe_hung"
        /// Enough probes succeeded.
        case recovered
        /// An operator said so.
        case forced
    }

    /// One change of a breaker's state.
    package struct Transition: Sendable, Hashable {
        /// The state before.
        package let from: State
        /// The state after.
        package let to: State
        /// Why.
        package let reason: Reason
    }

    /// A transition with what had been counted before it.
    package struct Change: Sendable, Hashable {
        /// The transition.
        package let transition: Transition
        /// The calls of the window; 0 after an open breaker, which counts none.
        package let calls: Int
        /// Those that failed.
        package let failures: Int
        /// Those that were slow.
        package let slow: Int
        /// How many of the last calls failed in a row.
        package let failuresInRow: Int
        /// How many nanoseconds the breaker stays open; `nil` if it did not open.
        package let wait: Int64?

        /// The state before.
        package var from: State {
            transition.from
        }

        /// The state after.
        package var to: State {
            transition.to
        }

        /// Why.
        package var reason: Reason {
            transition.reason
        }
    }

    /// How long a call took, as far as the scorer is to blame for it.
    package enum Effort: Sendable, Hashable {
        /// The time that passed: of a scorer elsewhere.
        case elapsed
        /// The time that passed in this process, which may not have had a processor all of that time.
        case inProcess
        /// Nanoseconds of a processor.
        case processor(Int64)
    }

    /// What a permit is asked for.
    package enum Purpose: Sendable, Hashable, CaseIterable {
        /// A user's batch.
        case batch
        /// The canary.
        case probe
    }

    /// The leave to make one call; reported once.
    package struct Permit: Sendable, Hashable {
        /// Tells permits apart.
        package let id: UInt64
        /// The state the breaker was in, by its number: a report of an earlier one is stale.
        package let generation: UInt64
        /// What it is for.
        package let purpose: Purpose
        /// When it was given.
        package let startedAt: Int64
    }

    /// What became of a call.
    package enum Outcome: Sendable, Hashable {
        /// It succeeded in time.
        case success
        /// It succeeded, but took unusually long for its size.
        case slow
        /// It did not succeed: no connection, a timeout, a malformed answer.
        case failure
        /// The scorer has too much to do: a failure, and it says how long to leave it alone (nanoseconds).
        case overload(retryAfter: Int64?)
        /// It says nothing of the scorer: cancelled, or the batch's own fault.
        case ignored
    }
}
