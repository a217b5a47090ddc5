import DanmakuPipeline
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Answers the first request of a connection beyond the limit, and closes it.
///
/// A browser's EventSource gives up for good after any status but 200, so it gets an `overloaded` event with a time to
/// reconnect. Every other client gets 503 `too_many_connections` or 429 `too_many_from_address`. Nothing reaches the
/// routes.
final class ConnectionRefusalHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let failure: HTTPFailure
    private let random: RandomSource
    private var isAnswered = false

    /// Creates the handler of one connection.
    ///
    /// - Parameters:
    ///   - code: `tooManyConnections` or `tooManyFromAddress`.
    ///   - random: When a browser comes back.
    init(_ code: HTTPFailure.Code, random: RandomSource) {
        let subject = code == .tooManyFromAddress ? "This address" : "The server"
        failure = HTTPFailure(code, "\(subject) has reached its limit of connections.", retryAfterSeconds: 5)
        self.random = random
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswered, case .head(let head) = unwrapInboundIn(data) else {
            return
        }
        isAnswered = true
        let wantsEvents = head.headers[canonicalForm: "accept"].contains { $0.hasPrefix("text/event-stream") }
        let body: [UInt8]
        var headers: HTTPHeaders = [
            "Connection": "close", "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no",
        ]
        if wantsEvents {
            body = StreamEvent.overloaded(reason: failure.code, retry: random.int(in: 5000...30000)).frame.bytes
            headers.add(name: "Content-Type", value: "text/event-stream; charset=utf-8")
        } else {
            body = failure.body
            headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
            headers.add(name: "Retry-After", value: "5")
        }
        headers.add(name: "Content-Length", value: String(body.count))
        let status = wantsEvents ? HTTPResponseStatus.ok : HTTPResponseStatus(statusCode: failure.status.code)
        let response = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

@available(*, unavailable)
extension ConnectionRefusalHandler: Sendable {}
