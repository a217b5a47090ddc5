package import DanmakuPipeline
import Synchronization

/// `admission.client-rate` of the HTTP edge: one bucket for each remote address, bounded in number.
///
/// A request may use up more than there is and puts its client into debt; the next one is refused until the debt is paid.
/// When the table is full, clients without a debt are forgotten; if none is, all newcomers share one bucket.
package final class ClientRates: Sendable {
    private struct State {
        var buckets: [ClientAddress: TokenBucket] = [:]
        var shared: TokenBucket
        var sweptAt = Int64.min
    }

    /// The most addresses that are known at a time.
    package static let limit = 16_384
    /// A full table is gone through once a second at most.
    private static let sweepInterval: Int64 = 1_000_000_000

    private let rate: Double
    private let state: Mutex<State>

    /// Creates the table.
    ///
    /// - Parameter rate: Comments a second and address; 0 for no limit.
    package init(rate: Double) {
        self.rate = rate
        state = Mutex(State(shared: Self.bucket(rate)))
    }

    /// How long a client has to wait before it may send anything, in nanoseconds; 0 if it may now.
    package func delay(of client: ClientAddress, now: Int64) -> Int64 {
        guard rate > 0 else {
            return 0
        }
        return state.withLock { state in
            (state.buckets[client] ?? state.shared).delay(for: 1, now: now)
        }
    }

    /// Charges a client for comments.
    ///
    /// - Returns: How long until its debt is paid, in nanoseconds.
    package func spend(_ comments: Int, of client: ClientAddress, now: Int64) -> Int64 {
        guard rate > 0, comments > 0 else {
            return 0
        }
        return state.withLock { state in
            if state.buckets[client] == nil, state.buckets.count >= Self.limit {
                sweep(&state, now: now)
            }
            guard state.buckets[client] != nil || state.buckets.count < Self.limit else {
                return state.shared.spend(comments, now: now)
            }
            return state.buckets[client, default: Self.bucket(rate)].spend(comments, now: now)
        }
    }

    private func sweep(_ state: inout State, now: Int64) {
        guard now >= state.sweptAt &+ Self.sweepInterval || state.sweptAt == .min else {
            return
        }
        state.sweptAt = now
        state.buckets = state.buckets.filter { $0.value.delay(for: Int($0.value.burst), now: now) > 0 }
    }

    private static func bucket(_ rate: Double) -> TokenBucket {
        TokenBucket(rate: rate, burst: max(1, rate))
    }
}
