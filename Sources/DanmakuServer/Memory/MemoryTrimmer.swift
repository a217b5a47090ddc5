import DanmakuPipeline
import Logging
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Reads the resident memory every two seconds and makes the allocator give pages back when ``TrimRule`` says so.
///
/// A trim blocks its thread, and every thread that allocates from the same arena. It runs on the pool for blocking
/// calls, never on an event loop.
final class MemoryTrimmer: Service {
    /// What the trimmer reads and does.
    struct Memory: Sendable {
        /// Bytes that are resident; `nil` where the system does not say.
        var resident: @Sendable () -> Int?
        /// Bytes that the components hold.
        var held: @Sendable () async -> Int
        /// Gives pages back; may block.
        var trim: @Sendable () -> Void
    }

    /// How often memory is looked at.
    static let interval = Duration.seconds(2)

    private let memory: Memory
    private let time: any TimeSource
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let count = Atomic(0)

    /// Creates a trimmer that does nothing before ``run()``.
    init(
        _ memory: Memory,
        time: any TimeSource = SystemTime(),
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.memory = memory
        self.time = time
        self.clock = clock
        self.logger = logger
    }

    /// How often pages were given back.
    var trims: Int {
        count.load(ordering: .relaxed)
    }

    /// Looks until the group shuts down.
    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            var rule = TrimRule()
            while (try? await clock.sleep(for: Self.interval)) != nil {
                await look(&rule)
            }
        }
    }

    private func look(_ rule: inout TrimRule) async {
        guard let resident = memory.resident() else {
            return
        }
        let begin = time.now().nanoseconds
        guard rule.isDue(resident: resident, held: await memory.held(), now: begin) else {
            return
        }
        try? await NIOThreadPool.singleton.runIfActive { [memory] in memory.trim() }
        let after = memory.resident() ?? resident
        let end = time.now().nanoseconds
        rule.trimmed(resident: after, held: await memory.held(), now: end)
        count.add(1, ordering: .relaxed)
        logger.info(
            "Free memory was given back to the system.",
            metadata: [
                "before": "\(resident)", "after": "\(after)", "milliseconds": "\((end - begin) / 1_000_000)",
            ]
        )
    }
}
