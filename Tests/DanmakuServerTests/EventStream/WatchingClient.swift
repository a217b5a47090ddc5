import DanmakuTestKit
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A client that watches: a raw socket, a chunked body taken apart strictly, a conforming parser behind it.
final class WatchingClient: Sendable {
    struct Unexpected: Error {
        let seen: String
    }

    private let channel: any Channel
    private let response: WatchedResponse

    /// Connects and asks.
    ///
    /// - Parameters:
    ///   - address: The HTTP port.
    ///   - path: Path and query.
    ///   - headers: Further header lines, each with its line end.
    ///   - receiveBuffer: Bytes that the kernel takes for a reader that does not read.
    ///   - source: The loopback address that it comes from.
    /// - Throws: If it cannot connect.
    init(
        _ address: SocketAddress,
        _ path: String,
        headers: String = "",
        receiveBuffer: Int? = nil,
        source: String? = nil
    ) async throws {
        let response = WatchedResponse()
        self.response = response
        let request = "GET \(path) HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\n\(headers)\r\n"
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(WatchedHandler(response: response, request: request))
                }
            }
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBuffer)
        }
        if let source {
            bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: source, port: 0))
        }
        channel = try await bootstrap.connect(to: address).get()
    }

    /// Waits until the stream is as asked; what was parsed so far.
    @discardableResult
    func wait(until condition: (EventStreamParser) -> Bool) async throws -> EventStreamParser {
        for await _ in response.changes() {
            let parser = response.snapshot.parser
            if condition(parser) {
                return parser
            }
        }
        let parser = response.snapshot.parser
        guard condition(parser) else {
            throw Unexpected(seen: response.snapshot.head + "\(parser.events.map(\.type))")
        }
        return parser
    }

    /// Waits until some events came.
    @discardableResult
    func wait(for types: [String]) async throws -> EventStreamParser {
        try await wait { parser in parser.events.map(\.type).starts(with: types) }
    }

    /// Waits until the server has ended the response and closed.
    func waitForEnd() async throws -> WatchedResponse.Snapshot {
        for await _ in response.changes() {}
        return response.snapshot
    }

    /// The status line and the header.
    var head: String {
        response.snapshot.head
    }

    func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// Sends a FIN and reads on.
    func finish() async throws {
        try await channel.close(mode: .output)
    }

    func close() async throws {
        try await channel.close()
    }
}

/// A chunked response of events, as far as it came.
final class WatchedResponse: Sendable {
    struct Snapshot: Sendable {
        var head = ""
        var parser = EventStreamParser()
        /// Whether the last chunk came: the response has ended as HTTP says.
        var isComplete = false
        /// What could not be chunked coding.
        var malformed: String?
    }

    private struct State {
        var snapshot = Snapshot()
        var bytes: [UInt8] = []
        var isClosed = false
        var waiters: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    var snapshot: Snapshot {
        state.withLock { $0.snapshot }
    }

    /// One element at once, one for every change, an end when the connection is closed.
    func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let isClosed = state.withLock { state in
            state.waiters.append(continuation)
            return state.isClosed
        }
        continuation.yield()
        if isClosed {
            continuation.finish()
        }
        return stream
    }

    func append(_ more: [UInt8]) {
        let waiters = state.withLock { state in
            state.bytes += more
            Self.read(&state)
            return state.waiters
        }
        for waiter in waiters {
            waiter.yield()
        }
    }

    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            return state.waiters
        }
        for waiter in waiters {
            waiter.finish()
        }
    }

    private static func read(_ state: inout State) {
        if state.snapshot.head.isEmpty {
            guard let end = state.bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
                return
            }
            state.snapshot.head = String(decoding: state.bytes[..<end.lowerBound], as: UTF8.self)
            state.bytes.removeSubrange(..<end.upperBound)
        }
        guard state.snapshot.head.lowercased().contains("transfer-encoding: chunked") else {
            state.snapshot.parser.feed(state.bytes)
            state.bytes = []
            return
        }
        while let line = state.bytes.firstRange(of: Array("\r\n".utf8)) {
            let digits = String(decoding: state.bytes[..<line.lowerBound], as: UTF8.self)
            guard let size = Int(digits, radix: 16), !state.snapshot.isComplete else {
                state.snapshot.malformed = digits
                return
            }
            let end = line.upperBound + size
            guard state.bytes.count >= end + 2 else {
                return
            }
            guard state.bytes[end] == 0x0D, state.bytes[end + 1] == 0x0A else {
                state.snapshot.malformed = "a chunk of \(size) has no end"
                return
            }
            state.snapshot.parser.feed(state.bytes[line.upperBound..<end])
            state.snapshot.isComplete = size == 0
            state.bytes.removeSubrange(..<(end + 2))
        }
    }
}

private final class WatchedHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let response: WatchedResponse
    private let request: String

    init(response: WatchedResponse, request: String) {
        self.response = response
        self.request = request
    }

    /// Asks at once, whatever keeps the test waiting: a server closes connections that ask for nothing.
    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        response.append(Array(unwrapInboundIn(data).readableBytesView))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        response.close()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
