import DanmakuServer
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import ServiceLifecycle

/// The HTTP port on the virtual network: what `HTTPService` and Hummingbird's server do, without a socket.
final class SimulatedHTTPPort: Service, @unchecked Sendable {
    // Unchecked: confined to the simulation's thread.

    private let channels: GuardedHTTP1Channel
    private let network: VirtualNetwork
    private let options: VirtualSocket.Options
    private let logger: Logger
    private let accepted: AsyncStream<GuardedHTTP1Channel.Value>
    private let accept: AsyncStream<GuardedHTTP1Channel.Value>.Continuation
    private var connections: [EmbeddedChannel] = []
    private let acceptErrors: AcceptErrors
    private var listener: EmbeddedChannel?

    init(_ scenario: Scenario, parts: DanmakuServer.Server.Parts, network: VirtualNetwork, logger: Logger) {
        let responder = parts.responder
        channels = parts.channel { request, writer, channel in
            let context = DanmakuRequestContext(source: .init(channel: channel, logger: logger))
            let response = try await responder.respond(to: request, context: context)
            try await writer.write(response: response.head, body: response.body)
        }
        acceptErrors = parts.acceptErrors
        self.network = network
        self.logger = logger
        options = VirtualSocket.Options(
            readsByItself: true,
            readBytes: scenario.readBytes,
            kernelBytes: scenario.kernelBytes
        )
        (accepted, accept) = AsyncStream.makeStream()
    }

    /// Lets connections in.
    func listen() throws {
        let listener = try network.listen(on: .http, options: options) { [self] channel in
            connections.append(channel)
            channels.setup(channel: channel, logger: logger).whenSuccess { self.accept.yield($0) }
        }
        try AcceptErrorHandler.install(on: listener, errors: acceptErrors)
        self.listener = listener
    }

    /// Serves each connection in a task of its own, until the listener is closed and none is left.
    func run() async throws {
        await withDiscardingTaskGroup { group in
            for await value in accepted {
                group.addTask { [channels, logger] in await channels.handle(value: value, logger: logger) }
            }
        }
        try? await gracefulShutdown()
    }

    /// Closes the listener and idle connections; what is being answered goes on.
    func stopListening() {
        listener?.close(promise: nil)
        accept.finish()
        for channel in connections where channel.isActive {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }
}
