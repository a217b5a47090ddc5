import DanmakuPipeline
import HTTPTypes
import Hummingbird
import NIOCore

extension CommentRoutes {
    /// One NDJSON request: whose it is, and what became of its lines.
    private struct Stream {
        let source: IntakeSource
        let channel: any Channel
        var decoder: LineDecoder
        var answer = CommentAnswer()
        /// Since when no line that counts was finished; waits of the server's own are left out.
        var quietSince: Int64
    }

    /// Takes an NDJSON body of any length, part by part, and waits while the pipeline is full.
    ///
    /// A body that breaks off gets no answer, because its client is gone; a drain ends it after the part that was read. A
    /// client that sends bytes but finishes no line in time gets `line_timeout`: the timeout of the request handler restarts
    /// with each byte.
    func stream(
        _ body: RequestBody,
        from source: IntakeSource,
        on channel: any Channel,
        room: RoomName?
    ) async throws -> Response {
        var stream = Stream(
            source: source,
            channel: channel,
            decoder: LineDecoder(maxLineBytes: configuration.maxLineBytes, expectsHello: false, fixedRoom: room),
            quietSince: time.now().nanoseconds
        )
        for try await part in body {
            let output = part.withUnsafeReadableBytes { stream.decoder.decode($0) }
            let counted = output.chunk.comments.count + output.chunk.rejections.count
            if let response = try await take(output, &stream) {
                return response
            }
            if intake.readiness.isDraining {
                return try ended(.draining, "The server is stopping.", retryAfter: 5, stream.answer)
            }
            let now = time.now().nanoseconds
            if counted > 0 {
                stream.quietSince = now
            } else if now - stream.quietSince >= configuration.lineTimeout.wholeNanoseconds {
                return stream.answer.lineTimeout(stream.decoder.line + 1)
            }
        }
        return try await take(stream.decoder.finish(), &stream) ?? stream.answer.accepted(firstItem: 1)
    }

    /// Offers what one part held until all of it is taken; gives the response if the stream ends with it.
    private func take(_ output: LineDecoder.Output, _ stream: inout Stream) async throws -> Response? {
        let client = stream.source.client
        var offering = Offering(output.chunk, receivedAt: time.now())
        var hasTurn = false
        while !offering.isTaken {
            let signal = Signal()
            let waiter = DemandWaiter(hasTurn: hasTurn) { signal.fire() }
            let wait = intake.offer(&offering, from: stream.source, .waits(waiter))
            stream.answer.add(offering.takeSettlement())
            guard let wait else {
                break
            }
            let bytes = offering.memoryBytes
            if let refusal = waiting.reserve(bytes, for: client) {
                intake.cancel(wait)
                counters.abandoned(lines: offering.count - offering.taken)
                return try refused(refusal, stream.answer)
            }
            await CloseSignal.wait(for: signal, or: stream.channel)
            waiting.release(bytes, for: client)
            // Called or not: a second time changes nothing.
            intake.cancel(wait)
            hasTurn = true
            guard stream.channel.isActive, !Task.isCancelled else {
                counters.abandoned(lines: offering.count - offering.taken)
                throw CancellationError()
            }
        }
        if let line = output.tooLongLine {
            return stream.answer.lineTooLong(line, limit: configuration.maxLineBytes)
        }
        let delay = spend(offering.count, of: client)
        if delay > .zero {
            try await clock.sleep(for: delay)
        }
        return nil
    }

    /// The answer to a stream that cannot wait, because waiting streams hold as many bytes as they may.
    private func refused(_ refusal: ClientBudget.Refusal, _ answer: CommentAnswer) throws(HTTPFailure) -> Response {
        switch refusal {
        case .full:
            try ended(.overloaded, "The queue of comments is full.", retryAfter: 1, answer)
        case .addressFull:
            try ended(
                .tooManyFromAddress,
                "This address has too many bytes that wait for the queue.",
                retryAfter: 1,
                answer
            )
        }
    }

    /// The answer to a stream that the server ends: its counts, or a failure if nothing was taken.
    private func ended(
        _ code: HTTPFailure.Code,
        _ message: String,
        retryAfter: Int,
        _ answer: CommentAnswer
    ) throws(HTTPFailure) -> Response {
        guard !answer.isEmpty else {
            throw HTTPFailure(code, message, retryAfterSeconds: retryAfter, headers: [.connection: "close"])
        }
        var response = answer.accepted(firstItem: 1)
        response.headers[.connection] = "close"
        return response
    }
}
