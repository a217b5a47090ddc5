import Synchronization

/// Lets few expensive tests run at a time, so that the others do not wait for them.
///
/// The test library starts all tests at once on as many threads as there are cores. A test that computes for seconds
/// keeps one of these threads; a few hundred of them, and a test over a socket waits half a minute between its connect
/// and its first write. On a busy machine that is longer than any time-out of the server under test.
package final class TestSlots: Sendable {
    /// For tests that compute: one core is always left to the others.
    package static let processor = TestSlots(1)
    /// For tests that start a server: fewer open at a time, each of them sooner done.
    package static let server = TestSlots(4)

    private struct State {
        var free: Int
        var waiters: [CheckedContinuation<Void, Never>] = []
        var head = 0
    }

    private let state: Mutex<State>

    /// Creates slots.
    ///
    /// - Parameter count: How many tests hold one at a time.
    package init(_ count: Int) {
        precondition(count > 0, "there is at least one slot")
        state = Mutex(State(free: count))
    }

    /// Runs `body` once a slot is free; first come, first served.
    package func hold(_ body: () async throws -> Void) async rethrows {
        await acquire()
        defer { release() }
        try await body()
    }

    private func acquire() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiters.append(continuation)
                return false
            }
            if isFree {
                continuation.resume()
            }
        }
    }

    private func release() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard state.head < state.waiters.count else {
                state.free += 1
                return nil
            }
            defer { state.head += 1 }
            return state.waiters[state.head]
        }
        next?.resume()
    }
}
