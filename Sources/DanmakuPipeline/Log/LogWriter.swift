/// Where shards hand over what they publish.
///
/// The conformers are ``LocalLog`` and the tests' log that takes its time; a log that several processes share is the reason
/// for the seam.
package protocol LogWriter: Sendable {
    /// Hands over one commit of a shard, which has no other one outstanding. Called without a lock held.
    ///
    /// - Parameters:
    ///   - commit: The commit.
    ///   - now: Nanoseconds of the monotonic clock.
    ///   - whenSettled: Called once and on any thread when a ``LogSettlement/pending`` commit is in the log; never called
    ///     for one that is settled at once.
    /// - Returns: Whether the commit is in the log already.
    func append(_ commit: LogCommit, now: Int64, whenSettled: @escaping @Sendable () -> Void) -> LogSettlement
}

/// What became of a commit by the time the writer returns.
package enum LogSettlement: Sendable {
    /// It is in the log: subscribers see it, and the shard may hand over the next one.
    case settled
    /// It is on its way.
    case pending
}

/// What one shard hands over at once: entries, and rooms that the log has to forget between them.
package struct LogCommit: Sendable {
    /// A room that the log has to forget.
    package struct Departure: Sendable {
        /// How many of the entries come before it.
        package let position: Int
        /// The room's name.
        package let room: [UInt8]
    }

    /// Entries, in order.
    package private(set) var drafts: [EntryDraft] = []
    /// Rooms that are forgotten in between, in ascending position.
    package private(set) var departures: [Departure] = []

    /// Creates an empty commit.
    package init() {}

    /// Whether there is nothing to hand over.
    package var isEmpty: Bool {
        drafts.isEmpty && departures.isEmpty
    }

    /// Adds an entry.
    package mutating func append(_ draft: EntryDraft) {
        drafts.append(draft)
    }

    /// Forgets a room after its last entry, and before the first one of a new room of its name.
    package mutating func forget(_ room: [UInt8]) {
        departures.append(Departure(position: drafts.count, room: room))
    }
}

/// The log of one process: what is handed over is in the log at once.
package struct LocalLog: LogWriter {
    private let replica: LogReplica

    /// Creates a writer that appends to a replica.
    package init(_ replica: LogReplica) {
        self.replica = replica
    }

    package func append(
        _ commit: LogCommit,
        now: Int64,
        whenSettled: @escaping @Sendable () -> Void
    ) -> LogSettlement {
        replica.append(commit, now: now)
        return .settled
    }
}
