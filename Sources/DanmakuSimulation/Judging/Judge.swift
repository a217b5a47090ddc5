import DanmakuPipeline
import DanmakuServer

/// Judges a run that is over by what the README and the contract promise.
struct Judge {
    private let world: World
    private let termination: Int64

    init(_ world: World) {
        self.world = world
        termination = world.scenario.termination
    }

    /// Which promises were broken.
    func failures() -> [String] {
        var found = world.witness.failures
        found += accounts()
        found += ends()
        found += accepts()
        found += world.sources.enumerated()
            .flatMap { number, source in
                sourceFailures(source).map { "source \(number): \($0)" }
            }
        found += world.posters.enumerated()
            .flatMap { number, poster in
                posterFailures(poster).map { "poster \(number): \($0)" }
            }
        found += world.readers.enumerated()
            .flatMap { number, reader in
                readerFailures(reader).map { "reader \(number): \($0)" }
            }
        return found
    }

    // MARK: The server

    /// The accounting identity, and everything at zero.
    private func accounts() -> [String] {
        var found: [String] = []
        let server = world.server
        let metrics = server.parts.pipeline.metrics()
        if !metrics.identityHolds {
            found.append("\(metrics.unaccounted) comments are not accounted for")
        }
        let left = metrics.queueComments + metrics.inFlightComments
        if left > 0 {
            found.append("\(left) comments are left in the queue")
        }
        let dropped = metrics.dropped.reduce(0, +)
        if metrics.intake.accepted - dropped - left != world.witness.comments {
            found.append("\(metrics.intake.accepted) accepted, \(dropped) dropped, \(world.witness.comments) published")
        }
        let budget = server.parts.pipeline.intake.budget
        if budget.used != 0 || budget.usedBytes != 0 || budget.waiting != 0 {
            found.append("the queue holds \(budget.used) places, \(budget.usedBytes) bytes, \(budget.waiting) waiters")
        }
        for budget in server.parts.budgets.all where budget.held != 0 {
            found.append("budget \(budget.name) holds \(budget.held)")
        }
        return found
    }

    /// A listener that cannot accept does not try all the time.
    private func accepts() -> [String] {
        guard let without = world.scenario.withoutDescriptors else {
            return []
        }
        let most = Int((without.upperBound - without.lowerBound) / AcceptErrorHandler.pauseNanoseconds) + 2
        return VirtualNetwork.Port.allCases.compactMap { port in
            let failed = world.network.failedAccepts[port, default: 0]
            return failed > most ? "\(failed) times a connection of \(port) was not accepted" : nil
        }
    }

    /// Everything has ended.
    private func ends() -> [String] {
        var found: [String] = []
        if let problem = world.server.problem, !world.wasGivenUp {
            found.append("a service failed: \(problem)")
        }
        if world.endedAt == nil {
            found.append("the server has not ended")
        }
        let open = world.network.connections.filter(\.isOpenAtServer).map(\.number)
        if !open.isEmpty || world.server.parts.open.count > 0 || world.server.parts.ingest.counters.snapshot.open > 0 {
            found.append("connections \(open) are open after the end")
        }
        return found
    }

    // MARK: Sources

    private func sourceFailures(_ source: SimulatedSource) -> [String] {
        var found = source.malformed.map { "malformed answer \($0)" }
        var before = SimulatedSource.Acknowledgement()
        for now in source.acknowledgements {
            if now.lines != now.accepted + now.duplicate + now.rejected + now.shed {
                found.append("\(now) does not add up")
            }
            if now.lines < before.lines || now.accepted < before.accepted || now.rejected < before.rejected {
                found.append("\(now) follows \(before)")
            }
            before = now
        }
        guard before.lines <= source.plan.items.count else {
            return found + ["\(before.lines) lines are acknowledged, \(source.plan.items.count) were sent"]
        }
        found += prefixFailures(source, before)
        found += endFailures(source, before)
        return found
    }

    /// What the acknowledged lines came to.
    private func prefixFailures(
        _ source: SimulatedSource,
        _ acknowledged: SimulatedSource.Acknowledgement
    ) -> [String] {
        var found: [String] = []
        let refused = Dictionary(
            source.errors.compactMap { error in error.line.map { ($0 - source.firstLine, error.code) } },
            uniquingKeysWith: { first, _ in first }
        )
        // An acknowledgement may come before the errors that it counts: a client that went may lack some.
        let isWhole = source.hasEnded
        var rejected = 0
        var comments: [SimulatedComment] = []
        for (index, item) in source.plan.items.prefix(acknowledged.lines).enumerated() {
            switch item {
            case .invalid:
                rejected += 1
                if refused[index] == nil, isWhole {
                    found.append("item \(index) is bad and was not refused")
                }
            case .comment(let comment):
                if refused[index] == "room_limit" {
                    rejected += 1
                } else if let code = refused[index], code != "line_timeout", code != "line_too_long" {
                    found.append("item \(index) was refused as \(code)")
                } else {
                    comments.append(comment)
                }
            }
        }
        if isWhole, acknowledged.rejected != rejected {
            found.append("\(acknowledged.rejected) lines were rejected, \(rejected) are bad")
        }
        if acknowledged.shed == 0, acknowledged.rejected == rejected {
            for comment in comments where world.witness.published[comment.id] == nil {
                found.append("\(comment.id) was acknowledged and never published")
            }
        }
        return found
    }

    /// Whether the source got the answers that it is owed.
    private func endFailures(
        _ source: SimulatedSource,
        _ acknowledged: SimulatedSource.Acknowledgement
    ) -> [String] {
        guard source.plan.reads, source.connection?.channel != nil, !world.wasGivenUp else {
            return []
        }
        switch source.plan.ending {
        case .resets, .leaves: return []
        case .finishes, .stays, .stopsWithinLine: break
        }
        guard source.hasEnded, !source.failedBeforeEnd else {
            return ["its connection was not ended in good order"]
        }
        let isTold = source.errors.contains { $0.line == nil || $0.code.hasPrefix("line_") }
        guard !isTold else {
            return []
        }
        guard case .finishes = source.plan.ending, source.sentAllAt != nil else {
            return ["its connection was ended without a reason"]
        }
        if source.plan.wantsAcknowledgements, acknowledged.lines != source.plan.items.count {
            return ["\(acknowledged.lines) of \(source.plan.items.count) lines are acknowledged"]
        }
        return []
    }

    // MARK: Posters

    private func posterFailures(_ poster: SimulatedPoster) -> [String] {
        var found = poster.problems
        for (number, exchange) in poster.exchanges.enumerated() {
            found += exchangeFailures(exchange, of: poster).map { "post \(number): \($0)" }
        }
        return found
    }

    private func exchangeFailures(_ exchange: SimulatedPoster.Exchange, of poster: SimulatedPoster) -> [String] {
        guard let answer = exchange.answer else {
            return isOwed(exchange) ? ["no answer"] : []
        }
        let items = exchange.post.items
        switch answer.status {
        case 202:
            return countFailures(answer.body, exchange)
        case 200 where exchange.post.format == .texts:
            let count = (answer.body["results"] as? [Any])?.count ?? 0
            return count == 3 ? [] : ["\(count) scores for 3 texts"]
        case 200 where exchange.post.format == .rooms:
            return answer.body["rooms"] is [Any] ? [] : ["no list of rooms: \(answer.body)"]
        case 200:
            return resultFailures(answer.body, items)
        case 429, 503, 408:
            return []
        default:
            return ["answer \(answer.status) \(answer.body)"]
        }
    }

    /// A request that was there before SIGTERM is answered, unless its client went.
    private func isOwed(_ exchange: SimulatedPoster.Exchange) -> Bool {
        guard let sentAt = exchange.sentAllAt, !world.wasGivenUp else {
            return false
        }
        switch exchange.post.ending {
        case .resets, .stalls: return false
        case .complete, .completeAndHalfClosed: break
        }
        return arrivesInTime(sentAt, on: exchange.connection)
    }

    /// Whether what was sent at a time reached the server before SIGTERM.
    ///
    /// It arrives two delays later, or when the connection is accepted. A listener that found no descriptor does not try
    /// again before its pause is over, so that connections which came meanwhile may still wait at SIGTERM; the listener
    /// closes then, and the kernel refuses them.
    private func arrivesInTime(_ sentAt: Int64, on connection: VirtualConnection) -> Bool {
        let arrival = sentAt + 2 * world.scenario.latency
        if let acceptedAt = connection.acceptedAt {
            return max(arrival, acceptedAt) < termination
        }
        guard let without = world.scenario.withoutDescriptors, let connectedAt = connection.connectedAt,
            without.lowerBound <= connectedAt
        else {
            return arrival < termination
        }
        let triesAgainAt = without.upperBound + AcceptErrorHandler.pauseNanoseconds + VirtualNetwork.resumption
        return max(arrival, triesAgainAt) < termination
    }

    private func countFailures(_ body: [String: Any], _ exchange: SimulatedPoster.Exchange) -> [String] {
        let items = exchange.post.items
        guard let accepted = body["accepted"] as? Int, let duplicate = body["duplicate"] as? Int,
            let rejected = body["rejectedTotal"] as? Int, let shed = body["shed"] as? Int
        else {
            return ["counts \(body)"]
        }
        let total = accepted + duplicate + rejected + shed
        let isWhole = exchange.sentAllAt != nil && exchange.post.format == .array
        guard total <= items.count, !isWhole || total == items.count else {
            return ["\(body) of \(items.count) items"]
        }
        var refused: Set<Int> = []
        for rejection in body["rejected"] as? [[String: Any]] ?? [] {
            if let index = rejection["index"] as? Int {
                refused.insert(index)
            }
        }
        // A body sheds its last items; where a stream sheds, it is a room's rate, and nobody can say which.
        guard exchange.post.format == .array || shed == 0 else {
            return []
        }
        var found: [String] = []
        for (index, item) in items.prefix(total).enumerated() {
            switch item {
            case .invalid:
                if !refused.contains(index) {
                    found.append("item \(index) is bad and was not refused")
                }
            case .comment(let comment):
                if !refused.contains(index), shed == 0, world.witness.published[comment.id] == nil {
                    found.append("\(comment.id) was accepted and never published")
                }
            }
        }
        return found
    }

    private func resultFailures(_ body: [String: Any], _ items: [SimulatedItem]) -> [String] {
        guard let results = body["results"] as? [[String: Any]], results.count == items.count else {
            return ["\((body["results"] as? [Any])?.count ?? 0) results for \(items.count) items"]
        }
        var found: [String] = []
        for (index, (result, item)) in zip(results, items).enumerated() {
            switch item {
            case .invalid:
                if result["error"] == nil {
                    found.append("item \(index) is bad and has a result")
                }
            case .comment(let comment):
                if let seq = result["seq"] as? Int {
                    if result["id"] as? String != comment.id || world.witness.seqs[comment.id] != UInt64(seq) {
                        found.append("item \(index) \(comment.id) has the result of another: \(result)")
                    }
                } else if result["error"] as? String == "duplicate", world.witness.published[comment.id] == nil {
                    found.append("\(comment.id) is a duplicate of nothing")
                }
            }
        }
        return found
    }

    // MARK: Readers

    private func readerFailures(_ reader: SimulatedReader) -> [String] {
        reader.problems
            + reader.streams.enumerated()
            .flatMap { number, stream in
                (stream.judge.failures + endFailures(stream)).map { "stream \(number): \($0)" }
            }
    }

    /// A stream that is read gets its last word, and everything before it.
    private func endFailures(_ stream: SimulatedReader.Stream) -> [String] {
        guard stream.visit.appetite == .eager, !stream.hasLeft, !world.wasGivenUp else {
            return []
        }
        guard stream.judge.isGreeted else {
            let isAnswered = stream.judge.end == "overloaded" || (stream.status ?? 0) >= 400
            let isOwed = arrivesInTime(stream.visit.startsAt, on: stream.connection)
            return isAnswered || !isOwed ? [] : ["it was neither let in nor refused"]
        }
        guard stream.judge.end == "bye", let endedAt = stream.judge.endedAt else {
            return ["it was healthy and ended with \(stream.judge.end ?? "nothing")"]
        }
        guard stream.hasEnded || stream.hasFailed else {
            return ["its connection was not closed after bye"]
        }
        return stream.judge.missing(publishedBefore: endedAt - 3 * world.scenario.latency)
    }
}
