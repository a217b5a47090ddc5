import DequeModule
import Synchronization

extension LogReplica {
    /// What the log holds at a moment, for metrics.
    package struct Held: Sendable {
        /// Entries in the ring.
        package let entries: Int
        /// Bytes of the entries, of their cached frames and of the indices.
        package let bytes: Int
        /// Rooms in its table: those of the pipeline, those with entries, those watched.
        package let rooms: Int
        /// Bytes of the table of rooms.
        package let roomBytes: Int
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
                bytes: state.ring.bytes,
                rooms: state.ring.rooms.count,
                roomBytes: state.ring.rooms.bytes,
                age: state.ring.age(now: now)
            )
        }
    }
}
