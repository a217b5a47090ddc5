package import DanmakuPipeline

extension IngestConnection {
    /// Decides when one connection is read, answered and closed; times are nanoseconds of the event loop's clock.
    package struct StateMachine {
        package internal(set) var state = State.open(.reading)
        /// What became of the lines that are settled so far: the body of an acknowledgement.
        ///
        /// It always describes a prefix of the lines, so that a client knows what it need not send again.
        package private(set) var tally = IntakeCounts()

        var limits: Limits
        var wantsAcknowledgements = false
        var acknowledged = 0
        var acknowledgeAt: Int64?
        /// When a client that has finished no line yet has to have finished one.
        var firstLineBy: Int64?
        var unfinished: (line: UInt64, deadline: Int64)?
        private var bucket: TokenBucket
        /// When the rate allows the next read.
        var paidAt = Int64.min
        /// The answers that wait, and when they should have become fewer.
        var stall: (bytes: Int, deadline: Int64)?

        /// Starts with an accepted connection.
        package init(limits: Limits) {
            self.limits = limits
            // A second's worth may come at once.
            bucket = TokenBucket(rate: limits.clientRate, burst: max(1, limits.clientRate))
        }

        /// The connection is accepted, or refused with an error.
        package mutating func started(refusal: IngestFailure?, now: Int64) -> Action {
            firstLineBy = now + limits.idleTimeout
            return refusal.map { end(.failed($0), now: now) } ?? .read
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
            case .open(let holds):
                let left = holds.intersection([.pipeline, .answers])
                state = .finishing(.clientFinished, inputEnded: true, left)
                return .take
            case .finishing(let reason, _, let holds):
                // What came after the drain began was thrown away: its end is not the end of the last line, and the client
                // still has to be told that the server did not take everything.
                state = .finishing(reason, inputEnded: true, holds)
                return .none
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

        /// The server stops: what was read is taken, and from now on a client that does not read its answers gets the linger.
        package mutating func drain(now: Int64) -> Action {
            limits.progressTimeout = min(limits.progressTimeout, limits.linger)
            if let current = stall {
                stall = (current.bytes, min(current.deadline, now + limits.progressTimeout))
            }
            switch state {
            case .open(let holds):
                let left = holds.intersection([.pipeline, .answers])
                state = .finishing(.failed(.draining), inputEnded: false, left)
                return .take
            case .flushing(let deadline, let inputEnded):
                let sooner = min(deadline, now + limits.progressTimeout)
                state = .flushing(deadline: sooner, inputEnded: inputEnded)
                return .none
            case .finishing, .discarding, .closed:
                return .none
            }
        }

        /// A line came to its end, whatever it holds: from now on the client may be quiet between two lines.
        package mutating func finishedLine() {
            firstLineBy = nil
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

        /// It is known what became of some lines that were taken; told in the order of the lines.
        package mutating func settled(_ counts: IntakeCounts, now: Int64) {
            tally += counts
            if wantsAcknowledgements, tally.total > acknowledged, acknowledgeAt == nil {
                acknowledgeAt = now + limits.acknowledgeInterval
            }
        }

        /// Some lines were taken: the client may send more, within its rate.
        package mutating func took(lines: Int, now: Int64) {
            let delay = bucket.spend(lines, now: now)
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
            switch state {
            case .open, .finishing:
                release(.pipeline, now: now)
                return .take
            case .flushing, .discarding, .closed:
                // It ended while it waited.
                return .none
            }
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
            case .finishing(let reason, _, _):
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

        /// Whether answers may still be written: not after the last one.
        package var isAnswering: Bool {
            switch state {
            case .open, .finishing: true
            case .flushing, .discarding, .closed: false
            }
        }

        mutating func end(_ reason: End, now: Int64) -> Action {
            var inputEnded = false
            if case .finishing(_, let hasEnded, _) = state {
                inputEnded = hasEnded
            }
            state = .flushing(deadline: now + limits.progressTimeout, inputEnded: inputEnded)
            return .end(reason)
        }

        mutating func shutOutput(now: Int64) -> Action {
            state = .discarding(deadline: now + limits.linger)
            return .shutOutput
        }

        func isHeld(_ hold: Holds) -> Bool {
            switch state {
            case .open(let holds), .finishing(_, _, let holds): holds.contains(hold)
            case .flushing, .discarding, .closed: false
            }
        }

        private mutating func hold(_ hold: Holds) {
            switch state {
            case .open(let holds): state = .open(holds.union(hold))
            case .finishing(let reason, let ended, let holds):
                state = .finishing(reason, inputEnded: ended, holds.union(hold))
            case .flushing, .discarding, .closed: break
            }
        }

        /// Removes a hold; the client could not finish its line meanwhile, so the line gets its whole time again.
        mutating func release(_ hold: Holds, now: Int64) {
            switch state {
            case .open(let holds): state = .open(holds.subtracting(hold))
            case .finishing(let reason, let ended, let holds):
                state = .finishing(reason, inputEnded: ended, holds.subtracting(hold))
            case .flushing, .discarding, .closed: break
            }
            if let line = unfinished?.line {
                unfinished = (line, now + limits.lineTimeout)
            }
        }
    }
}
