/// Decides when to give up a connection on which nothing is acknowledged; a server may read lines and never answer.
package struct ReplayPatience: Sendable {
    private let limit: Duration
    private var acknowledged: Int?
    private var since = Duration.zero

    /// Creates patience of a connection.
    ///
    /// - Parameter limit: How long sent lines may wait for the next acknowledgement.
    package init(limit: Duration) {
        self.limit = limit
    }

    /// Whether it is over.
    ///
    /// - Parameters:
    ///   - acknowledged: The lines acknowledged so far.
    ///   - outstanding: The lines that wait for it.
    ///   - now: The time since any fixed moment.
    /// - Returns: Whether nothing was acknowledged for the whole limit.
    package mutating func isOver(acknowledged: Int, outstanding: Int, now: Duration) -> Bool {
        guard outstanding > 0, acknowledged == self.acknowledged else {
            self.acknowledged = acknowledged
            since = now
            return false
        }
        return now - since >= limit
    }
}
