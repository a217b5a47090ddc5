import DanmakuPipeline

/// Wakes one waiting task once; the wait and the call may come in any order.
final class Signal: Sendable {
    private enum State {
        /// No call and no waiter. Can transition to `waiting` and to `fired`.
        case idle
        /// One task waits. Can transition to `fired`.
        case waiting(CheckedContinuation<Void, Never>)
        /// The last state: a wait returns at once.
        case fired
    }

    private let state = OrderedMutex(.alone, State.idle)

    init() {}

    /// Wakes the waiter; further calls change nothing.
    func fire() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            defer { state = .fired }
            switch state {
            case .waiting(let continuation): return continuation
            case .idle, .fired: return nil
            }
        }
        waiter?.resume()
    }

    /// Waits for ``fire()``, or until the task is cancelled; called by one task.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasFired = state.withLock { state in
                    switch state {
                    case .idle:
                        state = .waiting(continuation)
                        return false
                    case .fired:
                        return true
                    case .waiting:
                        preconditionFailure("two tasks wait for one signal")
                    }
                }
                if hasFired {
                    continuation.resume()
                }
            }
        } onCancel: {
            fire()
        }
    }

    /// Waits for ``fire()`` for some time at most.
    func wait(atMost limit: Duration, clock: any Clock<Duration>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                if (try? await clock.sleep(for: limit)) != nil {
                    self.fire()
                }
            }
            await wait()
            group.cancelAll()
        }
    }
}
