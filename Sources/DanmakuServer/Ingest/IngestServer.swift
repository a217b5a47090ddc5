package import DanmakuPipeline
package import Logging
package import NIOCore
import NIOPosix
import ServiceLifecycle

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The TCP ingest port.
///
/// ``bind()`` or ``run()`` binds it, whichever is first. A drain calls ``stopListening()`` and then ``drain()``; after
/// that, the shutdown of the service has nothing left to do.
package final class IngestServer: Service, Sendable {
    private struct State {
        var listener: (any Channel)?
        var isDraining = false
        var connections = StableTable<ObjectIdentifier, any Channel>()
    }

    /// What the port counts.
    package let counters = IngestCounters()
    /// What its listener could not accept.
    package let acceptErrors: AcceptErrors

    /// The number of connections over the limit that get an error; further ones are only closed, so that refusing is cheap.
    private static let toldOverLimit = 256

    #if canImport(Darwin)
    private static let keepAliveIdle = TCP_KEEPALIVE
    #else
    private static let keepAliveIdle = TCP_KEEPIDLE
    #endif

    private let configuration: IngestConfiguration
    private let intake: Intake
    private let budgets: IngestBudgets
    private let trustedProxies: AddressRanges
    private let eventLoopGroup: any EventLoopGroup
    private let time: any TimeSource
    private let state = OrderedMutex(.alone, State())

    /// Creates the server; nothing is bound yet.
    ///
    /// - Parameters:
    ///   - configuration: Address and limits.
    ///   - intake: Where comments go.
    ///   - eventLoopGroup: Whose loops the connections live on.
    ///   - budgets: What clients may hold.
    ///   - time: Stamps what was read.
    ///   - logger: For the port's own events; never for a comment.
    /// - Throws: ``ConfigurationProblem`` for trusted proxies that are not addresses.
    package init(
        configuration: IngestConfiguration,
        intake: Intake,
        eventLoopGroup: any EventLoopGroup,
        budgets: IngestBudgets,
        time: any TimeSource = SystemTime(),
        logger: Logger
    ) throws {
        self.configuration = configuration
        self.intake = intake
        self.eventLoopGroup = eventLoopGroup
        self.budgets = budgets
        self.time = time
        acceptErrors = AcceptErrors(listener: "ingest", logger: logger)
        trustedProxies = try Self.trustedProxies(configuration)
    }

    /// Binds the port if it is not bound, and accepts connections from then on.
    ///
    /// - Returns: The address that it is bound to.
    /// - Throws: What the system says, for example that the port is taken.
    @discardableResult
    package func bind() async throws -> SocketAddress {
        if let address = state.withLock({ $0.listener?.localAddress }) {
            return address
        }
        let listener = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
        guard let address = listener.localAddress else {
            throw ChannelError.alreadyClosed
        }
        state.withLock { $0.listener = listener }
        return address
    }

    /// Takes a listener that the caller has bound; ``bind()`` then has nothing left to do.
    ///
    /// - Parameter listener: A channel with a local address, whose connections go to ``accept(_:)``.
    package func adopt(listener: any Channel) {
        state.withLock { $0.listener = listener }
    }

    /// Serves until the service group shuts down gracefully; a cancelled task closes every connection at once.
    package func run() async throws {
        try await bind()
        try? await gracefulShutdown()
        await stopListening()
        await drain()
    }

    /// Closes the listener; connections stay.
    package func stopListening() async {
        let listener = state.withLock { state in
            state.isDraining = true
            return state.listener
        }
        try? await listener?.close()
    }

    /// Ends every connection and returns when none is left; what was read of it is taken, answered and acknowledged.
    ///
    /// A connection whose comments have to wait for room in the pipeline takes as long as that; ``run()`` of the pipeline
    /// has to go on meanwhile. One that does not read its answers gets ``IngestConfiguration/linger``. If the task is
    /// cancelled, connections are closed as they are.
    package func drain() async {
        await withTaskCancellationHandler {
            while true {
                let connections = state.withLock { state in
                    state.isDraining = true
                    return state.connections.values
                }
                guard !connections.isEmpty else {
                    return
                }
                for connection in connections {
                    connection.pipeline.fireUserInboundEventTriggered(IngestConnection.DrainEvent())
                }
                for connection in connections {
                    try? await connection.closeFuture.get()
                }
            }
        } onCancel: {
            closeConnections()
        }
    }

    private func closeConnections() {
        for connection in state.withLock({ $0.connections.values }) {
            connection.close(promise: nil)
        }
    }

    private var bootstrap: ServerBootstrap {
        let server = self
        let highMark = configuration.unreadAnswerBytes
        // With a rate, small reads: what one read holds is taken before the rate is looked at.
        let readBytes = configuration.clientRate > 0 ? 4 * 1024 : 64 * 1024
        return ServerBootstrap(group: eventLoopGroup)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Accepted sockets inherit it, and a window that was announced cannot be taken back later.
            .serverChannelOption(.socketOption(.so_rcvbuf), value: .init(configuration.receiveBufferBytes))
            // Else the kernel takes megabytes of answers for a client that reads none.
            .serverChannelOption(.socketOption(.so_sndbuf), value: .init(configuration.unreadAnswerBytes))
            .serverChannelInitializer { [acceptErrors] channel in
                channel.eventLoop.makeCompletedFuture {
                    try AcceptErrorHandler.install(on: channel, errors: acceptErrors)
                }
            }
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readBytes))
            .childChannelOption(.writeBufferWaterMark, value: .init(low: highMark / 2, high: highMark))
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            // A client that may stay quiet has to be there: after a minute its machine is asked, and given another.
            .childChannelOption(.tcpOption(.init(rawValue: Self.keepAliveIdle)), value: 60)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: 15)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: 4)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try server.accept(channel) }
            }
    }

    /// Builds the pipeline of one accepted connection and enters it into the table.
    package func accept(_ channel: any Channel) throws {
        let key = ObjectIdentifier(channel)
        _ = counters.opened()
        let count = state.withLock { state in
            state.connections[key] = channel
            return state.connections.count
        }
        channel.closeFuture.whenComplete { [self] _ in
            counters.closed()
            state.withLock { $0.connections[key] = nil }
        }
        guard count <= configuration.maxConnections + Self.toldOverLimit else {
            counters.refusedOne()
            channel.close(promise: nil)
            return
        }
        let handlers = channel.pipeline.syncOperations
        if configuration.proxyProtocol == .require {
            try handlers.addHandler(
                ProxyHeaderHandler(trusted: trustedProxies, timeout: configuration.proxyHeaderTimeout)
            )
        }
        try handlers.addHandler(
            IngestConnection(
                configuration: configuration,
                intake: intake,
                time: time,
                counters: counters,
                waiting: budgets.waiting,
                eventLoop: channel.eventLoop,
                admit: { [self] client in admit(channel, of: client) }
            )
        )
    }

    /// Takes a place for a connection until it closes; gives the reason if it is not let in.
    private func admit(_ channel: any Channel, of client: ClientAddress) -> IngestFailure? {
        if state.withLock({ $0.isDraining }) {
            return .draining
        }
        let places = budgets.connections
        if let refusal = places.reserve(1, for: client) {
            counters.refusedOne()
            switch refusal {
            case .full: return .tooManyConnections
            case .addressFull: return .tooManyFromAddress
            }
        }
        channel.closeFuture.whenComplete { _ in
            places.release(1, for: client)
        }
        return nil
    }

    private static func trustedProxies(_ configuration: IngestConfiguration) throws -> AddressRanges {
        let key = "ingest.trusted-proxies"
        let ranges: AddressRanges
        do {
            ranges = try AddressRanges(parsing: configuration.trustedProxies)
        } catch {
            throw ConfigurationProblem(
                "\(key) = \"\(configuration.trustedProxies)\": \"\(error.element)\" is not an address or a CIDR range"
            )
        }
        guard configuration.proxyProtocol == .off || !ranges.isEmpty else {
            throw ConfigurationProblem("ingest.proxy-protocol = \"require\": \(key) names no proxy")
        }
        return ranges
    }
}
