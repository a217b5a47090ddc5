/// What one hub has counted; plain integers on its event loop, summed at a scrape.
package struct FanOutCounters: Sendable {
    /// Streams that are open.
    package var subscribers = 0
    /// Estimated bytes that they hold: positions, memberships, connections.
    package var heldBytes = 0
    /// Bytes of their output that the kernel has not taken, as of the last look at each.
    package var pendingBytes = 0
    /// Entries handed over to subscribers.
    package var delivered: UInt64 = 0
    /// Entries that were left out for subscribers that lagged too far.
    package var skipped: UInt64 = 0
    /// Ended streams by reason.
    package var closed: [StreamEnd: UInt64] = [:]
    /// Joins whose cursor was honoured.
    package var replayHits: UInt64 = 0
    /// Joins whose cursor was answered with `reset`.
    package var replayResets: UInt64 = 0
    /// Received → handed to the socket, in nanoseconds: one observation per comment and event loop, when the first
    /// subscriber of the loop gets it.
    ///
    /// Replays are not observed.
    package var publishSeconds = Histogram.seconds()

    /// Creates counters at zero.
    package init() {}

    /// Adds another hub's.
    package mutating func merge(_ other: FanOutCounters) {
        subscribers += other.subscribers
        heldBytes += other.heldBytes
        pendingBytes += other.pendingBytes
        delivered += other.delivered
        skipped += other.skipped
        closed.merge(other.closed, uniquingKeysWith: +)
        replayHits += other.replayHits
        replayResets += other.replayResets
        publishSeconds.merge(other.publishSeconds)
    }
}

extension FanOutCounters {
    /// The row of `/health/memory`.
    package var component: PipelineMetrics.Component {
        .init("subscribers", bytes: heldBytes + pendingBytes, count: subscribers)
    }
}
