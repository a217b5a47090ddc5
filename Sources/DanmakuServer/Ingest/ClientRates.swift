package import DanmakuPipeline

/// `admission.client-rate` of the HTTP edge: one bucket for each client address, bounded in number.
///
/// A request can spend more than its client has; the client is then in debt, and its next request is refused until the
/// debt is paid. In a full table, a new client takes the row of a client with little debt. So a client that was never
/// seen is never refused, even if many addresses are in debt, and the largest debts stay. Every call costs O(1).
package final class ClientRates: Sendable {
    private struct Row {
        var client: ClientAddress
        var bucket: TokenBucket
    }

    private struct State {
        var places: [ClientAddress: Int] = [:]
        var rows: [Row] = []
        /// The row at which the next search for a row to reuse begins.
        var hand = 0
    }

    /// The most addresses that are known at a time.
    package static let limit = 16_384
    /// Rows that are compared when one has to go: enough that a paid debt is usually among them.
    package static let compared = 16

    private let rate: Double
    private let state = OrderedMutex(.alone, State())

    /// Creates the table.
    ///
    /// - Parameter rate: Comments a second and address; 0 for no limit.
    package init(rate: Double) {
        self.rate = rate
    }

    /// How long a client has to wait before it may send anything, in nanoseconds; 0 if it may now.
    package func delay(of client: ClientAddress, now: Int64) -> Int64 {
        guard rate > 0 else {
            return 0
        }
        return state.withLock { state in
            state.places[client].map { state.rows[$0].bucket.delay(for: 1, now: now) } ?? 0
        }
    }

    /// Charges a client for comments, or for texts to score.
    ///
    /// - Returns: How long until its debt is paid, in nanoseconds.
    package func spend(_ comments: Int, of client: ClientAddress, now: Int64) -> Int64 {
        guard rate > 0, comments > 0 else {
            return 0
        }
        return state.withLock { state in
            let place = state.places[client] ?? enter(client, &state, now: now)
            return state.rows[place].bucket.spend(comments, now: now)
        }
    }

    /// Gives a new client a row with a full bucket.
    private func enter(_ client: ClientAddress, _ state: inout State, now: Int64) -> Int {
        let row = Row(client: client, bucket: TokenBucket(rate: rate, burst: max(1, rate)))
        let place: Int
        if state.rows.count < Self.limit {
            place = state.rows.count
            state.rows.append(row)
        } else {
            place = leastIndebted(&state, now: now)
            state.places[state.rows[place].client] = nil
            state.rows[place] = row
        }
        state.places[client] = place
        return place
    }

    /// The row that is full again soonest, of the next few after the hand.
    private func leastIndebted(_ state: inout State, now: Int64) -> Int {
        var best = state.hand
        var least = Int64.max
        for offset in 0..<Self.compared {
            let place = (state.hand + offset) % state.rows.count
            let delay = state.rows[place].bucket.delayUntilFull(now: now)
            if delay < least {
                best = place
                least = delay
            }
        }
        state.hand = (state.hand + Self.compared) % state.rows.count
        return best
    }
}
