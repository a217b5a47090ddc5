import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Hummingbird's HTTP/1.1 channel with the connection limit and the timeouts that it does not have.
struct GuardedHTTP1Channel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    /// How slow clients may be, and how many.
    struct Limits: Sendable {
        var headTimeout: Duration
        var bodyTimeout: Duration
        var idleTimeout: Duration
        var maximumConnections: Int
    }

    private let base: HTTP1Channel
    private let limits: Limits
    private let open: OpenConnections

    /// Creates the channel's set-up.
    ///
    /// - Parameters:
    ///   - responder: Hummingbird's.
    ///   - limits: How slow clients may be, and how many.
    ///   - open: Where open connections are kept.
    init(responder: @escaping HTTPChannelHandler.Responder, limits: Limits, open: OpenConnections) {
        base = HTTP1Channel(responder: responder)
        self.limits = limits
        self.open = open
    }

    /// Builds the pipeline of one accepted connection.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let isRefused = open.insert(channel) > limits.maximumConnections
        let limits = limits
        return base.setup(channel: channel, logger: logger)
            .flatMapThrowing { value in
                let pipeline = value.channel.pipeline.syncOperations
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
                var handlers: [any ChannelHandler] = [
                    RequestTimeoutHandler(head: limits.headTimeout, body: limits.bodyTimeout, idle: limits.idleTimeout)
                ]
                if isRefused {
                    handlers.append(ConnectionRefusalHandler())
                }
                try pipeline.addHandlers(handlers, position: .after(decoder))
                return value
            }
    }

    /// Reads and answers one connection's requests.
    func handle(value: Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
