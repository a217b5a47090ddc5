package import DanmakuPipeline
import Synchronization

/// A time source that stands still until a test moves it.
package final class ManualTime: TimeSource {
    private let current: Mutex<Timestamp>

    /// Creates a source at some time; the default lies well after both clocks' zero.
    package init(_ start: Timestamp = Timestamp(nanoseconds: 1_000_000_000_000, milliseconds: 1_763_654_400_000)) {
        current = Mutex(start)
    }

    /// The time that was set.
    package func now() -> Timestamp {
        current.withLock { $0 }
    }

    /// Sets the wall clock forward or back; the monotonic clock does not notice.
    package func setWallClock(by duration: Duration) {
        current.withLock { $0.milliseconds += duration.components.seconds * 1000 }
    }

    /// Moves both clocks on.
    package func advance(by duration: Duration) {
        let parts = duration.components
        let nanoseconds = parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
        current.withLock { $0 = $0.advanced(byNanoseconds: nanoseconds) }
    }
}
