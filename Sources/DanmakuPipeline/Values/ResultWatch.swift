/// Collects the results that one request waits for (`?wait=scored`), as encoded JSON objects.
///
/// The request's edge makes it, shards deliver into it, and ``onComplete`` is called once when the last is there.
/// A watch that is abandoned after its 2 s just collects on and is freed with the last batch that names it.
package final class ResultWatch: Sendable {
    private struct State {
        var results: [UInt64: [UInt8]] = [:]
        var missing: Int?
        var delivered = 0
    }

    private let state = OrderedMutex(.alone, State())
    private let onComplete: @Sendable () -> Void

    /// Creates a watch.
    ///
    /// - Parameter onComplete: Called once, on any thread, when as many results came as ``expect(_:)`` said.
    package init(onComplete: @escaping @Sendable () -> Void) {
        self.onComplete = onComplete
    }

    /// Says how many results will come, once all comments were offered.
    package func expect(_ count: Int) {
        let complete = state.withLock { state in
            state.missing = count
            return state.delivered == count
        }
        if complete {
            onComplete()
        }
    }

    /// Takes one result; it may resume a task, so no lock is held.
    package func deliver(item: UInt64, result: [UInt8]) {
        let complete = state.withLock { state in
            state.results[item] = result
            state.delivered += 1
            return state.delivered == state.missing
        }
        if complete {
            onComplete()
        }
    }

    /// The results so far, by item.
    package var results: [UInt64: [UInt8]] {
        state.withLock { $0.results }
    }
}
