import DanmakuPipeline
import DanmakuServer
import Logging
import NIOCore
import NIOEmbedded
import ServiceLifecycle

/// A whole server on the virtual network: the parts and their order are those of `Server.build`, without a socket.
///
/// The HTTP channel is the one of production with Hummingbird's own reading and writing of messages; only the listener is
/// ours.
final class SimulatedServer {
    let parts: Server.Parts
    let scorer: SimulatedScorer
    /// The handlers of accepted ingest connections, weakly: none may outlive its channel.
    private(set) var ingestHandlers: [WeakConnection] = []

    private let group: ServiceGroup
    private let drain: DrainController
    private let executor: SimulatedExecutor
    private var life: Task<Void, Never>?
    /// Whether every service has ended.
    private(set) var hasEnded = false
    /// What a service threw.
    private(set) var problem: String?

    /// An ingest connection's handler and the channel that it belongs to.
    struct WeakConnection {
        weak var handler: IngestConnection?
        let channel: EmbeddedChannel
    }

    init(
        _ scenario: Scenario,
        network: VirtualNetwork,
        executor: SimulatedExecutor,
        time: SimulatedTime,
        clock: SimulatedClock,
        draw: inout Draw
    ) throws {
        self.executor = executor
        let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        scorer = SimulatedScorer(
            clock: clock,
            usual: scenario.scorerTime,
            phases: scenario.scorerPhases,
            random: draw.fork()
        )
        parts = try Server.Parts(
            configuration: scenario.server,
            surroundings: Server.Surroundings(
                eventLoops: network.loop,
                time: time,
                clock: clock,
                random: .seeded(draw.random.next()),
                scorer: scorer,
                fallback: SimulatedFallback()
            ),
            logger: logger
        )
        let http = SimulatedHTTPPort(scenario, parts: parts, network: network, logger: logger)
        drain = parts.drain { http.stopListening() }
        group = ServiceGroup(
            configuration: .init(services: parts.services(http: http, drain: drain), logger: logger)
        )
        let options = VirtualSocket.Options(
            readsByItself: false,
            readBytes: scenario.readBytes,
            kernelBytes: scenario.kernelBytes
        )
        let unread = scenario.server.ingest.unreadAnswerBytes
        let listener = try network.listen(on: .ingest, options: options) { [unowned self] channel in
            try channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: unread / 2, high: unread))
            try parts.ingest.accept(channel)
            let handler = try channel.pipeline.syncOperations.handler(type: IngestConnection.self)
            ingestHandlers.append(WeakConnection(handler: handler, channel: channel))
        }
        try AcceptErrorHandler.install(on: listener, errors: parts.ingest.acceptErrors)
        parts.ingest.adopt(listener: listener)
        try http.listen()
    }

    /// Starts every service.
    func start() {
        parts.readiness.advance(to: .admitting)
        let bound = UncheckedSendable(self)
        life = Task(executorPreference: executor) { [group] in
            do {
                try await group.run()
            } catch {
                bound.value.problem = "\(error)"
            }
            bound.value.hasEnded = true
        }
    }

    /// SIGTERM.
    func terminate() {
        Task(executorPreference: executor) { [group] in await group.triggerGracefulShutdown() }
    }

    /// The grace is over.
    ///
    /// - Returns: What was left, in words.
    func giveUp() -> String {
        let step = drain.giveUp()
        let metrics = parts.pipeline.metrics()
        let left =
            "step \(step.map { "\($0)" } ?? "none"), \(parts.open.count) HTTP and \(parts.ingest.counters.snapshot.open) ingest "
            + "connections, \(metrics.queueComments + metrics.inFlightComments) comments"
        life?.cancel()
        _ = parts.open.closeAll()
        return left
    }
}

/// A value that crosses into a task of the same thread.
///
/// Unchecked, because the compiler does not know that the simulation has one thread.
struct UncheckedSendable<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}

@available(*, unavailable)
extension SimulatedServer: Sendable {}
