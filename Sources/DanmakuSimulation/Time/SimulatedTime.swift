import DanmakuPipeline
import NIOEmbedded
import NIOCore

/// The virtual time as drivers read it: a monotonic clock that is the event loop's, and a wall clock that can be set.
final class SimulatedTime: TimeSource, @unchecked Sendable {
    // Unchecked: confined to the simulation's thread, like its loop.

    /// Both clocks begin well after zero, as on a machine that has run for a while.
    private static let start = Timestamp(nanoseconds: 1_000_000_000_000, milliseconds: 1_763_654_400_000)

    private let loop: EmbeddedEventLoop
    /// How far the wall clock was set forward, in milliseconds.
    private var wallShift: Int64 = 0

    /// Creates the time of an event loop.
    init(loop: EmbeddedEventLoop) {
        self.loop = loop
    }

    /// Both clocks now.
    func now() -> Timestamp {
        var now = Self.start.advanced(byNanoseconds: Int64(loop.now.uptimeNanoseconds))
        now.milliseconds += wallShift
        return now
    }

    /// Sets the wall clock forward, or back if negative; the monotonic clock goes on.
    func setWall(forwardBy milliseconds: Int64) {
        wallShift += milliseconds
    }
}

/// What drivers sleep on: wakes sleepers as tasks of the event loop, at their exact time.
final class SimulatedClock: Clock, @unchecked Sendable {
    // Unchecked: confined to the simulation's thread, like its loop.

    /// A point of virtual time.
    struct Instant: InstantProtocol {
        /// Since the loop began.
        var offset: Duration

        /// A later or earlier point.
        func advanced(by duration: Duration) -> Instant {
            Instant(offset: offset + duration)
        }

        /// How far another point lies after this one.
        func duration(to other: Instant) -> Duration {
            other.offset - offset
        }

        /// Whether a point lies before another.
        static func < (left: Instant, right: Instant) -> Bool {
            left.offset < right.offset
        }
    }

    private final class Sleep {
        var continuation: CheckedContinuation<Void, any Error>?
        var isCancelled = false

        func end(_ result: Result<Void, any Error>) {
            continuation.take()?.resume(with: result)
        }
    }

    private let loop: EmbeddedEventLoop
    private var sleeps: [Int: Sleep] = [:]
    private var lastID = 0

    /// Creates the clock of an event loop.
    init(loop: EmbeddedEventLoop) {
        self.loop = loop
    }

    /// The virtual time.
    var now: Instant {
        Instant(offset: .nanoseconds(Int64(loop.now.uptimeNanoseconds)))
    }

    /// Nothing is shorter.
    var minimumResolution: Duration {
        .nanoseconds(1)
    }

    /// How many tasks sleep now.
    var sleepers: Int {
        sleeps.count
    }

    /// Sleeps until the virtual time has come, or the task is cancelled.
    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        lastID += 1
        let id = lastID
        let sleep = Sleep()
        sleeps[id] = sleep
        defer { sleeps[id] = nil }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                guard !sleep.isCancelled else {
                    return continuation.resume(throwing: CancellationError())
                }
                sleep.continuation = continuation
                loop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(max(0, deadline.offset.wholeNanoseconds)))) {
                    sleep.end(.success(()))
                }
            }
        } onCancel: {
            // Cancellation comes from a job of the simulation's thread.
            guard let sleep = self.sleeps[id] else {
                return
            }
            sleep.isCancelled = true
            sleep.end(.failure(CancellationError()))
        }
    }
}

extension Duration {
    /// Nanoseconds; a trap beyond 292 years.
    var wholeNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
