import DanmakuPipeline
import DanmakuReplay
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

@Suite("Replay: over real sockets", .serves)
struct ReplayClientTests {
    /// A recording that exists while `body` runs.
    private func withRecording(_ text: String, _ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("replay-\(UUID().uuidString).tsv").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func client(_ file: String, to port: Int, retrySeconds: Double = 3600) -> ReplayClient {
        let options = ReplayOptions(
            file: file,
            host: "127.0.0.1",
            port: port,
            room: "hall",
            keepsRooms: true,
            speed: nil,
            loops: false,
            token: nil,
            retrySeconds: retrySeconds,
            run: "run"
        )
        return ReplayClient(options, pause: { _ in try Task.checkCancellation() })
    }

    @Test("A recording arrives whole in an ingest port, and its bad lines are counted")
    func intoIngest() async throws {
        let recording = (0..<3000).map { "\($0)\ttext \($0)\n" }.joined() + "3000\t\u{1}\n"
        try await withRecording(recording) { path in
            try await RunningIngest.with { ingest in
                let result = try await client(path, to: #require(ingest.address.port)).run()
                #expect(result.sent == 3001)
                #expect(result.counts.accepted == 3000)
                #expect(result.counts.rejected == 1)
                #expect(result.errors == ["text_empty": 1])
                #expect(result.lost == 0)
                #expect(ingest.pipeline.metrics().intake.accepted == 3000)
            }
        }
    }

    @Test("Lost connections lose no line, and no acknowledged line is sent again")
    func lostConnections() async throws {
        let recording = (1...5000).map { "\($0)\ttext\n" }.joined()
        let server = try await FlakyIngest(cutsAfter: [700, 1, 2100, 1999])
        try await withRecording(recording) { path in
            let result = try await client(path, to: server.port).run()
            #expect(result.lost == 0)
            #expect(result.counts.lines == 5000)
            #expect(result.connections == 5)
        }
        let (received, repeated) = server.lines
        #expect(received == Set((1...5000).map { "run-1-\($0)" }))
        #expect(repeated.isEmpty)
        try await server.close()
    }

    @Test("A server that is not there loses everything, in the open")
    func nobodyThere() async throws {
        let server = try await FlakyIngest(cutsAfter: [])
        let port = server.port
        try await server.close()
        try await withRecording("0\ta\n1\tb\n") { path in
            let result = try await client(path, to: port, retrySeconds: 0).run()
            #expect(result.lost == result.sent)
            #expect(result.connections == 0)
            #expect(result.failure == "connection refused")
        }
    }

    @Test("A file that is no recording is said to be none")
    func noRecording() async throws {
        let server = try await FlakyIngest(cutsAfter: [])
        try await withRecording("hello") { path in
            await #expect(throws: ReplayError.self) {
                try await client(path, to: server.port).run()
            }
        }
        try await server.close()
    }
}

/// An ingest port that takes lines, acknowledges each, and breaks its first connections after so many lines.
private struct FlakyIngest {
    /// What all connections have seen.
    final class Ledger: Sendable {
        private struct Seen {
            var cuts: [Int]
            var acknowledged: Set<String> = []
            var repeated: [String] = []
        }

        private let seen: Mutex<Seen>

        init(cutsAfter cuts: [Int]) {
            seen = Mutex(Seen(cuts: cuts))
        }

        var lines: (Set<String>, [String]) {
            seen.withLock { ($0.acknowledged, $0.repeated) }
        }

        func nextCut() -> Int {
            seen.withLock { $0.cuts.isEmpty ? Int.max : $0.cuts.removeFirst() }
        }

        func take(_ id: String) {
            seen.withLock { seen in
                if !seen.acknowledged.insert(id).inserted {
                    seen.repeated.append(id)
                }
            }
        }
    }

    private let ledger: Ledger
    private let channel: any Channel

    init(cutsAfter cuts: [Int]) async throws {
        let ledger = Ledger(cutsAfter: cuts)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Connection(ledger))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        self.ledger = ledger
    }

    var port: Int {
        channel.localAddress?.port ?? 0
    }

    /// The ids that were acknowledged, and those that came again after that.
    var lines: (Set<String>, [String]) {
        ledger.lines
    }

    func close() async throws {
        try await channel.close()
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let ledger: Ledger
        private let cut: Int
        private var unfinished = ByteBuffer()
        private var lines = 0
        private var isCut = false

        init(_ ledger: Ledger) {
            self.ledger = ledger
            cut = ledger.nextCut()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var buffer = unwrapInboundIn(data)
            unfinished.writeBuffer(&buffer)
            while !isCut, let end = unfinished.readableBytesView.firstIndex(of: 0x0A) {
                let line = unfinished.readString(length: end - unfinished.readerIndex) ?? ""
                unfinished.moveReaderIndex(forwardBy: 1)
                guard !line.hasPrefix(#"{"hello""#) else {
                    continue
                }
                ledger.take(String(line.dropFirst(7).prefix { $0 != "\"" }))
                lines += 1
                isCut = lines == cut
            }
            let ack = #"{"ack":{"lines":\#(lines),"accepted":\#(lines),"duplicate":0,"rejected":0,"shed":0}}"# + "\n"
            let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: ack)))
            if isCut {
                // Only the output: closing outright would reset the connection before the ack was read.
                let confined = NIOLoopBound(context, eventLoop: context.eventLoop)
                written.whenComplete { _ in confined.value.close(mode: .output, promise: nil) }
            }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event as? ChannelEvent == .inputClosed {
                context.close(promise: nil)
            }
        }
    }
}
