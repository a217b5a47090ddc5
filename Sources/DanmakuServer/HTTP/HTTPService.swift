import DanmakuPipeline
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// The HTTP port: Hummingbird's application with our channel, and a way to close its listener before everything else.
///
/// Hummingbird runs in its own service group, so that the drain can stop it while streams continue: its listener
/// closes, idle connections close, busy ones close after their answer. ``run()`` returns when no connection is left and
/// the outer group is shutting down too (a service that ends earlier would be a failure there).
final class HTTPService: Service {
    private let group: ServiceGroup
    private let address: ListeningAddress

    /// Creates the service; nothing is bound before ``run()``.
    ///
    /// - Parameters:
    ///   - configuration: Address and limits.
    ///   - parts: The server's: the routes, and what sets connections up.
    ///   - eventLoopGroup: Whose loops the connections live on.
    ///   - logger: For the library's own events.
    ///   - onListening: Called once, with the bound address.
    init(
        configuration: Server.Configuration.HTTP,
        parts: Server.Parts,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        onListening: @escaping @Sendable (SocketAddress) -> Void
    ) {
        let application = Application(
            responder: parts.responder,
            server: HTTPServerBuilder { responder in parts.channel(responder: responder) },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                backlog: 1024,
                // A few more than the limit are accepted and refused; the rest waits in the backlog.
                availableConnectionsDelegate: .maximum(
                    configuration.limits.connections + configuration.limits.refusals,
                    logger: logger
                )
            ),
            onServerRunning: { channel in
                try? await channel.eventLoop
                    .submit { try AcceptErrorHandler.install(on: channel, errors: parts.acceptErrors) }
                    .get()
                if let address = channel.localAddress {
                    onListening(address)
                }
            },
            eventLoopGroupProvider: .shared(eventLoopGroup),
            logger: logger
        )
        group = ServiceGroup(configuration: .init(services: [application], logger: logger))
        address = ListeningAddress(key: "http", host: configuration.host, port: configuration.port)
    }

    /// Binds the port and serves until the group shuts down and no connection is left.
    func run() async throws {
        do {
            try await group.run()
        } catch let error as IOError {
            throw ListeningProblem(address: address, error: error)
        } catch let error as SocketAddressError {
            throw ListeningProblem(address: address, error: error)
        } catch let error as SocketAddressError.UnknownHost {
            throw ListeningProblem(address: address, error: error)
        }
        try? await gracefulShutdown()
    }

    /// Closes the listener and idle connections; what is being answered goes on.
    func stopListening() async {
        await group.triggerGracefulShutdown()
    }
}
