import DanmakuServer
import Foundation
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@Suite("Requests that offer another protocol")
struct UpgradeGuardTests {
    /// Counts what gets through the gate.
    private final class Counter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private(set) var bytes = 0

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += unwrapInboundIn(data).readableBytes
            context.fireChannelRead(data)
        }
    }

    /// A connection as far as its heads: encoder, gate, decoder, head handler.
    private func connection() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let upgrades = UpgradeGuard()
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers(HTTPResponseEncoder(), upgrades.gate, Counter())
        try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
        try pipeline.addHandler(HeadHandler(upgrades: upgrades))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func answer(on channel: EmbeddedChannel) throws -> String {
        let head = HTTPResponseHead(
            version: .http1_1,
            status: .ok,
            headers: ["Content-Length": "0", "Connection": "keep-alive"]
        )
        try channel.writeOutbound(HTTPServerResponsePart.head(head))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        var text = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) {
            text += String(buffer: bytes)
        }
        return text
    }

    @Test(
        "What follows reaches no decoder, and the response closes",
        arguments: [
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nUPGRADE: websocket\r\nconnection: keep-alive, upgrade\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}",
        ]
    )
    func offers(request: String) throws {
        let channel = try connection()
        // An ordinary one before it is answered as usual.
        try channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n\r\n" + request))
        var heads = 0
        var bodies = 0
        var ends = 0
        func count() throws {
            while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
                switch part {
                case .head: heads += 1
                case .body: bodies += 1
                case .end: ends += 1
                }
            }
        }
        try count()
        #expect(heads == 2)
        #expect(bodies == (request.hasPrefix("POST") ? 1 : 0))
        #expect(ends == 2)
        let counter = try channel.pipeline.syncOperations.handler(type: Counter.self)
        let before = counter.bytes
        for _ in 0..<100 {
            try channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        }
        try count()
        #expect(heads == 2, "nothing after it is read")
        #expect(counter.bytes == before, "nor kept by the decoder")
        #expect(try answer(on: channel).contains("keep-alive"))
        #expect(try answer(on: channel).lowercased().contains("connection: close\r\n"))
    }

    @Test("Without an offer the gate stays open and the connection is kept")
    func ordinary() throws {
        let channel = try connection()
        for _ in 0..<3 {
            try channel.writeInbound(ByteBuffer(string: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"))
            #expect(try answer(on: channel).contains("keep-alive"))
        }
        #expect(try channel.readInbound(as: HTTPServerRequestPart.self) != nil)
    }

    @Test("On a running server the answer comes, then the end, and nothing that was sent behind it is answered")
    func running() async throws {
        try await RunningServer.with { running in
            let connection = try await running.connect()
            try await connection.write(
                "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
                    + "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
            )
            let answer = try await connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
            #expect(RawResponse(answer).headers["connection"] == "close")
        }
    }
}
