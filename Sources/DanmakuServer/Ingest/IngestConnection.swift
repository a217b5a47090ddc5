package import DanmakuPipeline
import Logging
package import NIOCore

/// One TCP ingest connection: lines in, acknowledgements and errors out.
///
/// The driver of ``StateMachine``: it decodes and offers what was read, chunk by chunk, and reads more only when all of
/// it is taken and answered. Input that arrives without a read (NIO reads to the end when a client shuts its side)
/// waits here undecoded, bounded by the socket's receive buffer. There is no task and no executor hop per comment.
package final class IngestConnection: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// Fired into a connection's pipeline when the server drains.
    package struct DrainEvent: Sendable {
        /// Creates the event.
        package init() {}
    }

    /// Fired by ``ProxyHeaderHandler``: who the client is, or why it is not let in.
    enum IdentifiedEvent {
        case client(ClientAddress)
        case refused(IngestFailure)
    }

    let intake: Intake
    let counters: IngestCounters
    let eventLoop: any EventLoop
    var client = ClientAddress.unknown
    /// Set once the client is let in.
    var source: IntakeSource?
    var machine: StateMachine
    var decoder: LineDecoder
    var context: ChannelHandlerContext?
    var input = UntakenInput()
    var isTaking = false
    /// Set while the pipeline is to call back.
    var wait: DemandToken?
    /// Set from the pipeline's call to the next offer.
    var hasTurn = false

    private let time: any TimeSource
    private let waiting: ClientBudget
    private let hasProxy: Bool
    private let admit: (ClientAddress) -> IngestFailure?
    private var preface = Preface()
    /// The bytes of the budget that this connection holds.
    private var reserved = 0
    private var timer: Scheduled<Void>?
    private var timerDeadline = Int64.max

    /// Creates the handler of one connection.
    ///
    /// - Parameters:
    ///   - configuration: The limits.
    ///   - intake: Where comments go.
    ///   - time: Stamps what was read.
    ///   - counters: Of the whole port.
    ///   - waiting: The budget of bytes that are read and not taken.
    ///   - eventLoop: The connection's.
    ///   - admit: Asked once, when the client is known; says why it is not let in.
    package init(
        configuration: IngestConfiguration,
        intake: Intake,
        time: any TimeSource,
        counters: IngestCounters,
        waiting: ClientBudget,
        eventLoop: any EventLoop,
        admit: @escaping (ClientAddress) -> IngestFailure?
    ) {
        self.intake = intake
        self.time = time
        self.counters = counters
        self.waiting = waiting
        hasProxy = configuration.proxyProtocol == .require
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
        if !hasProxy {
            start(ClientAddress(context.remoteAddress))
        }
        context.fireChannelActive()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        gone()
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let action = machine.received()
        if action == .take {
            let buffer = unwrapInboundIn(data)
            if preface.isUndecided, let foreign = preface.look(at: buffer.readableBytesView) {
                return perform(machine.failed(.foreign(foreign), now: now))
            }
            input.append(.bytes(buffer, time.now()))
        }
        perform(action)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            let action = machine.endedInput()
            if action == .take {
                input.append(.end(time.now()))
            }
            perform(action)
        case is DrainEvent:
            perform(machine.drain(now: now))
        case IdentifiedEvent.client(let client):
            start(client)
        case IdentifiedEvent.refused(let failure):
            perform(machine.started(refusal: failure, now: now))
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

    var now: Int64 {
        Int64(eventLoop.now.uptimeNanoseconds)
    }

    private var waitingAnswerBytes: Int {
        let option = try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)
        return option ?? 0
    }

    private func start(_ client: ClientAddress) {
        self.client = client
        source = intake.source(of: client)
        perform(machine.started(refusal: source == nil ? .draining : admit(client), now: now))
    }

    private func gone() {
        timer?.cancel()
        timer = nil
        timerDeadline = .max
        context = nil
        machine.closed()
        dropInput()
    }

    func perform(_ action: StateMachine.Action) {
        switch action {
        case .none:
            break
        case .read:
            context?.read()
        case .take:
            take()
            account()
        case .end(let reason):
            dropInput()
            writeEnd(reason)
        case .shutOutput:
            dropInput()
            context?.close(mode: .output, promise: nil)
        case .close:
            context?.close(promise: nil)
        }
        schedule()
    }

    /// Drops what is not taken, and the place among the sources that wait: a connection that ends holds nothing.
    func dropInput() {
        if let wait {
            intake.cancel(wait)
            self.wait = nil
        }
        let lines = input.drop()
        if lines > 0 {
            counters.abandoned(lines: lines)
        }
        waiting.release(reserved, for: client)
        reserved = 0
    }

    /// Reserves what is held in the budget of waiting bytes, or ends the connection if there is no room for it.
    private func account() {
        let held = input.bytes
        guard !isTaking, held != reserved else {
            return
        }
        if held < reserved {
            waiting.release(reserved - held, for: client)
            reserved = held
            return
        }
        switch waiting.reserve(held - reserved, for: client) {
        case nil:
            reserved = held
        case .full:
            perform(machine.failed(.overloaded, now: now))
        case .addressFull:
            perform(machine.failed(.tooManyFromAddress, now: now))
        }
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
