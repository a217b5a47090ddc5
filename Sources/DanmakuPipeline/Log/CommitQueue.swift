/// What one shard has for the log: at most one commit is on its way, and what is made meanwhile waits for it.
///
/// So a shard's entries enter the log in the order in which they were made, whichever threads hand them over.
package struct CommitQueue: Sendable {
    private enum State {
        /// Nothing is on its way. Can transition to `busy`.
        case idle
        /// A commit was handed to the log and is not settled. Can transition to `idle` when nothing waits by then.
        case busy
    }

    private var state = State.idle
    private var waiting = LogCommit()

    /// Creates a queue with nothing waiting.
    package init() {}

    /// Entries that wait.
    package var drafts: [EntryDraft] {
        waiting.drafts
    }

    /// Adds an entry.
    package mutating func append(_ draft: EntryDraft) {
        waiting.append(draft)
    }

    /// Adds that a room is to be forgotten.
    package mutating func forget(_ room: [UInt8]) {
        waiting.forget(room)
    }

    /// What to hand to the log now; empty if nothing waits, or if a commit is on its way.
    package mutating func begin() -> LogCommit {
        switch state {
        case .idle: return takeNext()
        case .busy: return LogCommit()
        }
    }

    /// The commit that was on its way is in the log.
    ///
    /// - Returns: What to hand over next; empty if nothing waits.
    package mutating func settled() -> LogCommit {
        switch state {
        case .busy: return takeNext()
        case .idle: preconditionFailure("no commit was on its way")
        }
    }

    private mutating func takeNext() -> LogCommit {
        state = waiting.isEmpty ? .idle : .busy
        defer { waiting = LogCommit() }
        return waiting
    }
}
