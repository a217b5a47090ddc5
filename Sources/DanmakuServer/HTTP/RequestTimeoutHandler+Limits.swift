extension RequestTimeoutHandler.StateMachine {
    /// How long each part may take, in nanoseconds.
    package struct Limits: Equatable {
        /// A head, from its first byte; the connection's first one from the connection's start.
        package var head: Int64
        /// A whole body; a streamed one may stand still so long while it is being read; so may a response that the
        /// client does not take.
        package var body: Int64
        /// The pause between two requests.
        package var idle: Int64
        /// Bytes a second that a whole body has to bring; 0 for no limit.
        package var bodyRate: Int64
        /// How long a body may be slower, in nanoseconds: a network may stall for this time.
        package var bodyWindow: Int64 = 5_000_000_000
        /// What is left for the client to read the last answer and close, once our side is shut.
        package var linger: Int64 = 1_000_000_000
        /// What ``body`` shrinks to once the server stops: a drain must not wait for a client that stands still.
        package var drain: Int64 = 5_000_000_000

        package init(head: Int64, body: Int64, idle: Int64, bodyRate: Int64 = 0) {
            self.head = head
            self.body = body
            self.idle = idle
            self.bodyRate = bodyRate
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
}
