import DequeModule
import Synchronization

extension EventLog {
    /// What the log holds at a moment, for metrics.
    package struct Held: Sendable {
        /// Entries in the ring.
        package let entries: Int
        /// Bytes of the entries and of their cached frames.
        package let bytes: Int
        /// The age of the oldest entry, in nanoseconds; 0 if there is none.
        package let age: Int64
    }

    /// What the log holds now.
    ///
    /// - Parameter now: Nanoseconds of the monotonic clock.
    /// - Returns: Counts and bytes.
    package func held(now: Int64) -> Held {
        state.withLock { state in
            Held(
                entries: state.ring.slots.count,
                bytes: state.ring.footprint + state.ring.cachedBytes,
                age: state.ring.age(now: now)
            )
        }
    }
}
