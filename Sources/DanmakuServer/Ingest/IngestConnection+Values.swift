extension IngestConnection.StateMachine {
    /// The limits of ``IngestConfiguration`` in nanoseconds.
    package struct Limits {
        package var lineTimeout: Int64
        package var idleTimeout: Int64
        package var progressTimeout: Int64
        package var progressBytes: Int
        package var linger: Int64
        package var acknowledgeInterval: Int64
        package var acknowledgeLines: Int
        package var clientRate: Double

        package init(_ configuration: IngestConfiguration) {
            lineTimeout = configuration.lineTimeout.wholeNanoseconds
            idleTimeout = configuration.idleTimeout.wholeNanoseconds
            progressTimeout = configuration.progressTimeout.wholeNanoseconds
            progressBytes = configuration.progressBytes
            linger = configuration.linger.wholeNanoseconds
            acknowledgeInterval = configuration.acknowledgeInterval.wholeNanoseconds
            acknowledgeLines = configuration.acknowledgeLines
            clientRate = configuration.clientRate
        }
    }

    /// Why nothing (more) is asked of the socket; reading goes on when none is left.
    package struct Holds: OptionSet, Equatable {
        package let rawValue: UInt8
        /// A read is out: bytes will come by themselves.
        package static let reading = Holds(rawValue: 1)
        /// The pipeline is full and calls back.
        package static let pipeline = Holds(rawValue: 2)
        /// The client is over its rate.
        package static let rate = Holds(rawValue: 4)
        /// The client does not read its answers.
        package static let answers = Holds(rawValue: 8)

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }
    }

    /// Why a connection ends in good order.
    package enum End: Equatable {
        /// The client shut its side after its last line.
        case clientFinished
        /// It is told why.
        case failed(IngestFailure)
    }

    /// How far a connection has come.
    package enum State: Equatable {
        /// Bytes are read while nothing holds them up. Its deadlines: a first line, a begun line, the rate, unread answers; a
        /// client that has finished a line and begun no other may stay quiet. Can transition to `finishing` if the client shuts its side or
        /// the server drains, to `flushing` if it is refused, `discarding` if it does not read, `closed` if it is gone.
        case open(Holds)
        /// Nothing more is read; what was read is still being taken, which the pipeline can delay, and a client that leaves
        /// its answers unread until their deadline. The reason stays the first one; it is noted if the client shuts its side.
        /// Can transition to `flushing` when all is taken, `discarding` and `closed` as before.
        case finishing(End, inputEnded: Bool, Holds)
        /// The last answers are on their way; input is thrown away. Can transition to `discarding` when they are
        /// written or the deadline comes, `closed` if the client has shut its side or is gone.
        case flushing(deadline: Int64, inputEnded: Bool)
        /// Our side is shut, input is thrown away. Can transition to `closed` at the deadline or the client's end.
        case discarding(deadline: Int64)
        /// The last state. What was read and not taken is dropped.
        case closed
    }

    /// What the driver does next.
    package enum Action: Equatable {
        case none
        /// Ask the socket for bytes.
        case read
        /// Go on taking what was read.
        case take
        /// Write the last answers and say when they are written.
        case end(End)
        /// Shut the output.
        case shutOutput
        /// Close the channel.
        case close
    }
}
