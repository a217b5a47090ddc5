package import DanmakuPipeline

extension IngestConnection.StateMachine {
    /// The tally, if an acknowledgement is due; called after lines were dealt with and at deadlines.
    package mutating func dueAcknowledgement(now: Int64) -> IntakeCounts? {
        guard let deadline = acknowledgeAt, !isHeld(.answers), isAnswering,
            now >= deadline || tally.total - acknowledged >= limits.acknowledgeLines
        else {
            return nil
        }
        return acknowledge()
    }

    /// The tally for the last answer, if the client wants one.
    package mutating func lastAcknowledgement() -> IntakeCounts? {
        wantsAcknowledgements ? acknowledge() : nil
    }

    /// A deadline came.
    ///
    /// - Parameters:
    ///   - waiting: The bytes of answers that wait in the channel.
    ///   - now: The time.
    /// - Returns: What to do.
    package mutating func timer(waiting: Int, now: Int64) -> Action {
        switch state {
        case .open(let holds):
            if let firstLineBy, holds == .reading, firstLineBy <= now {
                return end(.failed(.lineTimeout(line: 1)), now: now)
            }
            if let unfinished, holds == .reading, unfinished.deadline <= now {
                return end(.failed(.lineTimeout(line: unfinished.line)), now: now)
            }
            if isStalled(waiting: waiting, now: now) {
                return shutOutput(now: now)
            }
            if holds.contains(.rate), paidAt <= now {
                release(.rate, now: now)
                return .take
            }
            return .none
        case .finishing:
            return isStalled(waiting: waiting, now: now) ? shutOutput(now: now) : .none
        case .flushing(let deadline, let inputEnded):
            guard deadline <= now else {
                return .none
            }
            if inputEnded {
                state = .closed
                return .close
            }
            return shutOutput(now: now)
        case .discarding(let deadline):
            guard deadline <= now else {
                return .none
            }
            state = .closed
            return .close
        case .closed:
            return .none
        }
    }

    /// When ``timer(waiting:now:)`` or ``dueAcknowledgement(now:)`` has something to say next.
    package var deadline: Int64? {
        switch state {
        case .open(let holds):
            let isReading = holds == .reading
            return earliest(
                isReading ? firstLineBy : nil,
                isReading ? unfinished?.deadline : nil,
                holds.contains(.rate) ? paidAt : nil,
                stall?.deadline,
                holds.contains(.answers) ? nil : acknowledgeAt
            )
        case .finishing(_, _, let holds):
            return earliest(stall?.deadline, holds.contains(.answers) ? nil : acknowledgeAt)
        case .flushing(let deadline, _), .discarding(let deadline):
            return deadline
        case .closed:
            return nil
        }
    }

    private mutating func acknowledge() -> IntakeCounts {
        acknowledged = tally.total
        acknowledgeAt = nil
        return tally
    }

    private mutating func isStalled(waiting: Int, now: Int64) -> Bool {
        guard let current = stall, current.deadline <= now else {
            return false
        }
        // One byte now and then is not reading.
        guard waiting <= current.bytes - limits.progressBytes else {
            return true
        }
        stall = (waiting, now + limits.progressTimeout)
        return false
    }

    private func earliest(_ times: Int64?...) -> Int64? {
        times.lazy.compactMap { $0 }.min()
    }
}
