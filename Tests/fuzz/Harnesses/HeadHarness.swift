import DanmakuPipeline
import HTTPTypes
import Hummingbird
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import DanmakuServer

/// HTTP connections up to the router: NIO's decoder, our timeouts, the one form of heads, and what we read of them.
///
/// Input: a byte of options (1 the first answer closes, 2 no answers), a byte that seeds the cuts, then what the client
/// sends. Rules: the requests do not depend on the cuts and have one `Host` at most, nothing is read behind a closing answer, and once the client is
/// silent the connection ends.
enum HeadHarness {
    @Sendable
    static func run(_ input: FuzzInput) throws {
        var input = input
        let options = input.byte()
        let seed = input.byte()
        let cuts = Cuts.all(of: input.rest, seed: seed)
        let whole = try connection(cuts[0], options)
        for cut in cuts.dropFirst() {
            let other = try connection(cut, options)
            try require(other == whole, "cut into \(cut.map(\.count)): \(other), whole: \(whole)")
        }
        for head in whole.heads {
            try require(head.headers["host"].count <= 1, "a request has two hosts: \(head)")
            try read(head)
        }
    }

    /// What came through one connection.
    private struct Outcome: Equatable {
        enum Part: Equatable {
            case head(HTTPRequestHead)
            case body([UInt8])
            case end(HTTPHeaders?)
        }

        var parts: [Part] = []
        var failed = false

        var heads: [HTTPRequestHead] {
            parts.compactMap { part in
                if case .head(let head) = part { head } else { nil }
            }
        }

        var ends: Int {
            parts.count { part in
                if case .end = part { true } else { false }
            }
        }

        mutating func add(_ part: HTTPServerRequestPart) {
            switch part {
            case .head(let head):
                parts.append(.head(head))
            case .body(let buffer):
                // How a body is cut into parts follows the reads.
                let bytes = Array(buffer.readableBytesView)
                if case .body(let before) = parts.last {
                    parts[parts.count - 1] = .body(before + bytes)
                } else if !bytes.isEmpty {
                    parts.append(.body(bytes))
                }
            case .end(let trailers):
                parts.append(.end(trailers))
            }
        }
    }

    /// Stands for the router: keeps what it gets and answers each request at once.
    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        var outcome = Outcome()
        private let options: UInt8

        init(options: UInt8) {
            self.options = options
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let part = unwrapInboundIn(data)
            outcome.add(part)
            if case .end = part, options & 2 == 0 {
                var head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "0"])
                if options & 1 == 1 {
                    head.headers.add(name: "connection", value: "close")
                }
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            outcome.failed = true
            context.close(promise: nil)
        }
    }

    private static func connection(_ reads: [[UInt8]], _ options: UInt8) throws -> Outcome {
        let channel = EmbeddedChannel()
        let answering = Answering(options: options)
        let pipeline = channel.pipeline.syncOperations
        let upgrades = UpgradeGuard()
        try pipeline.addHandler(HTTPResponseEncoder())
        try pipeline.addHandler(upgrades.gate)
        try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
        try pipeline.addHandler(RequestTimeoutHandler(head: .seconds(10), body: .seconds(30), idle: .seconds(75)))
        try pipeline.addHandler(HeadHandler(upgrades: upgrades))
        try pipeline.addHandler(answering)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/client")).wait()
        for read in reads where channel.isActive {
            channel.pipeline.fireChannelRead(ByteBuffer(bytes: read))
            channel.pipeline.fireChannelReadComplete()
        }
        var outcome = answering.outcome
        if options & 1 == 1 {
            // What a client sends behind a closing answer may or may not be looked at.
            outcome.failed = false
        }
        if options & 1 == 1, options & 2 == 0 {
            try require(outcome.ends <= 1, "\(outcome.ends) requests were read, the first answer closes")
        }
        // The router would still be asking for a streamed body, or writing the answer; all else is the client's turn.
        let isStreamed = outcome.heads.last?.headers.first(name: "content-type")?.contains("ndjson") ?? false
        if !isStreamed, options & 2 == 0 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(200))
            try require(!channel.isActive, "the connection of a silent client is still open")
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return outcome
    }

    /// What the routes read of a head.
    private static func read(_ head: HTTPRequestHead) throws {
        var fields = HTTPFields()
        for (name, value) in head.headers {
            if let name = HTTPField.Name(name) {
                fields.append(HTTPField(name: name, value: value))
            }
        }
        let method = HTTPRequest.Method(head.method.rawValue) ?? .get
        let authority = head.headers.first(name: "host")
        let parsed = HTTPRequest(
            method: method,
            scheme: "http",
            authority: authority,
            path: head.uri,
            headerFields: fields
        )
        let request = Request(head: parsed, body: RequestBody(buffer: ByteBuffer()))
        _ = EventStreamRequest.wantsEvents(request)
        _ = try? EventStreamRequest.subscription(request, path: nil)
        let query = QueryParameters(request.uri)
        let ranges: [(String, ClosedRange<Int64>)] = [
            ("limit", 1...1000), ("step", 1...3600), ("from", 0 ... .max), ("before", 0 ... .max),
        ]
        for (name, range) in ranges {
            if let value = try? query.integer(name, in: range) {
                try require(range.contains(value), "\(name) is \(value)")
            }
        }
        _ = try? query.choice("detail", DetailLevel.self)
        var methods = AllowedMethods()
        methods.add(path: "/v1/rooms/{room}/events", method: .get)
        methods.add(path: "/metrics", method: .get)
        _ = methods.methods(of: request.uri.path)
        for part in request.uri.path.split(separator: "/") {
            if let room = RoomName(path: part) {
                try require(room == RoomName(room.bytes), "\(room) is not a room")
            }
        }
    }
}
