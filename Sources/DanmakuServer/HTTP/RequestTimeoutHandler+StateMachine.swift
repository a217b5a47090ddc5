extension RequestTimeoutHandler {
    /// Decides when a client has taken too long; times are nanoseconds of the event loop's clock.
    package struct StateMachine {
        /// How far the request that is being read has come.
        private enum Reading {
            /// Nothing of the next request is here. Becomes `head` with its first byte, a body with its head.
            case nothing(deadline: Int64, isFirst: Bool)
            /// A part of a head is here. Becomes a body with its end.
            case head(deadline: Int64)
            /// The head is here, the body must come at its rate. Becomes `nothing` with its end.
            case wholeBody(BodyProgress)
            /// The head is here, the body may be of any length. `askedAt` is when the read that is out was asked for: while
            /// the server does not read, the client owes nothing. Becomes `nothing` with its end, and `wholeBody` when its
            /// response is written before that.
            case streamedBody(askedAt: Int64?)
            /// The client has shut its side.
            case ended
        }

        /// Requests that are read and answered.
        private struct Exchange {
            var reading: Reading
            /// Requests whose head is here and whose response is not written to its end.
            var responses = 0
            /// Since when the channel takes no more bytes.
            var stalledAt: Int64?
            var closesAfterResponse = false

            /// A response is written: what is half here has its time from now on, if it is its turn.
            mutating func resume(limits: Limits, now: Int64) {
                switch (reading, responses) {
                case (.nothing, 0): reading = .nothing(deadline: now + limits.idle, isFirst: false)
                case (.head, 0): reading = .head(deadline: now + limits.head)
                case (.streamedBody, 0), (.wholeBody, 1): reading = .wholeBody(BodyProgress(limits: limits, now: now))
                case (.nothing, _), (.head, _), (.streamedBody, _), (.wholeBody, _), (.ended, _): break
                }
            }

            /// When the client has taken too long with what is being read.
            ///
            /// Behind a request that is being answered nothing is read, so the client owes nothing there.
            func deadline(limits: Limits) -> Int64? {
                switch reading {
                case .nothing(let deadline, _), .head(let deadline): responses == 0 ? deadline : nil
                case .wholeBody(let progress): responses <= 1 ? progress.nextDeadline(limits: limits) : nil
                case .streamedBody(let askedAt): responses <= 1 ? askedAt.map { $0 + limits.body } : nil
                case .ended: nil
                }
            }
        }

        private enum State {
            /// Requests are read and answered. Becomes `streaming` with an event stream's head, `closing` after a response
            /// that says `Connection: close` or when the output is shut, `closed`.
            case open(Exchange)
            /// An event stream is being written: its own handler watches the client. Becomes `closing` when it ends.
            case streaming
            /// The last answer is written, our side is shut or will be once the client has taken the answer. Becomes
            /// `closed` at the deadline at the latest.
            case closing(deadline: Int64)
            /// The channel is closed. The last state.
            case closed
        }

        private var limits: Limits
        private var state: State

        /// Starts with an accepted connection.
        package init(limits: Limits, now: Int64) {
            self.limits = limits
            state = .open(Exchange(reading: .nothing(deadline: now + limits.head, isFirst: true)))
        }

        /// Whether what comes in is thrown away.
        ///
        /// A stream's client has nothing more to say; what it sends must not pile up behind the stream.
        package var discardsInput: Bool {
            switch state {
            case .open: false
            case .streaming, .closing, .closed: true
            }
        }

        /// Whether a response is owed: then nothing else may be written.
        package var isAnswering: Bool {
            switch state {
            case .open(let exchange): exchange.responses > 0
            case .streaming, .closing, .closed: true
            }
        }

        /// Whether a request is here, or a part of one, whose turn has not come: it belongs to the budget of bodies.
        package var isAhead: Bool {
            if case .open(let exchange) = state { exchange.responses > 1 } else { false }
        }

        /// Whether the server reads nothing for now: a client that sends on while it is being answered waits.
        package var holdsRead: Bool {
            switch state {
            case .open(let exchange):
                switch exchange.reading {
                case .head: exchange.responses > 0
                case .nothing, .wholeBody, .streamedBody, .ended: exchange.responses > 1
                }
            case .streaming: true
            case .closing, .closed: false
            }
        }

        /// Whether an answer that the client does not read belongs to the budget of answers; an event stream has its own.
        package var chargesAnswers: Bool {
            switch state {
            case .open, .closing: true
            case .streaming, .closed: false
            }
        }

        /// Whether a body of any length is being read.
        package var isReadingStream: Bool {
            if case .open(let exchange) = state, case .streamedBody = exchange.reading { true } else { false }
        }

        /// The connection is there.
        package func started() -> Action {
            wait
        }

        /// The server stops: bodies and answers that are under way have less time from now on.
        package mutating func quiesced(now: Int64) -> Action {
            limits.body = min(limits.body, limits.drain)
            switch state {
            case .open(var exchange):
                if case .wholeBody(var progress) = exchange.reading {
                    progress.deadline = min(progress.deadline, now + limits.body)
                    exchange.reading = .wholeBody(progress)
                    state = .open(exchange)
                }
            case .closing(let deadline):
                state = .closing(deadline: min(deadline, now + limits.body))
            case .streaming, .closed:
                break
            }
            return wait
        }

        /// Bytes came in and no part of a request was complete with them.
        package mutating func receivedBytes(now: Int64) -> Action {
            change { exchange, limits in
                if case .nothing(let deadline, let isFirst) = exchange.reading {
                    exchange.reading = .head(deadline: isFirst ? deadline : now + limits.head)
                }
            }
        }

        /// A head is complete.
        package mutating func receivedHead(isStreamed: Bool, now: Int64) -> Action {
            change { exchange, limits in
                exchange.responses += 1
                exchange.reading =
                    isStreamed ? .streamedBody(askedAt: nil) : .wholeBody(BodyProgress(limits: limits, now: now))
            }
        }

        /// A part of a body is here.
        package mutating func receivedBody(bytes: Int) -> Action {
            change { exchange, _ in
                switch exchange.reading {
                case .streamedBody:
                    exchange.reading = .streamedBody(askedAt: nil)
                case .wholeBody(var progress):
                    progress.received(bytes)
                    exchange.reading = .wholeBody(progress)
                case .nothing, .head, .ended:
                    break
                }
            }
        }

        /// The server wants to read on.
        package mutating func askedToRead(now: Int64) -> Action {
            change { exchange, _ in
                switch exchange.reading {
                case .streamedBody(nil):
                    exchange.reading = .streamedBody(askedAt: now)
                case .wholeBody(var progress):
                    progress.asked()
                    exchange.reading = .wholeBody(progress)
                case .nothing, .head, .streamedBody, .ended:
                    break
                }
            }
        }

        /// A request is complete.
        package mutating func receivedEnd(now: Int64) -> Action {
            change { $0.reading = .nothing(deadline: now + $1.idle, isFirst: false) }
        }

        /// The client has shut its side.
        package mutating func inputClosed() -> Action {
            change { exchange, _ in exchange.reading = .ended }
        }

        /// A response's head is being written.
        package mutating func startedResponse(isEventStream: Bool, closes: Bool) -> Action {
            guard !isEventStream else {
                if case .open = state {
                    state = .streaming
                }
                return wait
            }
            return change { exchange, _ in exchange.closesAfterResponse = closes }
        }

        /// A response is written.
        package mutating func endedResponse(now: Int64) -> Action {
            switch state {
            case .open(let exchange) where exchange.closesAfterResponse:
                return shut(now: now)
            case .open:
                return change { exchange, limits in
                    exchange.responses -= 1
                    exchange.resume(limits: limits, now: now)
                }
            case .streaming:
                return shut(now: now)
            case .closing, .closed:
                return wait
            }
        }

        /// The channel takes more bytes, or no more.
        package mutating func changedWritability(isWritable: Bool, now: Int64) -> Action {
            change { exchange, _ in exchange.stalledAt = isWritable ? nil : exchange.stalledAt ?? now }
        }

        /// Another handler shuts our side, once the client has taken what was written.
        package mutating func shutOutput(now: Int64) -> Action {
            switch state {
            case .open, .streaming:
                state = .closing(deadline: now + limits.body)
                return wait
            case .closing, .closed:
                return wait
            }
        }

        /// Our side is shut: the client has taken the last answer, as far as the system can tell.
        package mutating func outputIsShut(now: Int64) -> Action {
            switch state {
            case .open, .streaming:
                state = .closing(deadline: now + limits.linger)
            case .closing(let deadline):
                state = .closing(deadline: min(deadline, now + limits.linger))
            case .closed:
                break
            }
            return wait
        }

        /// The deadline that was asked for has come.
        package mutating func timer(now: Int64) -> Action {
            guard let deadline, deadline <= now else {
                return wait
            }
            if case .open(var exchange) = state, case .wholeBody(var progress) = exchange.reading,
                exchange.stalledAt.map({ $0 + limits.body > now }) ?? true,
                progress.beginsNextWindow(limits: limits, now: now)
            {
                exchange.reading = .wholeBody(progress)
                state = .open(exchange)
                return wait
            }
            state = .closed
            return .close
        }

        /// The channel is gone.
        package mutating func closed() {
            state = .closed
        }

        private mutating func change(_ body: (inout Exchange, Limits) -> Void) -> Action {
            if case .open(var exchange) = state {
                body(&exchange, limits)
                state = .open(exchange)
            }
            return wait
        }

        private mutating func shut(now: Int64) -> Action {
            let deadline = now + limits.body
            state = .closing(deadline: deadline)
            return .shutOutput(until: deadline)
        }

        private var wait: Action {
            .wait(until: deadline)
        }

        private var deadline: Int64? {
            switch state {
            case .open(let exchange):
                let stall = exchange.stalledAt.map { $0 + limits.body }
                guard let own = exchange.deadline(limits: limits) else {
                    return stall
                }
                return min(stall ?? .max, own)
            case .closing(let deadline):
                return deadline
            case .streaming, .closed:
                return nil
            }
        }
    }
}
