import SentimentModel

/// One call of a scorer that may suspend, and the race for its end: an answer, its time-out, its caller's cancellation.
final class GuardedCall: Sendable {
    /// How a call ended.
    enum End: Sendable {
        /// The scorer answered.
        case answered([Sentiment])
        /// The scorer failed.
        case failed(any Error)
        /// The scorer did not come back in time.
        case timedOut
        /// The caller was cancelled.
        case cancelled
    }

    private enum State {
        /// Neither ended nor waited for. Can transition to `waiting` or `ended`.
        case started
        /// The caller waits. Can transition to `ended`.
        case waiting(CheckedContinuation<End, Never>)
        /// The first end counts. Final.
        case ended(End)
    }

    private let state = OrderedMutex(.alone, State.started)

    /// Ends the call.
    ///
    /// - Returns: False if it had ended before; the caller then sees the first end.
    @discardableResult
    func end(_ end: End) -> Bool {
        let (isFirst, waiting): (Bool, CheckedContinuation<End, Never>?) = state.withLock { state in
            switch state {
            case .started:
                state = .ended(end)
                return (true, nil)
            case .waiting(let continuation):
                state = .ended(end)
                return (true, continuation)
            case .ended:
                return (false, nil)
            }
        }
        waiting?.resume(returning: end)
        return isFirst
    }

    /// Waits for the end; called once, and cancellation ends the call.
    func wait() async -> End {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let end: End? = state.withLock { state in
                    switch state {
                    case .started:
                        state = .waiting(continuation)
                        return nil
                    case .ended(let end):
                        return end
                    case .waiting:
                        preconditionFailure("wait for a call that is waited for")
                    }
                }
                if let end {
                    continuation.resume(returning: end)
                }
            }
        } onCancel: {
            end(.cancelled)
        }
    }
}
