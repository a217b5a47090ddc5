import DanmakuPipeline
package import NIOCore
package import NIOHTTP1

/// Closes HTTP connections whose client is too slow: with a head, with a body, between requests, or with reading
/// answers.
///
/// Hummingbird's own idle timeout restarts with every byte, so a client that sends one byte a second would hold a
/// connection forever. This handler is behind NIO's request decoder and knows heads and bodies. After a response with
/// `Connection: close` it closes in the contract's order: write, shut the output, discard input for at most a second,
/// close (a reset would destroy the answer for a client that is still sending). It does not touch event streams.
///
/// Input beyond the request that is being answered stays in the socket. The small part that was read with it, and
/// unread answers, are charged to budgets. A client that a budget refuses is closed.
package final class RequestTimeoutHandler: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    private let limits: StateMachine.Limits
    private var machine: StateMachine!
    private var sawPart = false
    private var timer: Scheduled<Void>?
    private var timerDeadline = Int64.max
    private var held: HeldBytes?
    /// Whether a read was asked for that waits for the end of a response.
    private var isReadHeld = false

    /// Creates the handler of one connection.
    ///
    /// - Parameters:
    ///   - head: How long a head may take.
    ///   - body: How long a body may take, and how long an answer may stay unread.
    ///   - idle: The pause between two requests.
    ///   - bodyRate: Bytes a second that a body has to bring; 0 for no limit.
    ///   - held: The connection's accounts; `nil` charges nothing.
    package init(head: Duration, body: Duration, idle: Duration, bodyRate: Int = 0, held: HeldBytes? = nil) {
        limits = StateMachine.Limits(
            head: head.wholeNanoseconds,
            body: body.wholeNanoseconds,
            idle: idle.wholeNanoseconds,
            bodyRate: Int64(bodyRate)
        )
        self.held = held
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        machine = StateMachine(limits: limits, now: now(context))
        perform(machine.started(), context)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        stop()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !machine.discardsInput else {
            return
        }
        sawPart = true
        // What a head takes in memory, more or less.
        var bytes = 512
        switch unwrapInboundIn(data) {
        case .head(let head):
            let type = head.headers.first(name: "content-type") ?? ""
            let isStreamed = type.lowercased().hasPrefix("application/x-ndjson")
            if !machine.isAnswering, head.headers[canonicalForm: "expect"].contains("100-continue") {
                // curl waits a second for this before it sends a body of a megabyte or of unknown length.
                let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
            }
            perform(machine.receivedHead(isStreamed: isStreamed, now: now(context)), context)
        case .body(let part):
            bytes = part.readableBytes
            perform(machine.receivedBody(bytes: bytes), context)
        case .end:
            bytes = 0
            perform(machine.receivedEnd(now: now(context)), context)
        }
        if machine.isAhead, held?.holdsAhead(bytes) == false {
            stop()
            context.close(promise: nil)
            return
        }
        context.fireChannelRead(data)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        if !sawPart {
            perform(machine.receivedBytes(now: now(context)), context)
        }
        sawPart = false
        context.fireChannelReadComplete()
        if machine.discardsInput, !machine.holdsRead {
            // No handler behind this one reads more, and what the client still sends must not stay in the socket.
            context.read()
        }
    }

    package func read(context: ChannelHandlerContext) {
        guard !machine.holdsRead else {
            isReadHeld = true
            return
        }
        perform(machine.askedToRead(now: now(context)), context)
        context.read()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            perform(machine.inputClosed(), context)
        }
        context.fireUserInboundEventTriggered(event)
        if event is ChannelShouldQuiesceEvent {
            perform(machine.quiesced(now: now(context)), context)
            if machine.isReadingStream {
                // A part without bytes: its route wakes up, sees the drain, and answers with what it has taken.
                context.fireChannelRead(wrapInboundOut(.body(context.channel.allocator.buffer(capacity: 0))))
                context.fireChannelReadComplete()
            }
        }
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        perform(machine.changedWritability(isWritable: isWritable, now: now(context)), context)
        if isWritable {
            held?.answersAreTaken()
        } else if machine.chargesAnswers, held?.holdsAnswers(Self.unsentBytes(context)) == false {
            stop()
            context.close(promise: nil)
            return
        }
        context.fireChannelWritabilityChanged()
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            let type = head.headers.first(name: "content-type") ?? ""
            let closes = head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
            let isEventStream = type.hasPrefix("text/event-stream")
            context.write(data, promise: promise)
            perform(machine.startedResponse(isEventStream: isEventStream, closes: closes), context)
        case .body:
            context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            perform(machine.endedResponse(now: now(context)), context)
            resumeReading(context)
        }
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else {
            context.close(mode: mode, promise: promise)
            return
        }
        perform(machine.shutOutput(now: now(context)), context)
        shutOutput(context, promise: promise)
        resumeReading(context)
    }

    /// Shuts our side once everything is written; the client's last second begins then.
    private func shutOutput(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        let shut = promise ?? context.eventLoop.makePromise()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        shut.futureResult.whenSuccess {
            let (handler, context) = bound.value
            handler.perform(handler.machine.outputIsShut(now: handler.now(context)), context)
        }
        context.close(mode: .output, promise: shut)
    }

    /// Reads on when nothing holds reading back any longer.
    private func resumeReading(_ context: ChannelHandlerContext) {
        if !machine.isAhead {
            held?.isNoLongerAhead()
        }
        if isReadHeld, !machine.holdsRead {
            isReadHeld = false
            read(context: context)
        }
    }

    private func stop() {
        timer?.cancel()
        timer = nil
        held?.release()
        machine.closed()
    }

    private static func unsentBytes(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    private func now(_ context: ChannelHandlerContext) -> Int64 {
        Int64(context.eventLoop.now.uptimeNanoseconds)
    }

    private func perform(_ action: StateMachine.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .wait(let deadline):
            if let deadline {
                schedule(deadline, context)
            }
        case .shutOutput(let deadline):
            context.flush()
            schedule(deadline, context)
            shutOutput(context, promise: nil)
        case .close:
            context.close(promise: nil)
        }
    }

    /// One timer a connection: it is set again only for an earlier deadline, and asks the machine when it fires.
    private func schedule(_ deadline: Int64, _ context: ChannelHandlerContext) {
        guard timer == nil || deadline < timerDeadline else {
            return
        }
        timer?.cancel()
        timerDeadline = deadline
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(deadline))) {
            let (handler, context) = bound.value
            handler.timer = nil
            handler.timerDeadline = .max
            handler.perform(handler.machine.timer(now: handler.now(context)), context)
        }
    }
}

@available(*, unavailable)
extension RequestTimeoutHandler: Sendable {}
