public import DanmakuPipeline
public import Logging
public import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// The TCP ingest port.
///
/// It is bound by ``bind()`` or by ``run()``, whichever comes first. A drain calls ``stopListening()`` and then
/// ``drain()``; when the service is shut down, both have nothing left to do.
public final class IngestServer: Service, Sendable {
    private struct State {
        var listener: (any Channel)?
        var isDraining = false
        var connections: [ObjectIdentifier: any Channel] = [:]
    }

    /// What the port counts.
    public let counters = IngestCounters()

    private let configuration: IngestConfiguration
    private let pipeline: Pipeline
    private let eventLoopGroup: any EventLoopGroup
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())

    /// Creates the server; nothing is bound yet.
    ///
    /// - Parameters:
    ///   - configuration: Address and limits.
    ///   - pipeline: Where comments go.
    ///   - eventLoopGroup: Whose loops the connections live on.
    ///   - time: Stamps what was read.
    ///   - logger: For the port's own events; never for a comment.
    public init(
        configuration: IngestConfiguration,
        pipeline: Pipeline,
        eventLoopGroup: any EventLoopGroup,
        time: any TimeSource = SystemTime(),
        logger: Logger
    ) {
        self.configuration = configuration
        self.pipeline = pipeline
        self.eventLoopGroup = eventLoopGroup
        self.time = time
        self.logger = logger
    }

    /// Binds the port if it is not bound, and accepts connections from then on.
    ///
    /// - Returns: The address that it is bound to.
    /// - Throws: What the system says, for example that the port is taken.
    @discardableResult
    public func bind() async throws -> SocketAddress {
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

    /// Serves until the service group shuts down gracefully; a cancelled task closes every connection at once.
    public func run() async throws {
        try await bind()
        try? await gracefulShutdown()
        await stopListening()
        await drain()
    }

    /// Closes the listener; connections stay.
    public func stopListening() async {
        let listener = state.withLock { state in
            state.isDraining = true
            return state.listener
        }
        try? await listener?.close()
    }

    /// Ends every connection and returns when none is left; what was read of it is taken, answered and acknowledged.
    ///
    /// A connection whose comments have to wait for room in the pipeline takes as long as that; ``run()`` of the pipeline
    /// has to go on meanwhile. If the task is cancelled, connections are closed as they are.
    public func drain() async {
        await withTaskCancellationHandler {
            while true {
                let connections = state.withLock { state in
                    state.isDraining = true
                    return Array(state.connections.values)
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
        for connection in state.withLock({ Array($0.connections.values) }) {
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
            .serverChannelInitializer { [logger] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptErrorHandler(logger: logger))
                }
            }
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readBytes))
            .childChannelOption(.writeBufferWaterMark, value: .init(low: highMark / 2, high: highMark))
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(server.connection(on: channel))
                }
            }
    }

    private func connection(on channel: any Channel) -> IngestConnection {
        IngestConnection(
            configuration: configuration,
            pipeline: pipeline,
            time: time,
            counters: counters,
            eventLoop: channel.eventLoop,
            admit: { [self] in admit(channel) }
        )
    }

    /// Enters a connection into the table; gives the reason if it is not let in.
    private func admit(_ channel: any Channel) -> IngestFailure? {
        let count = counters.opened()
        let key = ObjectIdentifier(channel)
        let isDraining = state.withLock { state in
            state.connections[key] = channel
            return state.isDraining
        }
        channel.closeFuture.whenComplete { [self] _ in
            counters.closed()
            state.withLock { $0.connections[key] = nil }
        }
        if isDraining {
            return .draining
        }
        guard count <= configuration.maxConnections else {
            counters.refusedOne()
            return .tooManyConnections
        }
        return nil
    }
}
