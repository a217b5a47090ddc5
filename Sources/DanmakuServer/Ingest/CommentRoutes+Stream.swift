import DanmakuPipeline
import HTTPTypes
import Hummingbird
import NIOCore

extension CommentRoutes {
    /// Takes an NDJSON body of any length, part by part, and waits while the pipeline is full.
    ///
    /// A body that breaks off is answered nothing (nobody is there); a drain ends it after the part that was read.
    func stream(
        _ body: RequestBody,
        client: ClientAddress,
        room: CommentDecoder.FixedRoom?
    ) async throws -> Response {
        var decoder = LineDecoder(maxLineBytes: configuration.maxLineBytes, expectsHello: false, fixedRoom: room)
        var answer = CommentAnswer()
        for try await part in body {
            let output = part.withUnsafeReadableBytes { decoder.decode($0) }
            if let response = try await take(output, client: client, &answer) {
                return response
            }
            if readiness.isDraining {
                return try draining(answer)
            }
        }
        return try await take(decoder.finish(), client: client, &answer) ?? answer.accepted(firstItem: 1)
    }

    /// Offers what one part held until all of it is taken; gives the response if the stream ends with it.
    private func take(
        _ output: LineDecoder.Output,
        client: ClientAddress,
        _ answer: inout CommentAnswer
    ) async throws -> Response? {
        let receivedAt = time.now()
        let chunk = output.chunk
        let rejections = chunk.rejections
        if !rejections.isEmpty {
            pipeline.countRejected(rejections.count)
            answer.add(OfferOutcome(next: 0), own: rejections)
        }
        var next = 0
        while next < chunk.comments.count {
            let signal = Signal()
            let waiter = DemandWaiter { signal.fire() }
            let outcome = pipeline.offer(chunk, from: next, mode: .waits(waiter), client: client, now: receivedAt)
            answer.add(outcome, own: [])
            next = outcome.next
            if next < chunk.comments.count {
                await signal.wait()
                try Task.checkCancellation()
            }
        }
        if let line = output.tooLongLine {
            return answer.lineTooLong(line, limit: configuration.maxLineBytes)
        }
        let delay = spend(chunk.comments.count + rejections.count, of: client)
        if delay > .zero {
            try await clock.sleep(for: delay)
        }
        return nil
    }

    /// The answer to a stream that a drain ends: its counts, or 503 if nothing was taken.
    private func draining(_ answer: CommentAnswer) throws(HTTPFailure) -> Response {
        guard !answer.isEmpty else {
            throw HTTPFailure(
                .draining,
                "The server is stopping.",
                retryAfterSeconds: 5,
                headers: [.connection: "close"]
            )
        }
        var response = answer.accepted(firstItem: 1)
        response.headers[.connection] = "close"
        return response
    }
}
