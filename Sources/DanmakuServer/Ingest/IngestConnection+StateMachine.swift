import DanmakuPipeline

extension IngestConnection {
    /// Decides when one connection is read, answered and closed; times are nanoseconds of the event loop's clock.
    package struct StateMachine {
        package private(set) var state = State.open(.reading)
        /// What became of the lines so far.
        package private(set) var tally = IngestTally()

        private let limits: Limits
        private var wantsAcknowledgements = false
        private var acknowledged = 0
        private var acknowledgeAt: Int64?
        private var unfinished: (line: UInt64, deadline: Int64)?
        private var bucket: TokenBucket
        /// When the rate allows the next read.
        private var paidAt = Int64.min
        /// The answers that wait, and when they should have become fewer.
        private var stall: (bytes: Int, deadline: Int64)?

        /// Starts with an accepted connection.
        package init(limits: Limits) {
            self.limits = limits
            // A second's worth may come at once.
            bucket = TokenBucket(rate: limits.clientRate, burst: max(1, limits.clientRate))
        }

        /// The connection is there; it is told so if it is not let in.
        package mutating func started(refusal: IngestFailure?, now: Int64) -> Action {
            refusal.map { end(.failed($0), now: now) } ?? .read
        }

        /// The first line was a hello.
        package mutating func greeted(wantsAcknowledgements wanted: Bool) {
            wantsAcknowledgements = wanted
        }

        /// Bytes came: they are taken, or thrown away if the answer is not `take`.
        package mutating func received() -> Action {
            switch state {
            case .open(let holds):
                state = .open(holds.subtracting(.reading))
                return .take
            case .flushing(_, inputEnded: false), .discarding:
                return .read
            case .finishing, .flushing, .closed:
                return .none
            }
        }

        /// The client shut its side.
        package mutating func endedInput() -> Action {
            switch state {
            case .open(let holds), .finishing(_, let holds):
                state = .finishing(.clientFinished, holds.intersection([.pipeline, .answers]))
                return .take
            case .flushing(let deadline, _):
                state = .flushing(deadline: deadline, inputEnded: true)
                return .none
            case .discarding:
                state = .closed
                return .close
            case .closed:
                return .none
            }
        }

        /// The server stops.
        package mutating func drain() -> Action {
            switch state {
            case .open(let holds):
                state = .finishing(.failed(.draining), holds.intersection([.pipeline, .answers]))
                return .take
            case .finishing, .flushing, .discarding, .closed:
                return .none
            }
        }

        /// What was read holds the beginning of a line that has not ended, or none.
        package mutating func left(unfinishedLine line: UInt64?, now: Int64) {
            guard let line else {
                unfinished = nil
                return
            }
            if unfinished?.line != line {
                unfinished = (line, now + limits.lineTimeout)
            }
        }

        /// Some lines were dealt with.
        package mutating func dealt(_ counts: IngestTally, now: Int64) {
            tally += counts
            if wantsAcknowledgements, tally.lines > acknowledged, acknowledgeAt == nil {
                acknowledgeAt = now + limits.acknowledgeInterval
            }
            let delay = bucket.spend(counts.lines, now: now)
            if delay > 0, case .open(let holds) = state {
                paidAt = now + delay
                state = .open(holds.union(.rate))
            }
        }

        /// The pipeline is full.
        package mutating func blocked() {
            hold(.pipeline)
        }

        /// The pipeline calls back.
        package mutating func resumed(now: Int64) -> Action {
            release(.pipeline, now: now)
            return .take
        }

        /// The channel takes more answers, or no more.
        ///
        /// - Parameters:
        ///   - isWritable: Whether it takes more.
        ///   - waiting: The bytes of answers that wait in it.
        ///   - now: The time.
        /// - Returns: What to do.
        package mutating func changedWritability(isWritable: Bool, waiting: Int, now: Int64) -> Action {
            guard isWritable else {
                hold(.answers)
                stall = stall ?? (waiting, now + limits.progressTimeout)
                return .none
            }
            stall = nil
            release(.answers, now: now)
            return .take
        }

        /// All that was read is taken and answered.
        package mutating func emptied(now: Int64) -> Action {
            switch state {
            case .open(let holds):
                guard holds.isEmpty else {
                    return .none
                }
                state = .open(.reading)
                return .read
            case .finishing(let reason, _):
                return end(reason, now: now)
            case .flushing, .discarding, .closed:
                return .none
            }
        }

        /// A line broke the protocol: nothing of what follows it counts.
        package mutating func failed(_ failure: IngestFailure, now: Int64) -> Action {
            switch state {
            case .open, .finishing:
                return end(.failed(failure), now: now)
            case .flushing, .discarding, .closed:
                return .none
            }
        }

        /// The last answers are written.
        package mutating func flushed(now: Int64) -> Action {
            switch state {
            case .flushing(_, inputEnded: true):
                state = .closed
                return .close
            case .flushing(_, inputEnded: false):
                return shutOutput(now: now)
            case .discarding, .closed:
                return .none
            case .open, .finishing:
                preconditionFailure("the last answers are written while \(state)")
            }
        }

        /// The channel is gone.
        package mutating func closed() {
            state = .closed
        }

        /// The tally, if an acknowledgement is due; called after lines were dealt with and at deadlines.
        package mutating func dueAcknowledgement(now: Int64) -> IngestTally? {
            guard let deadline = acknowledgeAt, !isHeld(.answers), isAnswering,
                now >= deadline || tally.lines - acknowledged >= limits.acknowledgeLines
            else {
                return nil
            }
            return acknowledge()
        }

        /// The tally for the last answer, if the client wants one.
        package mutating func lastAcknowledgement() -> IngestTally? {
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
                let line = holds == .reading ? unfinished?.deadline : nil
                let rate = holds.contains(.rate) ? paidAt : nil
                return earliest(line, rate, stall?.deadline, holds.contains(.answers) ? nil : acknowledgeAt)
            case .finishing(_, let holds):
                return earliest(stall?.deadline, holds.contains(.answers) ? nil : acknowledgeAt)
            case .flushing(let deadline, _), .discarding(let deadline):
                return deadline
            case .closed:
                return nil
            }
        }

        /// Whether answers may still be written: not after the last one.
        package var isAnswering: Bool {
            switch state {
            case .open, .finishing: true
            case .flushing, .discarding, .closed: false
            }
        }

        private mutating func end(_ reason: End, now: Int64) -> Action {
            var inputEnded = false
            if case .finishing(.clientFinished, _) = state {
                inputEnded = true
            }
            // A drain has no time to wait for slow readers.
            let patience = reason == .failed(.draining) ? limits.linger : limits.progressTimeout
            state = .flushing(deadline: now + patience, inputEnded: inputEnded)
            return .end(reason)
        }

        private mutating func shutOutput(now: Int64) -> Action {
            state = .discarding(deadline: now + limits.linger)
            return .shutOutput
        }

        private mutating func acknowledge() -> IngestTally {
            acknowledged = tally.lines
            acknowledgeAt = nil
            return tally
        }

        private mutating func isStalled(waiting: Int, now: Int64) -> Bool {
            guard let current = stall, current.deadline <= now else {
                return false
            }
            guard waiting < current.bytes else {
                return true
            }
            stall = (waiting, now + limits.progressTimeout)
            return false
        }

        private func isHeld(_ hold: Holds) -> Bool {
            switch state {
            case .open(let holds), .finishing(_, let holds): holds.contains(hold)
            case .flushing, .discarding, .closed: false
            }
        }

        private mutating func hold(_ hold: Holds) {
            switch state {
            case .open(let holds): state = .open(holds.union(hold))
            case .finishing(let reason, let holds): state = .finishing(reason, holds.union(hold))
            case .flushing, .discarding, .closed: break
            }
        }

        /// Lets go of a hold; the client had no chance to finish its line meanwhile, so its time begins anew.
        private mutating func release(_ hold: Holds, now: Int64) {
            switch state {
            case .open(let holds): state = .open(holds.subtracting(hold))
            case .finishing(let reason, let holds): state = .finishing(reason, holds.subtracting(hold))
            case .flushing, .discarding, .closed: break
            }
            if let line = unfinished?.line {
                unfinished = (line, now + limits.lineTimeout)
            }
        }

        private func earliest(_ times: Int64?...) -> Int64? {
            times.lazy.compactMap { $0 }.min()
        }
    }
}
