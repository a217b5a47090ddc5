import DanmakuPipeline
package import NIOCore

/// Reads the PROXY header of an ingest connection before anything else, and tells ``IngestConnection`` the client's
/// address.
///
/// A connection that is not from a trusted proxy is refused. A connection whose header is wrong or late is closed
/// without an answer, because no client behind it could read one.
package final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer

    private let trusted: AddressRanges
    private let timeout: Duration
    private var bytes = ByteBuffer()
    private var isOver = false
    private var timer: Scheduled<Void>?

    /// Creates the handler of one connection.
    ///
    /// - Parameters:
    ///   - trusted: Whose headers are believed.
    ///   - timeout: How long the header may take.
    package init(trusted: AddressRanges, timeout: Duration) {
        self.trusted = trusted
        self.timeout = timeout
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    package func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        guard trusted.contains(context.remoteAddress) else {
            return finish(.refused(.untrustedProxy), context)
        }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
            bound.value.close(promise: nil)
        }
        context.read()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else {
            return context.fireChannelRead(data)
        }
        // One read is enough for any header; the bytes behind it belong to the connection.
        var read = unwrapInboundIn(data)
        bytes.writeBuffer(&read)
        switch ProxyHeader.read(bytes.readableBytesView) {
        case .incomplete:
            context.read()
        case .invalid:
            context.close(promise: nil)
        case .complete(let length, let source):
            bytes.moveReaderIndex(forwardBy: length)
            let client: ClientAddress =
                switch source {
                case .client(let address, _): ClientAddress(address)
                case .proxy: ClientAddress(context.remoteAddress)
                }
            finish(.client(client), context)
        }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed where !isOver, is IngestConnection.DrainEvent where !isOver:
            context.close(promise: nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func finish(_ event: IngestConnection.IdentifiedEvent, _ context: ChannelHandlerContext) {
        isOver = true
        timer?.cancel()
        timer = nil
        context.fireUserInboundEventTriggered(event)
        let rest = bytes
        bytes = ByteBuffer()
        if rest.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(rest))
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}

@available(*, unavailable)
extension ProxyHeaderHandler: Sendable {}
