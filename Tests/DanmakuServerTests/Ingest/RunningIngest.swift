import DanmakuPipeline
import DanmakuServer
import DanmakuTestKit
import Foundation
import Logging
import NIOCore
import NIOPosix
import SentimentModel
import Testing

/// An ingest port and a pipeline of their own for one test, at a time that stands still.
///
/// Its time-outs are those of sockets, which only event loops keep: an hour, unless a test means one.
struct RunningIngest {
    let server: IngestServer
    let pipeline: Pipeline
    let budgets: IngestBudgets
    let address: SocketAddress

    /// Gives clients an hour.
    static var patient: IngestConfiguration {
        var configuration = IngestConfiguration()
        configuration.lineTimeout = .seconds(3600)
        configuration.idleTimeout = .seconds(3600)
        configuration.progressTimeout = .seconds(3600)
        return configuration
    }

    /// Runs both while `body` runs.
    ///
    /// - Parameters:
    ///   - configuration: The port is replaced by a free one.
    ///   - settings: Of the pipeline.
    ///   - start: Awaited before the pipeline begins to score.
    ///   - body: The test.
    /// - Throws: What `body` throws.
    static func with(
        _ configuration: IngestConfiguration = patient,
        pipeline settings: PipelineConfiguration = PipelineConfiguration(),
        pipelineStarts start: @escaping @Sendable () async -> Void = {},
        _ body: (RunningIngest) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let scorer = InProcessScorer(name: "lexicon", LexiconScorer.builtIn)
        let time = ManualTime()
        let pipeline = Pipeline(configuration: settings, scorer: scorer, fallback: scorer, time: time, logger: logger)
        var own = configuration
        own.port = 0
        let budgets = IngestBudgets(own)
        let server = try IngestServer(
            configuration: own,
            intake: pipeline.intake,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            budgets: budgets,
            time: time,
            logger: logger
        )
        let address = try await server.bind()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await start()
                try await pipeline.run()
            }
            group.addTask { try await server.run() }
            try await body(RunningIngest(server: server, pipeline: pipeline, budgets: budgets, address: address))
            group.cancelAll()
        }
    }

    /// Connects, as a client that reads its answers or as one that never does, perhaps from another loopback address.
    func connect(reads: Bool = true, from source: String? = nil) async throws -> IngestClient {
        try await IngestClient(to: address, reads: reads, from: source)
    }

    /// Sends bytes, shuts the output and gives all answers.
    func answers(to bytes: [UInt8]) async throws -> String {
        let client = try await connect()
        try await client.write(bytes)
        try await client.finish()
        return try await client.readToEnd()
    }

    /// Sends text, shuts the output and gives all answers.
    func answers(to text: String) async throws -> String {
        try await answers(to: Array(text.utf8))
    }

    /// Whether another client is served as if nothing had happened.
    func servesOthers() async throws -> Bool {
        let lines = IngestClient.hello + #"{"room":"others","text":"hello"}"# + "\n"
        return try await answers(to: lines).hasSuffix(IngestClient.acknowledgement(accepted: 1))
    }
}

/// A plain TCP client.
final class IngestClient: Sendable {
    /// Asks for acknowledgements.
    static let hello = #"{"hello":{"ack":true}}"# + "\n"

    private let channel: any Channel
    private let inbox = Inbox()

    /// Connects; without `reads` its receive buffer is small and stays full.
    init(to address: SocketAddress, reads: Bool = true, from source: String? = nil) async throws {
        let inbox = inbox
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(inbox: inbox))
                }
            }
        if let source {
            bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: source, port: 0))
        }
        if !reads {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: 4096)
        }
        channel = try await bootstrap.connect(to: address).get()
    }

    /// The acknowledgement of so many lines.
    static func acknowledgement(accepted: Int, duplicate: Int = 0, rejected: Int = 0, shed: Int = 0) -> String {
        let counts = #""accepted":\#(accepted),"duplicate":\#(duplicate),"rejected":\#(rejected),"shed":\#(shed)"#
        return #"{"ack":{"lines":\#(accepted + duplicate + rejected + shed),\#(counts)}}"# + "\n"
    }

    /// Sends bytes and waits until the kernel has taken them.
    func write(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Sends text and waits until the kernel has taken it.
    func write(_ text: String) async throws {
        try await write(Array(text.utf8))
    }

    /// Shuts our side.
    func finish() async throws {
        try await channel.close(mode: .output)
    }

    /// Ends the connection with RST.
    func reset() async throws {
        let options = try #require(channel as? any SocketOptionProvider)
        try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close()
    }

    /// Waits until the answers hold a text; all answers so far.
    func read(until text: String) async throws -> String {
        for await _ in inbox.changes() where inbox.text.contains(text) {
            return inbox.text
        }
        throw ChannelError.eof
    }

    /// Waits until the connection is closed; all answers.
    func readToEnd() async throws -> String {
        for await _ in inbox.changes() {}
        return inbox.text
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let inbox: Inbox

        init(inbox: Inbox) {
            self.inbox = inbox
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
}
