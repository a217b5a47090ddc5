package import DanmakuPipeline
package import Logging
import ServiceLifecycle
import Synchronization

/// Runs the phases of a graceful stop, in the order that loses nothing.
///
/// It is the last service of the `ServiceGroup`, which stops it first and waits for it: when it returns, every stream
/// has ended and every comment is published, so HTTP and the pipeline stop with nothing open. Each step has its share
/// of the grace; a step that takes longer is cancelled, and the next one begins. The owner of the signals measures the
/// grace itself and calls ``giveUp()`` at its end.
package final class DrainController: Service {
    /// What each step does within a limit; made by the composition root.
    ///
    /// The limit is a hint: a step that is not over then is cancelled, and has to return soon after that.
    package struct Steps: Sendable {
        /// ``Step/refuse``: must not wait for clients.
        package var refuse: @Sendable (_ limit: Duration) async -> Void
        /// ``Step/acknowledge``: returns when no ingest connection is left.
        package var acknowledge: @Sendable (_ limit: Duration) async -> Void
        /// ``Step/empty``: returns when nothing is queued, scored or waiting for its flush.
        package var empty: @Sendable (_ limit: Duration) async -> Void
        /// ``Step/farewell``: returns when no stream is left.
        package var farewell: @Sendable (_ limit: Duration) async -> Void

        /// Creates the steps.
        package init(
            refuse: @escaping @Sendable (_ limit: Duration) async -> Void,
            acknowledge: @escaping @Sendable (_ limit: Duration) async -> Void,
            empty: @escaping @Sendable (_ limit: Duration) async -> Void,
            farewell: @escaping @Sendable (_ limit: Duration) async -> Void
        ) {
            self.refuse = refuse
            self.acknowledge = acknowledge
            self.empty = empty
            self.farewell = farewell
        }
    }

    private let steps: Steps
    private let time: any TimeSource
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let machine: OrderedMutex<StateMachine>

    /// Creates the controller of one server.
    ///
    /// - Parameters:
    ///   - steps: What each step does.
    ///   - grace: The time of the whole drain.
    ///   - time: Where the time is read.
    ///   - clock: What a step's limit is measured with.
    ///   - logger: For the steps.
    package init(
        steps: Steps,
        grace: Duration,
        time: any TimeSource = SystemTime(),
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.steps = steps
        self.time = time
        self.clock = clock
        self.logger = logger
        machine = OrderedMutex(.alone, StateMachine(grace: grace.wholeNanoseconds))
    }

    /// Waits for the group's graceful shutdown, then drains; does nothing if the task is cancelled before.
    ///
    /// Returns when the steps that were given up have returned too.
    package func run() async throws {
        do {
            try await gracefulShutdown()
        } catch {
            return
        }
        await withDiscardingTaskGroup { tasks in
            var action = machine.withLock { $0.begin(now: time.now().nanoseconds) }
            while case .perform(let step, let limit) = action {
                logger.info("Draining.", metadata: ["step": "\(step)"])
                let isComplete = await perform(step, limit: .nanoseconds(limit), in: &tasks)
                if !isComplete, !Task.isCancelled {
                    logger.warning(
                        "A step of the drain exceeded its share of the grace and was abandoned.",
                        metadata: ["step": "\(step)", "limit": "\(Duration.nanoseconds(limit))"]
                    )
                }
                let now = time.now().nanoseconds
                action = machine.withLock {
                    isComplete ? $0.completed(step, now: now) : $0.overran(step, now: now)
                }
            }
        }
    }

    /// The grace is over: from now on nothing more is begun.
    ///
    /// - Returns: The step that was under way, or `nil` if it was none.
    package func giveUp() -> Step? {
        switch machine.withLock({ $0.graceOver() }) {
        case .closeRest(let step): step
        case .perform, .finish, .ignore: nil
        }
    }

    /// The steps that were given up so far.
    package var overran: [Step] {
        machine.withLock { $0.overran }
    }

    /// Whether a step came to its own end.
    private final class Completion: Sendable {
        let isThere = Atomic<Bool>(false)
    }

    /// Does a step for some time at most.
    ///
    /// - Returns: Whether it was complete in time; else it was cancelled and may still be on its way back.
    private func perform(_ step: Step, limit: Duration, in tasks: inout DiscardingTaskGroup) async -> Bool {
        let over = Signal()
        let mayReturn = Signal()
        let completion = Completion()
        tasks.addTask { [self] in
            await withDiscardingTaskGroup { own in
                own.addTask {
                    await self.perform(step, limit: limit)
                    completion.isThere.store(true, ordering: .releasing)
                    over.fire()
                    mayReturn.fire()
                }
                await mayReturn.wait()
                own.cancelAll()
            }
        }
        await over.wait(atMost: limit, clock: clock)
        mayReturn.fire()
        return completion.isThere.load(ordering: .acquiring)
    }

    private func perform(_ step: Step, limit: Duration) async {
        switch step {
        case .refuse: await steps.refuse(limit)
        case .acknowledge: await steps.acknowledge(limit)
        case .empty: await steps.empty(limit)
        case .farewell: await steps.farewell(limit)
        }
    }
}
