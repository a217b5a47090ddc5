import DanmakuPipeline
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One subscriber's connection: takes frames from its hub and writes them below the HTTP encoder.
///
/// It is inserted before `HTTPResponseEncoder` once the response's head is written, so that it has a context of its own and
/// sees the channel's writability, its end and the client's FIN. Each frame leaves as one HTTP/1.1 chunk, made once and
/// shared by all subscribers. The end of the response is not written here: Hummingbird's state would not see it.
final class SubscriberHandler: ChannelInboundHandler, RemovableChannelHandler, SubscriberSink {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = IOData

    /// How far the stream has come.
    private enum State {
        /// Not with its hub yet. Can transition to `joined`, to `left` if the client goes before.
        case waiting
        /// The hub knows it by this number. Can transition to `ended` when the hub drops it, to `left`.
        case joined(Int)
        /// The hub has dropped it: the response is being ended, the channel closes. Can transition to `left`.
        case ended
        /// The client is gone. Final.
        case left
    }

    /// How long the end of the response and the client's FIN may take after the last frame.
    private static let closingTime: TimeAmount = .seconds(1)

    private let hub: HubLoop
    /// Succeeded when the stream is over, whichever side ended it: the response's body waits for it.
    private let over: EventLoopPromise<Void>
    private var state = State.waiting
    private var context: ChannelHandlerContext?
    /// Whether writability changed within the join, before there was a number.
    private var changedEarly = false
    /// What the stream has reserved; given back when it is over.
    private let lease: StreamLease?

    init(hub: HubLoop, over: EventLoopPromise<Void>, lease: StreamLease? = nil) {
        self.hub = hub
        self.over = over
        self.lease = lease
    }

    /// Enters the hub: writes `hello` and what belongs to it.
    ///
    /// Called once, after the handler was added.
    func join(_ subscription: Subscription) {
        guard case .waiting = state, context?.channel.isActive == true else {
            leave()
            return
        }
        let number = hub.join(subscription, sink: self)
        guard case .waiting = state else {
            // The client went while the first frames were flushed, or the hub drains.
            hub.leave(number, .client)
            return
        }
        state = .joined(number)
        if changedEarly {
            hub.writabilityChanged(number)
        }
    }

    /// The client has left, or no caller waits for the stream any more.
    ///
    /// - Parameter reason: What is counted.
    func leave(_ reason: StreamEnd = .client) {
        switch state {
        case .joined(let number):
            state = .left
            hub.leave(number, reason)
        case .waiting, .ended:
            state = .left
        case .left:
            return
        }
        lease?.release()
        over.succeed()
    }

    /// Closes the connection, whatever is left to be written.
    func close() {
        context?.channel.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        hub.opened(self)
        SubscriberSocket.prepare(context.channel, writeDeadline: hub.writeDeadline)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
        self.context = nil
        hub.closed(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The kernel has given a peer up that took nothing: a slow reader that was not evicted in time, or a dead one.
        if let error = error as? IOError, error.errnoCode == ETIMEDOUT {
            leave(.stalled)
        }
        context.fireErrorCaught(error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A browser that has left may only have sent its FIN.
        if case ChannelEvent.inputClosed = event {
            leave()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        switch state {
        case .waiting: changedEarly = true
        case .joined(let number): hub.writabilityChanged(number)
        case .ended, .left: break
        }
        context.fireChannelWritabilityChanged()
    }

    var isWritable: Bool {
        context?.channel.isWritable ?? false
    }

    var pendingBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    func write(_ frame: Frame) -> Int {
        let chunk = frame.form { HTTPChunk($0) }.buffer
        context?.write(wrapOutboundOut(.byteBuffer(chunk)), promise: nil)
        return chunk.readableBytes
    }

    func flush() {
        context?.flush()
    }

    func joined() {
        lease?.joined()
    }

    func end() {
        switch state {
        case .waiting, .joined:
            state = .ended
        case .ended, .left:
            return
        }
        lease?.release()
        over.succeed()
        if let channel = context?.channel {
            channel.eventLoop.scheduleTask(in: Self.closingTime) {
                channel.close(promise: nil)
            }
        }
    }
}

/// A frame as one chunk of HTTP/1.1 (RFC 9112, 7.1): its size in hexadecimal, CRLF, the bytes, CRLF.
///
/// The form in which a ``Frame`` is shared by all connections.
private final class HTTPChunk: Sendable {
    let buffer: ByteBuffer

    init(_ bytes: [UInt8]) {
        let size = String(bytes.count, radix: 16)
        var buffer = ByteBufferAllocator().buffer(capacity: size.utf8.count + bytes.count + 4)
        buffer.writeString(size)
        buffer.writeStaticString("\r\n")
        buffer.writeBytes(bytes)
        buffer.writeStaticString("\r\n")
        self.buffer = buffer
    }
}

@available(*, unavailable)
extension SubscriberHandler: Sendable {}
