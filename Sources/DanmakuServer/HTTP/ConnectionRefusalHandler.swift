import NIOCore
import NIOHTTP1

/// Answers the first request of a connection that is one too many, and closes it.
///
/// A browser's EventSource gives up for good on any status but 200, so it gets an `overloaded` event with a time to come
/// back; everybody else gets 503 `too_many_connections` (`push.md` 1). Nothing reaches the routes.
final class ConnectionRefusalHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var isAnswered = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswered, case .head(let head) = unwrapInboundIn(data) else {
            return
        }
        isAnswered = true
        let wantsEvents = head.headers[canonicalForm: "accept"].contains { $0.hasPrefix("text/event-stream") }
        let failure = HTTPFailure(.tooManyConnections, "The server has no connection left.", retryAfterSeconds: 5)
        let body: [UInt8]
        var headers: HTTPHeaders = [
            "Connection": "close", "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no",
        ]
        if wantsEvents {
            let retry = Int.random(in: 5000...30000)
            body = Array("retry: \(retry)\nevent: overloaded\ndata: {\"reason\":\"too_many_connections\"}\n\n".utf8)
            headers.add(name: "Content-Type", value: "text/event-stream; charset=utf-8")
        } else {
            body = failure.body
            headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
            headers.add(name: "Retry-After", value: "5")
        }
        headers.add(name: "Content-Length", value: String(body.count))
        let status: HTTPResponseStatus = wantsEvents ? .ok : .serviceUnavailable
        let response = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

@available(*, unavailable)
extension ConnectionRefusalHandler: Sendable {}
