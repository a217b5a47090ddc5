package import DanmakuPipeline
import Logging
package import NIOCore

/// One TCP ingest connection: lines in, acknowledgements and errors out.
///
/// The driver of ``StateMachine``: it decodes and offers what was read, chunk by chunk, and asks the socket for more only
/// when all of it is taken and answered. What arrives unasked (NIO reads on to the end when a client shuts its side) waits
/// here as it came, bounded by the socket's receive buffer. There is no task and no executor hop for a comment.
package final class IngestConnection: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// Fired into a connection's pipeline when the server drains.
    package struct DrainEvent: Sendable {
        /// Creates the event.
        package init() {}
    }

    /// What was read and not decoded yet.
    private enum Arrival {
        case bytes(ByteBuffer, Timestamp)
        case end(Timestamp)
    }

    /// A decoded chunk on its way into the pipeline.
    private struct Taking {
        var output: LineDecoder.Output
        var receivedAt: Timestamp
        /// The first comment that is not dealt with.
        var next = 0
        /// The first rejection that is not counted.
        var nextRejection = 0
        /// The rejections that are counted, and how many of them are answered.
        var answers: [Rejection] = []
        var answered = 0
    }

    /// Answers are written in pieces of this size, so that a chunk of nothing but bad lines cannot fill the memory.
    private static let answerBytes = 16 * 1024

    private let pipeline: Pipeline
    private let time: any TimeSource
    private let counters: IngestCounters
    private let admit: () -> IngestFailure?
    private var client = ClientAddress.unknown
    private var machine: StateMachine
    private var decoder: LineDecoder
    private var context: ChannelHandlerContext?
    private let eventLoop: any EventLoop
    private var backlog = CircularBuffer<Arrival>()
    private var taking: Taking?
    private var isTaking = false
    private var isWaiting = false
    private var timer: Scheduled<Void>?
    private var timerDeadline = Int64.max

    /// Creates the handler of one connection.
    ///
    /// - Parameters:
    ///   - configuration: The limits.
    ///   - pipeline: Where comments go.
    ///   - time: Stamps what was read.
    ///   - counters: Of the whole port.
    ///   - eventLoop: The connection's.
    ///   - admit: Asked once, when the connection is active; says why it is not let in.
    package init(
        configuration: IngestConfiguration,
        pipeline: Pipeline,
        time: any TimeSource,
        counters: IngestCounters,
        eventLoop: any EventLoop,
        admit: @escaping () -> IngestFailure?
    ) {
        self.pipeline = pipeline
        self.time = time
        self.counters = counters
        self.eventLoop = eventLoop
        self.admit = admit
        machine = StateMachine(limits: StateMachine.Limits(configuration))
        decoder = LineDecoder(maxLineBytes: configuration.maxLineBytes, expectsHello: true)
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        gone()
    }

    package func channelActive(context: ChannelHandlerContext) {
        client = ClientAddress(context.remoteAddress)
        perform(machine.started(refusal: admit(), now: now))
        context.fireChannelActive()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        gone()
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let action = machine.received()
        if action == .take {
            backlog.append(.bytes(unwrapInboundIn(data), time.now()))
        }
        perform(action)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            let action = machine.endedInput()
            if action == .take {
                backlog.append(.end(time.now()))
            }
            perform(action)
        case is DrainEvent:
            perform(machine.drain())
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        perform(machine.changedWritability(isWritable: isWritable, waiting: waitingAnswerBytes, now: now))
        context.fireChannelWritabilityChanged()
    }

    /// A reset or a failed write: the client is gone, and nothing of it is worth a log line.
    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private var now: Int64 {
        Int64(eventLoop.now.uptimeNanoseconds)
    }

    private var waitingAnswerBytes: Int {
        let option = try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)
        return option ?? 0
    }

    private func gone() {
        timer?.cancel()
        timer = nil
        timerDeadline = .max
        context = nil
        machine.closed()
    }

    private func perform(_ action: StateMachine.Action) {
        switch action {
        case .none:
            break
        case .read:
            context?.read()
        case .take:
            take()
        case .end(let reason):
            writeEnd(reason)
        case .shutOutput:
            context?.close(mode: .output, promise: nil)
        case .close:
            context?.close(promise: nil)
        }
        schedule()
    }

    /// Takes what was read, as far as the pipeline and the client's reading allow.
    private func take() {
        // A write may change the writability at once and come back here.
        guard !isTaking else {
            return
        }
        isTaking = true
        defer { isTaking = false }
        while !isWaiting, taking != nil || decodeNext() {
            offer()
            acknowledgeIfDue()
            guard answer() else {
                return
            }
            guard !isWaiting else {
                return
            }
            let tooLongLine = taking?.output.tooLongLine
            taking = nil
            if let tooLongLine {
                backlog.removeAll()
                return perform(machine.failed(.lineTooLong(line: tooLongLine), now: now))
            }
        }
        if !isWaiting {
            perform(machine.emptied(now: now))
        }
    }

    /// Decodes the next arrival; false if there is none.
    private func decodeNext() -> Bool {
        guard let arrival = backlog.popFirst() else {
            return false
        }
        let output: LineDecoder.Output
        let receivedAt: Timestamp
        switch arrival {
        case .bytes(let buffer, let time):
            output = buffer.withUnsafeReadableBytes { decoder.decode($0) }
            receivedAt = time
        case .end(let time):
            output = decoder.finish()
            receivedAt = time
        }
        if let hello = output.hello {
            machine.greeted(wantsAcknowledgements: hello.wantsAcknowledgements)
        }
        machine.left(unfinishedLine: decoder.unfinishedLine, now: now)
        taking = Taking(output: output, receivedAt: receivedAt)
        return true
    }

    /// Offers what is left of the chunk and counts every line up to the first comment that has to wait.
    private func offer() {
        guard var current = taking else {
            return
        }
        taking = nil
        var counts = IngestTally()
        var roomRejections: [Rejection] = []
        let comments = current.output.chunk.comments
        if current.next < comments.count {
            let outcome = pipeline.offer(
                current.output.chunk,
                from: current.next,
                mode: .waits(waiter()),
                client: client,
                now: current.receivedAt
            )
            counts = IngestTally(outcome)
            roomRejections = outcome.rejections
            current.next = outcome.next
        }
        var bound = UInt64.max
        if current.next < comments.count {
            isWaiting = true
            machine.blocked()
            bound = comments[current.next].item
        }
        let rejections = current.output.chunk.rejections
        let first = current.nextRejection
        while current.nextRejection < rejections.count, rejections[current.nextRejection].item < bound {
            current.nextRejection += 1
        }
        let own = rejections[first..<current.nextRejection]
        if !own.isEmpty {
            pipeline.countRejected(own.count)
        }
        current.answers.append(contentsOf: own)
        if !roomRejections.isEmpty {
            current.answers.append(contentsOf: roomRejections)
            current.answers[current.answered...].sort { $0.item < $1.item }
        }
        counts.rejected = own.count + roomRejections.count
        counters.dealt(lines: counts.lines, errors: counts.rejected)
        machine.dealt(counts, now: now)
        taking = current
    }

    private func waiter() -> DemandWaiter {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let eventLoop = eventLoop
        return DemandWaiter {
            eventLoop.execute {
                let connection = bound.value
                connection.isWaiting = false
                connection.perform(connection.machine.resumed(now: connection.now))
            }
        }
    }

    /// Writes the answers to bad lines; false if the client has to read some of them first.
    private func answer() -> Bool {
        while let current = taking, current.answered < current.answers.count {
            guard let context, machine.isAnswering else {
                taking?.answered = current.answers.count
                return true
            }
            guard context.channel.isWritable else {
                return false
            }
            var writer = JSONWriter(capacity: Self.answerBytes + 128)
            var answered = current.answered
            while answered < current.answers.count, writer.bytes.count < Self.answerBytes {
                writer.answer(current.answers[answered])
                answered += 1
            }
            taking?.answered = answered
            write(writer, context)
        }
        return true
    }

    private func acknowledgeIfDue() {
        guard let context, let tally = machine.dueAcknowledgement(now: now) else {
            return
        }
        var writer = JSONWriter(capacity: 128)
        writer.acknowledgement(tally)
        write(writer, context)
    }

    private func writeEnd(_ reason: StateMachine.End) {
        guard let context else {
            return
        }
        var writer = JSONWriter(capacity: 192)
        if case .failed(let failure) = reason {
            writer.answer(failure)
            counters.dealt(lines: 0, errors: 1)
        }
        if let tally = machine.lastAcknowledgement() {
            writer.acknowledgement(tally)
        }
        // What the client still sends is thrown away, and has to be read for that.
        context.read()
        let promise = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        promise.futureResult.whenSuccess {
            let connection = bound.value
            connection.perform(connection.machine.flushed(now: connection.now))
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: writer.bytes)), promise: promise)
    }

    private func write(_ writer: JSONWriter, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: writer.bytes)), promise: nil)
    }

    /// One timer a connection: it is set again only for an earlier deadline, and asks the machine when it fires.
    private func schedule() {
        guard context != nil, let deadline = machine.deadline, deadline < timerDeadline else {
            return
        }
        timer?.cancel()
        timerDeadline = deadline
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(max(0, deadline)))) {
            let connection = bound.value
            connection.timer = nil
            connection.timerDeadline = .max
            connection.acknowledgeIfDue()
            connection.perform(connection.machine.timer(waiting: connection.waitingAnswerBytes, now: connection.now))
        }
    }
}

@available(*, unavailable)
extension IngestConnection: Sendable {}
