import DanmakuPipeline
import NIOCore

/// The way of what was read into the pipeline, and of the answers out.
extension IngestConnection {
    /// Answers are written in pieces of this size, so that a chunk of nothing but bad lines cannot fill the memory.
    private static let answerBytes = 16 * 1024

    /// Takes what was read, as far as the pipeline and the client's reading allow.
    func take() {
        // A write may change the writability at once and come back here.
        guard !isTaking else {
            return
        }
        isTaking = true
        defer { isTaking = false }
        while wait == nil, input.taking != nil || decodeNext() {
            offer()
            acknowledgeIfDue()
            guard answer() else {
                return
            }
            guard wait == nil else {
                return
            }
            let tooLongLine = input.taking?.tooLongLine
            input.taking = nil
            if let tooLongLine {
                return perform(machine.failed(.lineTooLong(line: tooLongLine), now: now))
            }
        }
        if wait == nil {
            perform(machine.emptied(now: now))
        }
    }

    /// Decodes the next arrival; false if there is none.
    func decodeNext() -> Bool {
        guard let arrival = input.popFirst() else {
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
        if decoder.line > 0 {
            machine.finishedLine()
        }
        input.taking = UntakenInput.Taking(
            offering: Offering(output.chunk, receivedAt: receivedAt),
            tooLongLine: output.tooLongLine
        )
        return true
    }

    /// Offers what is left of the chunk, and tells the machine what was taken and what is settled.
    func offer() {
        guard var current = input.taking.take(), let source else {
            return
        }
        let before = current.offering.taken
        if !current.offering.isTaken {
            wait = intake.offer(&current.offering, from: source, .waits(waiter()))
        }
        if wait != nil {
            machine.blocked()
        }
        machine.took(lines: current.offering.taken - before, now: now)
        let settlement = current.offering.takeSettlement()
        current.answers += settlement.rejections
        counters.dealt(lines: settlement.counts.total, errors: settlement.counts.rejected)
        machine.settled(settlement.counts, now: now)
        input.taking = current
    }

    func waiter() -> DemandWaiter {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let eventLoop = eventLoop
        let waiter = DemandWaiter(hasTurn: hasTurn) {
            eventLoop.execute {
                let connection = bound.value
                guard connection.wait != nil else {
                    // It ended after it was called.
                    return
                }
                connection.wait = nil
                connection.hasTurn = true
                connection.perform(connection.machine.resumed(now: connection.now))
            }
        }
        hasTurn = false
        return waiter
    }

    /// Writes the answers to bad lines; false if the client has to read some of them first.
    func answer() -> Bool {
        while let current = input.taking, current.answered < current.answers.count {
            guard let context, machine.isAnswering else {
                input.taking?.answered = current.answers.count
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
            input.taking?.answered = answered
            write(writer, context)
        }
        return true
    }

    func acknowledgeIfDue() {
        guard let context, let tally = machine.dueAcknowledgement(now: now) else {
            return
        }
        var writer = JSONWriter(capacity: 128)
        writer.acknowledgement(tally)
        write(writer, context)
    }

    func writeEnd(_ reason: StateMachine.End) {
        guard let context else {
            return
        }
        var writer = JSONWriter(capacity: 192)
        switch reason {
        case .clientFinished:
            break
        case .failed(.foreign(.http)):
            writer.answerToHTTP()
            counters.dealt(lines: 0, errors: 1)
        case .failed(let failure):
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

    func write(_ writer: JSONWriter, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: writer.bytes)), promise: nil)
    }
}
