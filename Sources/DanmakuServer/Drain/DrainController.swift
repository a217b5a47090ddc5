public import Logging
public import ServiceLifecycle
import Synchronization

/// Runs the phases of a graceful stop, in the one order that loses nothing.
///
/// It stands last in the `ServiceGroup`, which therefore tells it first and waits for it: when it returns, every stream has
/// ended and every comment is published, so that HTTP and the pipeline stop with nothing open. It keeps no clock: the
/// grace belongs to whoever owns the signals, and is told by ``giveUp()``.
public final class DrainController: Service {
    /// What each step does; made by the composition root.
    public struct Steps: Sendable {
        /// ``Step/refuse``: must not wait for clients.
        public var refuse: @Sendable () async -> Void
        /// ``Step/acknowledge``: returns when no ingest connection is left.
        public var acknowledge: @Sendable () async -> Void
        /// ``Step/empty``: returns when nothing is queued, scored or waiting for its flush.
        public var empty: @Sendable () async -> Void
        /// ``Step/farewell``: returns when no stream is left.
        public var farewell: @Sendable () async -> Void

        /// Creates the steps.
        public init(
            refuse: @escaping @Sendable () async -> Void,
            acknowledge: @escaping @Sendable () async -> Void,
            empty: @escaping @Sendable () async -> Void,
            farewell: @escaping @Sendable () async -> Void
        ) {
            self.refuse = refuse
            self.acknowledge = acknowledge
            self.empty = empty
            self.farewell = farewell
        }
    }

    private let steps: Steps
    private let logger: Logger
    private let machine = Mutex(StateMachine())

    /// Creates the controller of one server.
    public init(steps: Steps, logger: Logger) {
        self.steps = steps
        self.logger = logger
    }

    /// Waits for the group's graceful shutdown, then drains; does nothing if the task is cancelled before.
    public func run() async throws {
        do {
            try await gracefulShutdown()
        } catch {
            return
        }
        var action = machine.withLock { $0.begin() }
        while case .perform(let step) = action {
            logger.info("Draining.", metadata: ["step": "\(step)"])
            await perform(step)
            action = machine.withLock { $0.completed(step) }
        }
    }

    /// The grace is over: from now on nothing more is begun.
    ///
    /// - Returns: The step that was under way, or `nil` if it was none.
    public func giveUp() -> Step? {
        switch machine.withLock({ $0.graceOver() }) {
        case .closeRest(let step): step
        case .perform, .finish, .ignore: nil
        }
    }

    private func perform(_ step: Step) async {
        switch step {
        case .refuse: await steps.refuse()
        case .acknowledge: await steps.acknowledge()
        case .empty: await steps.empty()
        case .farewell: await steps.farewell()
        }
    }
}
