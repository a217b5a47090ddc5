extension RequestTimeoutHandler {
    /// Decides when a client has taken too long; times are nanoseconds of the event loop's clock.
    package struct StateMachine {
        /// How long each part may take, in nanoseconds.
        package struct Limits: Equatable {
            /// A head, from its first byte; the connection's first one from the connection's start.
            package var head: Int64
            /// A whole body; a streamed one may stand still so long while it is being read; so may a response that the
            /// client does not take.
            package var body: Int64
            /// The pause between two requests.
            package var idle: Int64
            /// What is left for the client to read the last answer and close, once our side is shut.
            package var linger: Int64 = 1_000_000_000
            /// What ``body`` shrinks to once the server stops: a drain must not wait for a client that stands still.
            package var drain: Int64 = 5_000_000_000

            package init(head: Int64, body: Int64, idle: Int64) {
                self.head = head
                self.body = body
                self.idle = idle
            }
        }

        /// What the driver does next.
        package enum Action: Equatable {
            /// Nothing now; ask again at the deadline, if there is one.
            case wait(until: Int64?)
            /// Shut the output, throw away what still comes in, ask again at the deadline.
            case shutOutput(until: Int64)
            /// Close the channel.
            case close
        }

        /// How far the request that is being read has come.
        private enum Reading {
            /// Nothing of the next request is here. Becomes `head` with its first byte, a body with its head.
            case nothing(deadline: Int64, isFirst: Bool)
            /// A part of a head is here. Becomes a body with its end.
            case head(deadline: Int64)
            /// The head is here, the body must be by the deadline. Becomes `nothing` with its end.
            case wholeBody(deadline: Int64)
            /// The head is here, the body may be of any length. `askedAt` is when the read that is out was asked for: while
            /// the server does not read, the client owes nothing. Becomes `nothing` with its end, and `wholeBody` when its
            /// response is written before that.
            case streamedBody(askedAt: Int64?)
            /// The client has shut its side.
            case ended
        }

        private enum State {
            /// Requests are read and answered. Becomes `streaming` with an event stream's head, `closing` after a response
            /// that says `Connection: close` or when the output is shut, `closed`.
            case open(reading: Reading, responses: Int, stalledAt: Int64?, closesAfterResponse: Bool)
            /// An event stream is being written: its own handler watches the client. Becomes `closing` when it ends.
            case streaming
            /// Our side is shut. Becomes `closed` at the deadline at the latest.
            case closing(deadline: Int64)
            /// The channel is closed. The last state.
            case closed
        }

        private var limits: Limits
        private var state: State

        /// Starts with an accepted connection.
        package init(limits: Limits, now: Int64) {
            self.limits = limits
            let reading = Reading.nothing(deadline: now + limits.head, isFirst: true)
            state = .open(reading: reading, responses: 0, stalledAt: nil, closesAfterResponse: false)
        }

        /// Whether what comes in is thrown away.
        package var discardsInput: Bool {
            switch state {
            case .open, .streaming: false
            case .closing, .closed: true
            }
        }

        /// The connection is there.
        package func started() -> Action {
            wait
        }

        /// Whether a response is owed: then nothing else may be written.
        package var isAnswering: Bool {
            switch state {
            case .open(_, let responses, _, _): responses > 0
            case .streaming, .closing, .closed: true
            }
        }

        /// Whether a body of any length is being read.
        package var isReadingStream: Bool {
            if case .open(.streamedBody, _, _, _) = state { true } else { false }
        }

        /// The server stops: bodies and answers that are under way have less time from now on.
        package mutating func quiesced(now: Int64) -> Action {
            limits.body = min(limits.body, limits.drain)
            if case .open(.wholeBody(let deadline), let responses, let stalled, let closes) = state {
                let reading = Reading.wholeBody(deadline: min(deadline, now + limits.body))
                state = .open(reading: reading, responses: responses, stalledAt: stalled, closesAfterResponse: closes)
            }
            return wait
        }

        /// Bytes came in and no part of a request was complete with them.
        package mutating func receivedBytes(now: Int64) -> Action {
            if case .open(.nothing(let deadline, let isFirst), let responses, let stalled, let closes) = state {
                let reading = Reading.head(deadline: isFirst ? deadline : now + limits.head)
                state = .open(reading: reading, responses: responses, stalledAt: stalled, closesAfterResponse: closes)
            }
            return wait
        }

        /// A head is complete.
        package mutating func receivedHead(isStreamed: Bool, now: Int64) -> Action {
            if case .open(_, let responses, let stalled, let closes) = state {
                let reading: Reading =
                    isStreamed ? .streamedBody(askedAt: nil) : .wholeBody(deadline: now + limits.body)
                state = .open(
                    reading: reading,
                    responses: responses + 1,
                    stalledAt: stalled,
                    closesAfterResponse: closes
                )
            }
            return wait
        }

        /// A part of a body is here.
        package mutating func receivedBody() -> Action {
            if case .open(.streamedBody, let responses, let stalled, let closes) = state {
                let reading = Reading.streamedBody(askedAt: nil)
                state = .open(reading: reading, responses: responses, stalledAt: stalled, closesAfterResponse: closes)
            }
            return wait
        }

        /// The server wants to read on.
        package mutating func askedToRead(now: Int64) -> Action {
            if case .open(.streamedBody(nil), let responses, let stalled, let closes) = state {
                let reading = Reading.streamedBody(askedAt: now)
                state = .open(reading: reading, responses: responses, stalledAt: stalled, closesAfterResponse: closes)
            }
            return wait
        }

        /// A request is complete.
        package mutating func receivedEnd(now: Int64) -> Action {
            if case .open(_, let responses, let stalled, let closes) = state {
                let reading = Reading.nothing(deadline: now + limits.idle, isFirst: false)
                state = .open(reading: reading, responses: responses, stalledAt: stalled, closesAfterResponse: closes)
            }
            return wait
        }

        /// The client has shut its side.
        package mutating func inputClosed() -> Action {
            if case .open(_, let responses, let stalled, let closes) = state {
                state = .open(reading: .ended, responses: responses, stalledAt: stalled, closesAfterResponse: closes)
            }
            return wait
        }

        /// A response's head is being written.
        package mutating func startedResponse(isEventStream: Bool, closes: Bool) -> Action {
            if case .open(let reading, let responses, let stalled, _) = state {
                state =
                    isEventStream
                    ? .streaming
                    : .open(reading: reading, responses: responses, stalledAt: stalled, closesAfterResponse: closes)
            }
            return wait
        }

        /// A response is written.
        package mutating func endedResponse(now: Int64) -> Action {
            switch state {
            case .open(_, _, _, closesAfterResponse: true), .streaming:
                return shut(now: now)
            case .open(let reading, let responses, let stalled, closesAfterResponse: false):
                let left = responses - 1
                state = .open(
                    reading: left == 0 ? restarted(reading, now: now) : reading,
                    responses: left,
                    stalledAt: stalled,
                    closesAfterResponse: false
                )
                return wait
            case .closing, .closed:
                return wait
            }
        }

        /// The channel takes more bytes, or no more.
        package mutating func changedWritability(isWritable: Bool, now: Int64) -> Action {
            if case .open(let reading, let responses, let stalled, let closes) = state {
                let since = isWritable ? nil : stalled ?? now
                state = .open(reading: reading, responses: responses, stalledAt: since, closesAfterResponse: closes)
            }
            return wait
        }

        /// Somebody else shuts our side.
        package mutating func shutOutput(now: Int64) -> Action {
            switch state {
            case .open, .streaming:
                state = .closing(deadline: now + limits.linger)
                return wait
            case .closing, .closed:
                return wait
            }
        }

        /// The deadline that was asked for has come.
        package mutating func timer(now: Int64) -> Action {
            guard let deadline, deadline <= now else {
                return wait
            }
            state = .closed
            return .close
        }

        /// The channel is gone.
        package mutating func closed() {
            state = .closed
        }

        private mutating func shut(now: Int64) -> Action {
            let deadline = now + limits.linger
            state = .closing(deadline: deadline)
            return .shutOutput(until: deadline)
        }

        /// All that was asked is answered: whatever is half here has its time from now on.
        private func restarted(_ reading: Reading, now: Int64) -> Reading {
            switch reading {
            case .nothing: .nothing(deadline: now + limits.idle, isFirst: false)
            case .head: .head(deadline: now + limits.head)
            case .wholeBody: reading
            case .streamedBody: .wholeBody(deadline: now + limits.body)
            case .ended: .ended
            }
        }

        private var wait: Action {
            .wait(until: deadline)
        }

        private var deadline: Int64? {
            switch state {
            case .open(let reading, let responses, let stalledAt, _):
                let stall = stalledAt.map { $0 + limits.body }
                let own: Int64? =
                    switch reading {
                    case .nothing(let deadline, _), .head(let deadline): responses == 0 ? deadline : nil
                    case .wholeBody(let deadline): deadline
                    case .streamedBody(let askedAt): askedAt.map { $0 + limits.body }
                    case .ended: nil
                    }
                guard let stall, let own else {
                    return stall ?? own
                }
                return min(stall, own)
            case .closing(let deadline):
                return deadline
            case .streaming, .closed:
                return nil
            }
        }
    }
}
