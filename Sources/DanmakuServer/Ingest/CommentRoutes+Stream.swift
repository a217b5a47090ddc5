import DanmakuPipeline
import HTTPTypes
import Hummingbird
import NIOCore

extension CommentRoutes {
    /// One NDJSON request: whose it is, and what became of its lines.
    private struct Stream {
        let client: ClientAddress
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
        of client: ClientAddress,
        on channel: any Channel,
        room: RoomName?
    ) async throws -> Response {
        var stream = Stream(
            client: client,
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
            if readiness.isDraining {
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
        let receivedAt = time.now()
        let chunk = output.chunk
        let rejections = chunk.rejections
        if !rejections.isEmpty {
            pipeline.countRejected(rejections.count)
            stream.answer.add(OfferOutcome(next: 0), own: rejections)
        }
        var next = 0
        var hasTurn = false
        while next < chunk.comments.count {
            let signal = Signal()
            let outcome = pipeline.offer(
                chunk,
                from: next,
                mode: .waits(DemandWaiter(hasTurn: hasTurn) { signal.fire() }),
                client: stream.client,
                now: receivedAt
            )
            stream.answer.add(outcome, own: [])
            next = outcome.next
            guard let wait = outcome.wait else {
                continue
            }
            let bytes = chunk.bytes.count + chunk.comments.count * MemoryLayout<DecodedComment>.stride
            if let refusal = waiting.reserve(bytes, for: stream.client) {
                pipeline.cancel(wait)
                counters.abandoned(lines: chunk.comments.count - next)
                return try refused(refusal, stream.answer)
            }
            await CloseSignal.wait(for: signal, or: stream.channel)
            waiting.release(bytes, for: stream.client)
            // Called or not: a second time changes nothing.
            pipeline.cancel(wait)
            hasTurn = true
            guard stream.channel.isActive, !Task.isCancelled else {
                counters.abandoned(lines: chunk.comments.count - next)
                throw CancellationError()
            }
        }
        if let line = output.tooLongLine {
            return stream.answer.lineTooLong(line, limit: configuration.maxLineBytes)
        }
        let delay = spend(chunk.comments.count + rejections.count, of: stream.client)
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
