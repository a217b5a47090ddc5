package import DanmakuPipeline
package import Logging
package import NIOCore
import ServiceLifecycle

/// A whole server: both ports and everything between them.
///
/// ``build(configuration:executable:logger:)`` makes it. Several can run in one process. It handles no signals
/// and does not measure the grace: the owner of the process calls ``beginDrain()``, and ``giveUp()`` when that takes
/// too long.
package final class Server: Sendable {
    /// Where a server listens.
    package struct Addresses: Sendable, Equatable {
        /// The HTTP port.
        package var http: SocketAddress
        /// The TCP ingest port.
        package var ingest: SocketAddress
    }

    /// What was left when the grace was over.
    package struct Leftovers: Sendable, Equatable {
        /// The step of the drain that was under way.
        package var step: DrainController.Step?
        /// HTTP connections, streams included.
        package var httpConnections: Int
        /// Ingest connections.
        package var ingestConnections: Int
        /// Comments that were accepted and not published.
        package var comments: Int
    }

    private enum Order {
        case drain
        case abandon
    }

    /// The stages between the edges.
    package let pipeline: Pipeline

    private let configuration: Configuration
    private let group: ServiceGroup
    private let ingest: IngestServer
    private let open: OpenConnections
    private let drain: DrainController
    private let startup: Startup
    private let logger: Logger
    private let orders: AsyncStream<Order>
    private let order: AsyncStream<Order>.Continuation

    init(
        configuration: Configuration,
        pipeline: Pipeline,
        group: ServiceGroup,
        ingest: IngestServer,
        open: OpenConnections,
        drain: DrainController,
        startup: Startup,
        logger: Logger
    ) {
        self.configuration = configuration
        self.pipeline = pipeline
        self.group = group
        self.ingest = ingest
        self.open = open
        self.drain = drain
        self.startup = startup
        self.logger = logger
        (orders, order) = AsyncStream.makeStream()
    }

    /// Binds both ports and serves until a drain is complete, or was given up.
    ///
    /// - Throws: ``ListeningProblem`` if a port cannot be listened on; else the error of the service that failed.
    package func run() async throws {
        do {
            try await bindIngest()
            try await serve()
        } catch {
            startup.fail(error)
            throw error
        }
        startup.fail(CancellationError())
    }

    /// Waits until both ports listen.
    ///
    /// - Returns: Their addresses, which matter where port 0 was asked for.
    /// - Throws: What ended ``run()`` before that.
    package func addresses() async throws -> Addresses {
        try await startup.addresses()
    }

    /// Begins a graceful stop.
    ///
    /// ``run()`` returns when it is complete. May be called from any thread, and more than once.
    package func beginDrain() {
        order.yield(.drain)
    }

    /// The grace is over: closes whatever is left, without waiting, and says in the log what it was.
    @discardableResult
    package func giveUp() -> Leftovers {
        let metrics = pipeline.metrics()
        let left = Leftovers(
            step: drain.giveUp(),
            httpConnections: open.count,
            ingestConnections: ingest.counters.snapshot.open,
            comments: metrics.queueComments + metrics.inFlightComments
        )
        logger.warning(
            "The grace is over; everything that is left is closed.",
            metadata: [
                "step": "\(left.step.map { "\($0)" } ?? "none")",
                "http-connections": "\(left.httpConnections)",
                "ingest-connections": "\(left.ingestConnections)",
                "comments": "\(left.comments)",
            ]
        )
        order.yield(.abandon)
        _ = open.closeAll()
        return left
    }

    /// What became of the comments so far, each term of the accounting identity, for a log line.
    package var accounts: Logger.Metadata {
        let metrics = pipeline.metrics()
        let terms = [
            "accepted": metrics.intake.accepted,
            "scored": metrics.scored,
            "unscored": metrics.unscored.reduce(0, +),
            "dropped": metrics.dropped.reduce(0, +),
            "pending": metrics.queueComments + metrics.inFlightComments,
        ]
        return terms.mapValues { "\($0)" }
    }

    private func bindIngest() async throws {
        do {
            startup.ingest(try await ingest.bind())
        } catch {
            let place = configuration.ingest
            throw ListeningProblem(
                address: ListeningAddress(key: "ingest", host: place.host, port: place.port),
                error: error
            )
        }
    }

    private func serve() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask { [group] in
                try await group.run()
                return true
            }
            tasks.addTask { [group, orders] in
                for await order in orders {
                    guard order == .drain else {
                        return false
                    }
                    await group.triggerGracefulShutdown()
                }
                return true
            }
            let isComplete = try await tasks.next() ?? true
            tasks.cancelAll()
            do {
                try await tasks.waitForAll()
            } catch  where !isComplete {
                // Given up: the services' errors about the cancellation do not matter.
            }
        }
    }
}
