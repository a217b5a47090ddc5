import DequeModule
import NIOCore
import NIOEmbedded
import NIOPosix

/// The socket under a server's channel: what NIO does between a channel and the kernel, on the virtual network.
///
/// It stands first in the channel's pipeline. It reads only when it is asked to (all the rest at a FIN, like NIO), takes
/// writes as far as the kernel's buffer has room, reports writability by the channel's watermarks, and honours half-closure.
final class VirtualSocket: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = ByteBuffer

    /// What a socket is told when it is made.
    struct Options {
        /// Whether the channel reads by itself.
        var readsByItself: Bool
        /// The most bytes of one read.
        var readBytes: Int
        /// How much the kernel takes before the client does.
        var kernelBytes: Int
    }

    private let options: Options
    private unowned let connection: VirtualConnection
    private var context: ChannelHandlerContext?

    private var received = Deque<[UInt8]>()
    private var wantsRead = false
    private var isDelivering = false
    private var endReceived = false
    private var inputClosed = false

    private var pendingBytes = 0
    private var promises: [EventLoopPromise<Void>] = []
    private var wantsFlush = false
    private var outputClosing: [EventLoopPromise<Void>?]?
    private var outputClosed = false
    private var isTransmitting = false
    private var isClosed = false

    /// Bytes that the kernel holds and the client has not taken.
    private(set) var kernel: [UInt8] = []

    init(options: Options, connection: VirtualConnection) {
        self.options = options
        self.connection = connection
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if options.readsByItself {
            context.channel.read()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        let unwritten = promises
        promises = []
        for promise in unwritten {
            promise.fail(ChannelError.ioOnClosedChannel)
        }
        // As TCP does it: a close with unread input is a reset, and what the client has not taken is lost.
        if received.isEmpty, !connection.isSending {
            connection.serverClosed(isReset: false)
        } else {
            kernel = []
            connection.serverClosed(isReset: true)
        }
        received = []
        context.fireChannelInactive()
    }
}

// MARK: - From the client

extension VirtualSocket {
    /// Bytes have come.
    func arrived(_ bytes: [UInt8]) {
        guard !isClosed else {
            return connection.serverClosed(isReset: true)
        }
        received.append(bytes)
        deliverSoon()
    }

    /// The client's FIN has come.
    func arrivedEnd() {
        endReceived = true
        deliverSoon()
    }

    /// The client's reset has come: what was not read is lost.
    func arrivedReset() {
        guard let context, !isClosed else {
            return
        }
        received = []
        kernel = []
        context.channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNRESET, reason: "read"))
        context.channel.close(promise: nil)
    }

    /// As the loop's next task, because a read never answers from within the call that asked for it.
    private func deliverSoon() {
        guard !isDelivering, let context, !isClosed, !inputClosed, endReceived || wantsRead && !received.isEmpty else {
            return
        }
        isDelivering = true
        connection.network.loop.execute {
            self.isDelivering = false
            self.deliver(context)
        }
    }

    private func deliver(_ context: ChannelHandlerContext) {
        guard !isClosed else {
            return
        }
        if endReceived {
            // NIO reads on to the end by itself when the client has shut its side.
            while let bytes = take() {
                context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: bytes)))
                context.fireChannelReadComplete()
                guard !isClosed else {
                    return
                }
            }
            closeInput(context)
        } else if wantsRead, let bytes = take() {
            wantsRead = false
            context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: bytes)))
            context.fireChannelReadComplete()
            if options.readsByItself, !isClosed {
                context.channel.read()
            }
            deliverSoon()
        }
    }

    private func take() -> [UInt8]? {
        guard var bytes = received.popFirst() else {
            return nil
        }
        while bytes.count < options.readBytes, let next = received.popFirst() {
            bytes += next
        }
        if bytes.count > options.readBytes {
            received.prepend(Array(bytes[options.readBytes...]))
            bytes.removeSubrange(options.readBytes...)
        }
        return bytes
    }

    private func closeInput(_ context: ChannelHandlerContext) {
        guard !inputClosed else {
            return
        }
        inputClosed = true
        if outputClosed {
            return context.channel.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }
}

// MARK: - To the client

extension VirtualSocket {
    func read(context: ChannelHandlerContext) {
        wantsRead = true
        deliverSoon()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard outputClosing == nil else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        guard case .byteBuffer(let buffer) = unwrapOutboundIn(data) else {
            preconditionFailure("files are not sent on the virtual network")
        }
        pendingBytes += buffer.readableBytes
        if let promise {
            promises.append(promise)
        }
        context.write(wrapOutboundOut(buffer), promise: nil)
        updateWritability(context)
    }

    func flush(context: ChannelHandlerContext) {
        wantsFlush = true
        transmit()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .all:
            context.close(mode: .all, promise: promise)
        case .input:
            inputClosed = true
            received = []
            promise?.succeed()
            if outputClosed {
                context.channel.close(promise: nil)
            } else {
                context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            }
        case .output:
            outputClosing = (outputClosing ?? []) + [promise]
            transmit()
        }
    }

    /// The client has taken some bytes out of the kernel's buffer.
    func takeFromKernel(_ count: Int) -> [UInt8] {
        guard count < kernel.count else {
            defer { kernel = [] }
            return kernel
        }
        let taken = Array(kernel[..<count])
        kernel.removeSubrange(..<count)
        return taken
    }

    /// Moves what is flushed into the kernel if it takes more.
    func transmit() {
        guard let context, !isClosed else {
            return
        }
        // Whoever learns that a write is done may write, flush or close from within it.
        guard !isTransmitting else {
            return
        }
        isTransmitting = true
        while wantsFlush, kernel.count < options.kernelBytes, !isClosed {
            wantsFlush = false
            context.flush()
            moveToKernel()
            let written = promises
            promises = []
            updateWritability(context)
            connection.kernelFilled()
            for promise in written {
                promise.succeed()
            }
        }
        isTransmitting = false
        guard let closing = outputClosing, !outputClosed, pendingBytes == 0 || !wantsFlush, !isClosed else {
            return
        }
        outputClosed = true
        for promise in closing {
            promise?.succeed()
        }
        connection.serverShutOutput()
        if inputClosed {
            context.channel.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(ChannelEvent.outputClosed)
        }
    }

    private func moveToKernel() {
        while let buffer = try? connection.channel?.readOutbound(as: ByteBuffer.self) {
            pendingBytes -= buffer.readableBytes
            kernel.append(contentsOf: buffer.readableBytesView)
        }
    }

    private func updateWritability(_ context: ChannelHandlerContext) {
        guard let channel = connection.channel else {
            return
        }
        let marks = channel.options.lazy.compactMap { $0.value as? ChannelOptions.Types.WriteBufferWaterMark }.first
        let high = marks?.high ?? 65_536
        let low = marks?.low ?? 32_768
        if channel.isWritable, pendingBytes > high {
            channel.isWritable = false
            context.fireChannelWritabilityChanged()
        } else if !channel.isWritable, pendingBytes < low {
            channel.isWritable = true
            context.fireChannelWritabilityChanged()
        }
    }
}

@available(*, unavailable)
extension VirtualSocket: Sendable {}
