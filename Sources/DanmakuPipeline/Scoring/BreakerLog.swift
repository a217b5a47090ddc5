import Logging

/// Says in the log that the scorer was given up or is used again, with the numbers that led to it.
struct BreakerLog: Sendable {
    let scorer: String
    let window: Duration
    let logger: Logger

    /// Logs one change; called without a lock held.
    @Sendable
    func log(_ change: CircuitBreaker.Change) {
        var metadata: Logger.Metadata = [
            "scorer": "\(scorer)",
            "from": "\(change.from.label)",
            "to": "\(change.to.label)",
            "reason": "\(change.reason.rawValue)",
            "calls": "\(change.calls)",
            "failures": "\(change.failures)",
            "slow": "\(change.slow)",
            "failures-in-row": "\(change.failuresInRow)",
            "window-seconds": "\(window.components.seconds)",
        ]
        if let wait = change.wait {
            metadata["wait-ms"] = "\(wait / 1_000_000)"
        }
        switch change.to {
        case .open:
            logger.warning("The scorer was given up; the fallback scores.", metadata: metadata)
        case .halfOpen:
            logger.info("The scorer is probed.", metadata: metadata)
        case .closed:
            logger.notice("The scorer is used again.", metadata: metadata)
        }
    }
}
