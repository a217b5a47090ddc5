import DanmakuPipeline
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import DanmakuServer

/// What one connection holds besides the body that is being read: requests ahead of their turn, answers that are not read.
@Suite("Held bytes of an HTTP connection")
struct HeldBytesTests {
    /// The end of the pipeline that the socket is at: counts reads, and holds bodies like a socket that is full.
    private final class Socket: ChannelOutboundHandler {
        typealias OutboundIn = HTTPServerResponsePart
        typealias OutboundOut = ByteBuffer

        var reads = 0

        func read(context: ChannelHandlerContext) {
            reads += 1
            context.read()
        }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if case .body(.byteBuffer(let bytes)) = unwrapOutboundIn(data) {
                context.write(wrapOutboundOut(bytes), promise: promise)
            } else {
                promise?.succeed()
            }
        }
    }

    /// One connection and its budgets.
    private struct Connection {
        static let client = ClientAddress(version4: 1)

        let bodies: ClientBudget
        let answers: ClientBudget
        let channel = EmbeddedChannel()
        let socket = Socket()

        init(bodies limit: Int = 1 << 20, answers other: Int = 1 << 20) throws {
            bodies = ClientBudget(name: "bodies", unit: .bytes, limit: limit)
            answers = ClientBudget(name: "answers", unit: .bytes, limit: other)
            let handler = RequestTimeoutHandler(
                head: .seconds(10),
                body: .seconds(30),
                idle: .seconds(75),
                held: HeldBytes(bodies: bodies, answers: answers, client: Self.client)
            )
            try channel.pipeline.syncOperations.addHandlers([socket, handler])
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        func receive(_ parts: HTTPServerRequestPart...) throws {
            for part in parts {
                channel.pipeline.syncOperations.fireChannelRead(NIOAny(part))
            }
            channel.pipeline.syncOperations.fireChannelReadComplete()
            channel.read()
        }

        func answer(bytes: Int = 0) throws {
            channel.write(HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok)), promise: nil)
            if bytes > 0 {
                let body = ByteBuffer(repeating: 1, count: bytes)
                channel.write(HTTPServerResponsePart.body(.byteBuffer(body)), promise: nil)
            }
            channel.write(HTTPServerResponsePart.end(nil), promise: nil)
        }

        var passed: Int {
            get throws {
                var count = 0
                while try channel.readInbound(as: HTTPServerRequestPart.self) != nil {
                    count += 1
                }
                return count
            }
        }
    }

    private static let head = HTTPServerRequestPart.head(.init(version: .http1_1, method: .POST, uri: "/"))

    private static func body(_ bytes: Int) -> HTTPServerRequestPart {
        .body(ByteBuffer(repeating: 1, count: bytes))
    }

    @Test("one request at a time is read on and charged by its route alone")
    func oneRequest() throws {
        let connection = try Connection()
        try connection.receive(Self.head, Self.body(5000))
        try connection.receive(Self.body(5000), .end(nil))
        #expect(connection.bodies.held == 0)
        #expect(connection.socket.reads == 2)
        try connection.answer()
        try connection.receive(Self.head, .end(nil))
        #expect(connection.socket.reads == 3)
        #expect(connection.bodies.held == 0)
    }

    @Test("what is sent ahead is charged, and nothing more is read before its turn")
    func ahead() throws {
        let connection = try Connection()
        try connection.receive(Self.head, .end(nil))
        #expect(connection.socket.reads == 1)
        try connection.receive(Self.head, Self.body(5000))
        #expect(connection.bodies.held == 512 + 5000)
        #expect(connection.socket.reads == 1, "the rest stays in the socket")
        // NIO reads to the end of the input when the client shuts its side, whoever asks.
        try connection.receive(Self.body(7000), .end(nil), Self.head, Self.body(100))
        #expect(connection.bodies.held == 512 + 5000 + 7000 + 512 + 100)
        try connection.answer()
        #expect(connection.bodies.held > 0, "two requests are left")
        #expect(connection.socket.reads == 1)
        try connection.answer()
        #expect(connection.bodies.held == 0, "the last one is its route's business")
        #expect(connection.socket.reads == 2)
        #expect(try connection.passed == 8)
    }

    @Test("a client that sends more ahead than the budget has is closed, and everything is given back")
    func aheadOfBudget() throws {
        let connection = try Connection(bodies: 10_000)
        try connection.receive(Self.head, .end(nil))
        try connection.receive(Self.head, Self.body(5000))
        #expect(connection.channel.isActive)
        try connection.receive(Self.body(5000))
        #expect(connection.channel.isActive == false)
        #expect(connection.bodies.held == 0)
        #expect(connection.bodies.snapshot.refusedFull == 1)
    }

    @Test("an answer that is not read is charged until it is, or until its client is closed")
    func unreadAnswer() throws {
        let connection = try Connection()
        try connection.receive(Self.head, .end(nil))
        try connection.answer(bytes: 100_000)
        connection.channel.isWritable = false
        connection.channel.pipeline.syncOperations.fireChannelWritabilityChanged()
        #expect(connection.answers.held == 100_000)
        connection.channel.isWritable = true
        connection.channel.pipeline.syncOperations.fireChannelWritabilityChanged()
        #expect(connection.answers.held == 0)

        let closed = try Connection()
        try closed.receive(Self.head, .end(nil))
        try closed.answer(bytes: 100_000)
        closed.channel.isWritable = false
        closed.channel.pipeline.syncOperations.fireChannelWritabilityChanged()
        #expect(closed.answers.held == 100_000)
        closed.channel.embeddedEventLoop.advanceTime(by: .seconds(31))
        #expect(closed.channel.isActive == false, "the time of an answer is over")
        #expect(closed.answers.held == 0)
    }

    @Test("an answer that the budget has no room for closes its connection")
    func answersOverBudget() throws {
        let connection = try Connection(answers: 50_000)
        try connection.receive(Self.head, .end(nil))
        try connection.answer(bytes: 100_000)
        connection.channel.isWritable = false
        connection.channel.pipeline.syncOperations.fireChannelWritabilityChanged()
        #expect(connection.channel.isActive == false)
        #expect(connection.answers.held == 0)
        #expect(connection.answers.snapshot.refusedFull == 1)
    }
}
