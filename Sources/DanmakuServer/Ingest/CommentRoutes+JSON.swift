import DanmakuPipeline
import Hummingbird

extension CommentRoutes {
    /// Offers a decoded body as a source that cannot wait.
    ///
    /// - Throws: 429 or 503 if nothing was taken.
    func offer(
        _ output: BodyDecoder.Output,
        from source: IntakeSource,
        waitsForScores: Bool
    ) async throws -> Response {
        _ = spend(output.count, of: source.client)
        let scored = Signal()
        let watch = waitsForScores ? ResultWatch { scored.fire() } : nil
        var offering = Offering(output.chunk, receivedAt: time.now())
        _ = intake.offer(&offering, from: source, .refuses, watch: watch)
        let settlement = offering.takeSettlement()
        var answer = CommentAnswer()
        answer.add(settlement)
        if answer.isEmpty, answer.counts.shed > 0 {
            throw loadFailure(offering.shedReason)
        }
        guard let watch else {
            return answer.accepted(firstItem: 0)
        }
        watch.expect(offering.watched)
        await scored.wait(atMost: configuration.scoredTimeout, clock: clock)
        return scoredResponse(offering, settlement.rejections, results: watch.results)
    }

    /// Why nothing was taken: the whole server is full, or the rooms are over their rate.
    private func loadFailure(_ reason: Offering.ShedReason?) -> HTTPFailure {
        switch reason {
        case .rate:
            HTTPFailure(.rateLimited, "The room is over its rate of comments.", retryAfterSeconds: 1)
        case .load, nil:
            HTTPFailure(.overloaded, "The queue of comments is full.", retryAfterSeconds: 1)
        }
    }

    /// `200` with one element for each item: its result, or why it has no result.
    private func scoredResponse(
        _ offering: Offering,
        _ rejections: [Rejection],
        results: [UInt64: [UInt8]]
    ) -> Response {
        var errors: [UInt64: String] = [:]
        for comment in offering.unwatched {
            errors[comment.item] = MissingResult(comment.reason).rawValue
        }
        for rejection in rejections {
            errors[rejection.item] = rejection.error.rawValue
        }
        var writer = JSONWriter(capacity: 64 + offering.count * 256)
        writer.raw("{\"results\":[")
        for item in 0..<UInt64(offering.count) {
            if item > 0 {
                writer.raw(",")
            }
            if let result = results[item] {
                writer.raw(result)
            } else {
                writer.raw("{\"error\":")
                writer.string(errors[item] ?? MissingResult.timeout.rawValue)
                writer.raw("}")
            }
        }
        writer.raw("]}")
        return .json(writer.bytes)
    }
}

/// Why an element of `?wait=scored` has no result though its comment was valid; the raw value is the code on the wire.
package enum MissingResult: String, CaseIterable {
    /// It was queued, and its result did not come in time; it will be published.
    case timeout
    /// A comment with this id was queued before.
    case duplicate
    /// It was shed, or followed one that was shed, because a room was over its rate.
    case rateLimited = "rate_limited"
    /// It was shed because the queue is full.
    case overloaded

    init(_ reason: Offering.Unwatched.Reason) {
        switch reason {
        case .duplicate: self = .duplicate
        case .shed(.rate): self = .rateLimited
        case .shed(.load): self = .overloaded
        }
    }
}
