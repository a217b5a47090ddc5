/// One reading of both clocks, handed into the core as a value.
package struct Timestamp: Sendable, Equatable {
    /// Nanoseconds of a clock that never goes back and is never set: every duration is measured with it.
    ///
    /// It counts from 1970 as the wall clock stood when the process began, so that its seconds mean the same in every
    /// process, and after a restart.
    package var nanoseconds: Int64
    /// Milliseconds since 1970 by the wall clock, which may be set: only for people to read.
    package var milliseconds: Int64

    /// Creates a reading.
    package init(nanoseconds: Int64, milliseconds: Int64) {
        self.nanoseconds = nanoseconds
        self.milliseconds = milliseconds
    }

    /// The whole second since 1970 of the clock that is never set: what aggregates and windows count by.
    @inlinable
    package var second: Int64 {
        nanoseconds / 1_000_000_000
    }

    /// This reading moved on by some nanoseconds, both clocks together.
    package func advanced(byNanoseconds delta: Int64) -> Timestamp {
        Timestamp(nanoseconds: nanoseconds + delta, milliseconds: milliseconds + delta / 1_000_000)
    }
}

/// Where drivers read the time; the core never does.
package protocol TimeSource: Sendable {
    /// Reads both clocks.
    func now() -> Timestamp

    /// Nanoseconds of processor time that the calling thread has used; only differences mean something.
    func threadTime() -> Int64
}

extension TimeSource {
    /// The monotonic clock: a source that a test moves has a processor all of the time.
    package func threadTime() -> Int64 {
        now().nanoseconds
    }
}
