import Foundation
import NIOCore

/// One watching client: asks for the stream and checks what comes, or never reads at all.
///
/// Confined to its channel's event loop.
final class Subscriber: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: String
    private var reader = StreamReader()
    private var events = EventReader()
    private(set) var check = StreamCheck()
    private(set) var bytes = 0
    private(set) var isClosed = false

    var status: Int? {
        reader.status
    }

    /// Whether the server ended the answer as HTTP wants it.
    var endedWell: Bool {
        isClosed && reader.isEnded
    }

    init(address: Address, path: String) {
        request = "GET \(path) HTTP/1.1\r\nHost: \(address)\r\nAccept: text/event-stream\r\n\r\n"
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        bytes += buffer.readableBytes
        let now = Int(Date().timeIntervalSince1970 * 1000)
        buffer.withUnsafeReadableBytes { part in
            reader.payload(of: part) { payload in
                events.events(of: payload) { check.take($0, now: now) }
            }
        }
        if reader.isEnded {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
