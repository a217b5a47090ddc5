import DanmakuPipeline
import Synchronization

/// A log that takes its time: a commit is in it when the test says so.
final class HeldLog: LogWriter {
    private struct Held: Sendable {
        let commit: LogCommit
        let whenSettled: @Sendable () -> Void
    }

    private let replica: LogReplica
    private let held = Mutex<[Held]>([])

    init(_ replica: LogReplica) {
        self.replica = replica
    }

    /// The commits that are on their way.
    var commits: [LogCommit] {
        held.withLock { $0.map(\.commit) }
    }

    func append(
        _ commit: LogCommit,
        now: Int64,
        whenSettled: @escaping @Sendable () -> Void
    ) -> LogSettlement {
        held.withLock { $0.append(Held(commit: commit, whenSettled: whenSettled)) }
        return .pending
    }

    /// Lets the oldest commit into the log.
    ///
    /// - Returns: False if there is none.
    @discardableResult
    func settleOldest() -> Bool {
        guard let oldest = held.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
            return false
        }
        replica.append(oldest.commit, now: 0)
        oldest.whenSettled()
        return true
    }
}
