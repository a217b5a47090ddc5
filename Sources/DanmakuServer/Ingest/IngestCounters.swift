import Synchronization

/// The counts of the ingest port, for `/metrics`; updated once per chunk.
package final class IngestCounters: Sendable {
    /// The counts at one moment.
    package struct Snapshot: Sendable, Equatable {
        /// Connections that are open now.
        package var open = 0
        /// Connections that were accepted, the refused ones included.
        package var connections = 0
        /// Connections that were refused because there were too many.
        package var refused = 0
        /// Lines that were dealt with.
        package var lines = 0
        /// Lines that were read and never offered, because their connection was reset or ended by an error before; they
        /// are in no other count of comments.
        package var abandoned = 0
        /// Error answers: bad lines and closes.
        package var errors = 0

        /// Creates zeros.
        package init() {}
    }

    private let open = Atomic<Int>(0)
    private let connections = Atomic<Int>(0)
    private let refused = Atomic<Int>(0)
    private let lines = Atomic<Int>(0)
    private let errors = Atomic<Int>(0)
    private let abandoned = Atomic<Int>(0)

    /// Starts with zeros.
    package init() {}

    /// The counts now.
    package var snapshot: Snapshot {
        var snapshot = Snapshot()
        snapshot.open = open.load(ordering: .relaxed)
        snapshot.connections = connections.load(ordering: .relaxed)
        snapshot.refused = refused.load(ordering: .relaxed)
        snapshot.lines = lines.load(ordering: .relaxed)
        snapshot.abandoned = abandoned.load(ordering: .relaxed)
        snapshot.errors = errors.load(ordering: .relaxed)
        return snapshot
    }

    /// A connection came; gives how many there are with it.
    func opened() -> Int {
        connections.add(1, ordering: .relaxed)
        return open.add(1, ordering: .relaxed).newValue
    }

    /// A connection is gone.
    func closed() {
        open.subtract(1, ordering: .relaxed)
    }

    /// A connection was one too many.
    func refusedOne() {
        refused.add(1, ordering: .relaxed)
    }

    /// Lines were dropped with their connection.
    func abandoned(lines count: Int) {
        abandoned.add(count, ordering: .relaxed)
    }

    /// Some lines were dealt with.
    func dealt(lines count: Int, errors failed: Int) {
        lines.add(count, ordering: .relaxed)
        if failed > 0 {
            errors.add(failed, ordering: .relaxed)
        }
    }
}
