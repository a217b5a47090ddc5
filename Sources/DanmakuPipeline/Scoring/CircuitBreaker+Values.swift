extension CircuitBreaker {
    /// What the outside sees of a breaker; the raw value is the metric's.
    public enum State: Int, Sendable, CaseIterable {
        /// Calls go through.
        case closed = 0
        /// Probes go through.
        case halfOpen = 1
        /// Nothing goes through.
        case open = 2
    }

    /// What an operator may impose.
    public enum Override: Sendable, CaseIterable {
        /// Nothing goes through until told otherwise.
        case open
        /// Everything goes through, nothing is counted.
        case disabled
        /// The breaker decides.
        case auto
    }

    /// Why a breaker changed; the raw value is the metric's label.
    public enum Reason: String, Sendable, CaseIterable {
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
    public struct Transition: Sendable, Hashable {
        /// The state before.
        public let from: State
        /// The state after.
        public let to: State
        /// Why.
        public let reason: Reason
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
        /// It did not succeed: no connection, timeout, an answer that is none.
        case failure
        /// The scorer has too much to do: a failure, and it says how long to leave it alone (nanoseconds).
        case overload(retryAfter: Int64?)
        /// It says nothing of the scorer: cancelled, or the batch's own fault.
        case ignored
    }
}
