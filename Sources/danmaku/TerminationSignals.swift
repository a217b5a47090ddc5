import Foundation
import Synchronization

/// Handles SIGTERM and SIGINT: the first signal starts a drain, the second one ends the process at once.
///
/// Neither depends on Swift's thread pool or on an event loop, which may be what hangs: the second signal exits from
/// the handler itself, and a separate thread measures the grace.
enum TerminationSignals {
    private static let received = Atomic<Int>(0)
    private static let writeEnd = Atomic<Int32>(-1)

    /// Installs the handlers; called once, early.
    ///
    /// - Parameters:
    ///   - grace: How long a drain may take.
    ///   - drain: Called with the first signal's number, on a thread that may block.
    ///   - giveUp: Called when the grace is over; the process exits with 0 after it.
    static func handle(
        grace: Duration,
        drain: @escaping @Sendable (Int32) -> Void,
        giveUp: @escaping @Sendable () -> Void
    ) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            return
        }
        // Touching both here makes them before a handler can.
        received.store(0, ordering: .sequentiallyConsistent)
        writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
        let readEnd = ends[0]
        Thread.detachNewThread {
            var number: UInt8 = 0
            while read(readEnd, &number, 1) < 0, errno == EINTR {}
            drain(Int32(number))
            // A thread of its own sleeps, so that the grace ends even if loops and pool are stuck.
            Thread.sleep(forTimeInterval: grace / .seconds(1))
            giveUp()
            exit(0)
        }
        for number in [SIGTERM, SIGINT] {
            signal(number, receive)
        }
    }

    /// Runs inside the signal handler: nothing but what is safe there (an atomic, `write`, `_exit`).
    private static let receive: @convention(c) (Int32) -> Void = { number in
        guard received.add(1, ordering: .sequentiallyConsistent).oldValue == 0 else {
            _exit(128 + number)
        }
        let saved = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(writeEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
        errno = saved
    }
}
