import Synchronization

/// Wakes one waiting task; a call without a waiter is remembered once.
///
/// An `AsyncStream` would do, but the cancellation of the task that waits on it ends it for good.
final class ReplaySignal: Sendable {
    private enum State {
        case idle
        case raised
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    /// Wakes the waiting task, or spares the next one its wait.
    func raise() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if case .waiting(let continuation) = state {
                state = .idle
                return continuation
            }
            state = .raised
            return nil
        }
        waiting?.resume()
    }

    /// Waits until raised or cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state -> Bool in
                    if case .raised = state {
                        state = .idle
                        return true
                    }
                    if Task.isCancelled {
                        return true
                    }
                    state = .waiting(continuation)
                    return false
                }
                if isReady {
                    continuation.resume()
                }
            }
        } onCancel: {
            raise()
        }
    }
}
