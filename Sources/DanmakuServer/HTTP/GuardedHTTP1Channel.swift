import DanmakuPipeline
package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1

/// Hummingbird's HTTP/1.1 channel with the connection limits and the timeouts that it does not have.
package struct GuardedHTTP1Channel: ServerChildChannel {
    /// Hummingbird's channel.
    package typealias Value = HTTP1Channel.Value

    /// How slow clients may be.
    struct Limits: Sendable {
        var headTimeout: Duration
        var bodyTimeout: Duration
        var idleTimeout: Duration
        /// Bytes a second that a body has to bring.
        var bodyRate: Int
        /// Bytes of a request's head: a part of one lies in memory until its end comes.
        var headBytes = 16_384
        /// Bytes of one read: Hummingbird lets ten of them lie before a route takes them, and no budget knows of these.
        var readBytes = 16_384

        /// Creates the configured limits.
        init(_ configuration: Server.Configuration.HTTP) {
            headTimeout = configuration.headTimeout
            bodyTimeout = configuration.bodyTimeout
            idleTimeout = configuration.idleTimeout
            bodyRate = configuration.minimumBodyRate
        }
    }

    private let base: HTTP1Channel
    private let limits: Limits
    private let admission: ConnectionAdmission
    private let random: RandomSource

    /// Creates the channel's set-up.
    ///
    /// - Parameters:
    ///   - responder: Hummingbird's.
    ///   - limits: How slow clients may be.
    ///   - admission: How many there may be.
    ///   - random: When refused browsers come back.
    init(
        responder: @escaping HTTPChannelHandler.Responder,
        limits: Limits,
        admission: ConnectionAdmission,
        random: RandomSource
    ) {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: limits.headBytes,
            maxHeaderListSize: limits.headBytes,
            maxHeaderFieldCount: 200
        )
        base = HTTP1Channel(responder: responder, configuration: .init(httpDecoderConfiguration: decoder))
        self.limits = limits
        self.admission = admission
        self.random = random
    }

    /// Builds the pipeline of one accepted connection.
    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let decision = admission.admit(channel)
        let buffers = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2048, maximum: limits.readBytes)
        try? channel.syncOptions?.setOption(.recvAllocator, value: buffers)
        return base.setup(channel: channel, logger: logger)
            .flatMapThrowing { [limits, admission, random] value in
                let pipeline = value.channel.pipeline.syncOperations
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
                let upgrades = UpgradeGuard()
                try pipeline.addHandler(upgrades.gate, position: .before(decoder))
                var handlers: [any ChannelHandler] = [
                    RequestTimeoutHandler(
                        head: limits.headTimeout,
                        body: limits.bodyTimeout,
                        idle: limits.idleTimeout,
                        bodyRate: limits.bodyRate,
                        held: admission.held(by: channel)
                    ),
                    HeadHandler(upgrades: upgrades),
                ]
                if case .refused(let code) = decision {
                    handlers.append(ConnectionRefusalHandler(code, random: random))
                }
                try pipeline.addHandlers(handlers, position: .after(decoder))
                if decision == .dropped {
                    channel.close(promise: nil)
                }
                return value
            }
    }

    /// Reads and answers one connection's requests.
    package func handle(value: Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
