import Synchronization

/// A clock that shakes hands: a test waits until the code under test sleeps, then moves time, so nothing is raced.
///
/// It keeps a ``ManualTime`` in step, for drivers that read the time and sleep. Typical use:
///
///     let sleeper = await clock.sleeper()      // the code sleeps now, until sleeper.deadline
///     clock.advance(by: .milliseconds(5))      // and wakes, if that was long enough
package final class ManualClock: Clock {
    /// A point of this clock's time.
    package struct Instant: InstantProtocol {
        /// Since the clock was made.
        package var offset: Duration

        /// A later or earlier point.
        package func advanced(by duration: Duration) -> Instant {
            Instant(offset: offset + duration)
        }

        /// How far another point lies after this one.
        package func duration(to other: Instant) -> Duration {
            other.offset - offset
        }

        /// Whether a point lies before another.
        package static func < (left: Instant, right: Instant) -> Bool {
            left.offset < right.offset
        }
    }

    /// Somebody who sleeps.
    package struct Sleeper: Sendable {
        /// When they will wake.
        package var deadline: Instant
    }

    private struct Sleep {
        var deadline: Instant
        /// Set once the task is really suspended.
        var continuation: CheckedContinuation<Void, any Error>?
        var isCancelled = false
        /// Whether a test was told of this sleep.
        var isSeen = false
    }

    private struct State {
        var now = Instant(offset: .zero)
        var lastID = 0
        var sleeps: [Int: Sleep] = [:]
        var watchers: [CheckedContinuation<Sleeper, Never>] = []
    }

    /// The time source that moves with this clock.
    package let time: ManualTime

    private let state = Mutex(State())

    /// Creates a clock.
    package init(time: ManualTime = ManualTime()) {
        self.time = time
    }

    /// The time since the clock was made.
    package var now: Instant {
        state.withLock { $0.now }
    }

    /// Nothing is shorter.
    package var minimumResolution: Duration {
        .nanoseconds(1)
    }

    /// How many tasks sleep now.
    package var sleeperCount: Int {
        state.withLock { $0.sleeps.values.count { $0.continuation != nil } }
    }

    /// Waits until some task sleeps of which no test was told yet.
    package func sleeper() async -> Sleeper {
        await withCheckedContinuation { watcher in
            let seen: Sleeper? = state.withLock { state in
                let unseen = state.sleeps.filter { $0.value.continuation != nil && !$0.value.isSeen }
                guard let (id, sleep) = unseen.min(by: { $0.key < $1.key }) else {
                    state.watchers.append(watcher)
                    return nil
                }
                state.sleeps[id]?.isSeen = true
                return Sleeper(deadline: sleep.deadline)
            }
            if let seen {
                watcher.resume(returning: seen)
            }
        }
    }

    /// Moves time on and wakes whoever has slept long enough, the earliest first.
    package func advance(by duration: Duration) {
        time.advance(by: duration)
        let woken = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleeps.filter { $0.value.continuation != nil && $0.value.deadline <= state.now }
            for id in due.keys {
                state.sleeps[id] = nil
            }
            return due.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
        }
        for (_, sleep) in woken {
            sleep.continuation?.resume()
        }
    }

    /// Sleeps until a test has moved time far enough, or the task is cancelled.
    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            state.sleeps[state.lastID] = Sleep(deadline: deadline)
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.suspend(id, continuation)
            }
        } onCancel: {
            self.cancel(id)
        }
    }

    private func suspend(_ id: Int, _ continuation: CheckedContinuation<Void, any Error>) {
        enum Next {
            case wake
            case fail
            case sleep(watcher: CheckedContinuation<Sleeper, Never>?, Sleeper)
        }
        let next: Next = state.withLock { state in
            guard var sleep = state.sleeps[id] else {
                preconditionFailure("sleep \(id) is unknown")
            }
            if sleep.isCancelled {
                state.sleeps[id] = nil
                return .fail
            }
            if sleep.deadline <= state.now {
                state.sleeps[id] = nil
                return .wake
            }
            sleep.continuation = continuation
            let watcher = state.watchers.isEmpty ? nil : state.watchers.removeFirst()
            sleep.isSeen = watcher != nil
            state.sleeps[id] = sleep
            return .sleep(watcher: watcher, Sleeper(deadline: sleep.deadline))
        }
        switch next {
        case .wake:
            continuation.resume()
        case .fail:
            continuation.resume(throwing: CancellationError())
        case .sleep(let watcher, let sleeper):
            watcher?.resume(returning: sleeper)
        }
    }

    private func cancel(_ id: Int) {
        let continuation: CheckedContinuation<Void, any Error>? = state.withLock { state in
            guard let sleep = state.sleeps[id] else {
                return nil
            }
            if sleep.continuation == nil {
                state.sleeps[id]?.isCancelled = true
            } else {
                state.sleeps[id] = nil
            }
            return sleep.continuation
        }
        continuation?.resume(throwing: CancellationError())
    }
}
