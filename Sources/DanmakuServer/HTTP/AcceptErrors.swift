import DanmakuPipeline
package import Logging
import NIOCore
import Synchronization

/// The connections that one listener could not accept: a count for `/metrics`, and at most one log line a second.
package final class AcceptErrors: Sendable {
    /// Decides when a line is due; pure.
    package struct LogRate: Sendable {
        private var unlogged = 0
        private var loggedAt: Int64?

        /// Nothing happened yet.
        package init() {}

        /// One more error.
        ///
        /// - Parameter now: The time in nanoseconds.
        /// - Returns: How many errors a line has to tell of; `nil` if none is due.
        package mutating func count(now: Int64) -> Int? {
            unlogged += 1
            if let loggedAt, now < loggedAt + 1_000_000_000 {
                return nil
            }
            defer { unlogged = 0 }
            loggedAt = now
            return unlogged
        }
    }

    /// The listener's name in metrics and log lines.
    package let listener: String

    private let logger: Logger
    private let total = Atomic<Int>(0)
    private let rate = OrderedMutex(.alone, LogRate())

    /// Creates the count of one listener.
    package init(listener: String, logger: Logger) {
        self.listener = listener
        self.logger = logger
    }

    /// How many there were.
    package var count: Int {
        total.load(ordering: .relaxed)
    }

    /// Counts one, and logs it if no line was written for a second.
    func record(_ error: any Error, now: NIODeadline) {
        total.add(1, ordering: .relaxed)
        let due = rate.withLock { $0.count(now: Int64(now.uptimeNanoseconds)) }
        if let due {
            logger.warning(
                "Connections could not be accepted.",
                metadata: ["listener": "\(listener)", "count": "\(due)", "error": "\(error)"]
            )
        }
    }
}
