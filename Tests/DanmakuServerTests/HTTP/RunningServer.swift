import DanmakuPipeline
import DanmakuServer
import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// A server of its own for one test, on free ports, with its page in a temporary folder.
///
/// Its time-outs are an hour, and its breaker finds nothing slow: a test that means one sets it. A test that waits for the
/// server waits for its answer or for the end of its connection, never for a duration.
struct RunningServer {
    /// What would depend on the speed of the machine.
    private static let patience = [
        "http.head-timeout-seconds": "3600", "http.body-timeout-seconds": "3600", "http.idle-timeout-seconds": "3600",
        "ingest.line-timeout-seconds": "3600", "breaker.slow-ms": "600000", "breaker.timeout-ms": "600000",
    ]

    let server: Server
    let addresses: Server.Addresses
    let log: MemoryLogSink

    /// Runs a server while `body` runs, then drains it and waits for its end.
    ///
    /// - Parameters:
    ///   - settings: Keys besides the free ports, as `--set` takes them.
    ///   - files: The page's folder: names and contents.
    ///   - body: Is called when both ports listen.
    /// - Throws: What ends the server or `body`.
    static func with(
        _ settings: [String: String] = [:],
        files: [String: String] = ["index.html": "<p>page</p>"],
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("danmaku-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            let file = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        let standard = [
            "http.port": "0", "ingest.port": "0", "http.web-directory": folder.path, "http.allowed-hosts": "a",
        ]
        .merging(patience) { own, _ in own }
        let sources = ConfigurationSources(
            commandLine: standard.merging(settings) { _, new in new }
                .map {
                    ConfigurationSetting(name: $0, value: $1, origin: .commandLine("--set"))
                }
        )
        let log = MemoryLogSink()
        let logger = Logger(label: "test") { LineLogHandler(label: $0, format: .human, level: .info, sink: log) }
        var configuration = Server.Configuration(try sources.resolve())
        configuration.pipeline.fanOut.writeDeadline = .seconds(3600)
        configuration.comments.scoredTimeout = .seconds(3600)
        configuration.ingest.progressTimeout = .seconds(3600)
        let server = try Server.build(configuration: configuration, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            let addresses = try await server.addresses()
            let running = RunningServer(server: server, addresses: addresses, log: log)
            do {
                try await body(running)
            } catch {
                server.giveUp()
                throw error
            }
            server.beginDrain()
            try await tasks.waitForAll()
        }
    }

    /// Connects to the HTTP port; the text is sent at once, whatever keeps the test waiting.
    func connect(sending text: String = "") async throws -> RawConnection {
        try await RawConnection(to: addresses.http, sending: text)
    }

    /// Sends one request on a connection of its own and reads everything until the server closes.
    func request(_ head: String, body: String = "") async throws -> RawResponse {
        let length = body.isEmpty ? "" : "content-length: \(body.utf8.count)\r\n"
        let connection = try await connect(
            sending: "\(head)\r\nhost: a\r\nconnection: close\r\n\(length)\r\n\(body)"
        )
        return RawResponse(try await connection.readToEnd())
    }
}

/// A plain TCP connection of a test.
final class RawConnection: Sendable {
    private let channel: any Channel
    private let inbox: Inbox

    /// Connects, from another loopback address if one is given; the event loop sends the text as soon as the connection
    /// stands.
    init(to address: SocketAddress, from source: String? = nil, sending text: String = "") async throws {
        let inbox = Inbox()
        self.inbox = inbox
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let source {
            bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: source, port: 0))
        }
        channel =
            try await bootstrap
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox: inbox, greeting: text))
                }
            }
            .connect(to: address)
            .get()
    }

    /// Sends text.
    func write(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// Reads nothing from now on, as a client that hangs.
    func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    /// Shuts our side.
    func finish() async throws {
        try await channel.close(mode: .output)
    }

    /// Closes at once.
    func close() async throws {
        try await channel.close()
    }

    /// Waits until what came holds a text; everything that came so far.
    func read(until text: String) async throws -> String {
        for await _ in inbox.changes() {
            let seen = inbox.text
            if seen.contains(text) {
                return seen
            }
        }
        throw ChannelError.eof
    }

    /// Waits until the server closes; everything that came.
    func readToEnd() async throws -> String {
        for await _ in inbox.changes() {}
        return inbox.text
    }
}

/// What came in on a connection.
final class Inbox: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isClosed = false
        var waiter: AsyncStream<Void>.Continuation?
    }

    private let state = Mutex(State())

    var text: String {
        state.withLock { String(decoding: $0.bytes, as: UTF8.self) }
    }

    /// One element at once, one for every change, and an end when the connection is closed.
    func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let isClosed = state.withLock { state in
            state.waiter = continuation
            return state.isClosed
        }
        continuation.yield()
        if isClosed {
            continuation.finish()
        }
        return stream
    }

    func append(_ more: [UInt8]) {
        state.withLock { state in
            state.bytes += more
            return state.waiter
        }?
        .yield()
    }

    func close() {
        state.withLock { state in
            state.isClosed = true
            return state.waiter
        }?
        .finish()
    }
}

private final class InboxHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let inbox: Inbox
    private let greeting: String

    init(inbox: Inbox, greeting: String) {
        self.inbox = inbox
        self.greeting = greeting
    }

    func channelActive(context: ChannelHandlerContext) {
        if !greeting.isEmpty {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: greeting)), promise: nil)
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        inbox.append(Array(unwrapInboundIn(data).readableBytesView))
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.close()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// A response as it came, taken apart.
struct RawResponse {
    let status: Int
    let headers: [String: String]
    let body: String

    init(_ text: String) {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts.first?.split(separator: "\r\n") ?? []
        status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let field = line.split(separator: ":", maxSplits: 1)
            headers[field[0].lowercased()] = field.last.map { $0.trimmingCharacters(in: .whitespaces) }
        }
        self.headers = headers
        body = parts.count > 1 ? String(parts[1]) : ""
    }
}
