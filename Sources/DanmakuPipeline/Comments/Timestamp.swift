/// One reading of both clocks, handed into the core as a value.
public struct Timestamp: Sendable, Equatable {
    /// Nanoseconds of a monotonic clock: every duration is measured with it.
    public var nanoseconds: Int64
    /// Milliseconds since 1970: only for people to read.
    public var milliseconds: Int64

    /// Creates a reading.
    public init(nanoseconds: Int64, milliseconds: Int64) {
        self.nanoseconds = nanoseconds
        self.milliseconds = milliseconds
    }

    /// The whole second of the monotonic clock, the key of the one-second buckets.
    @inlinable
    public var second: Int64 {
        nanoseconds / 1_000_000_000
    }

    /// This reading moved on by some nanoseconds, both clocks together.
    public func advanced(byNanoseconds delta: Int64) -> Timestamp {
        Timestamp(nanoseconds: nanoseconds + delta, milliseconds: milliseconds + delta / 1_000_000)
    }
}

/// Where drivers read the time; the core never does.
public protocol TimeSource: Sendable {
    /// Reads both clocks.
    func now() -> Timestamp

    /// Nanoseconds of processor time that the calling thread has used; only differences mean something.
    func threadTime() -> Int64
}

extension TimeSource {
    /// The monotonic clock: a source that a test moves has a processor all of the time.
    public func threadTime() -> Int64 {
        now().nanoseconds
    }
}
