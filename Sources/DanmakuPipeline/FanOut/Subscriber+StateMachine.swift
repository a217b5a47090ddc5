extension Subscriber {
    /// What one subscriber does next: pure, without log, sink or clock.
    ///
    /// The entries themselves are nowhere queued: ``FanOutHub`` hands over live entries or reads pages of the ring as this
    /// says, and the moods and rooms that are outstanding stand beside it.
    struct StateMachine: Sendable {
        enum State: Sendable, CaseIterable {
            /// `hello` is written, snapshots are outstanding; entered at the join.
            /// Can transition to `reading` when the last snapshot is written, to `ended`.
            case greeting
            /// Behind the head: reads the ring in pages while the sink is writable.
            /// Can transition to `live` at the head, to `conflating` when it lags too far, to `ended`.
            case reading
            /// Was moved to the head: `skipped` is written, the newest moods of its rooms are outstanding.
            /// Can transition to `reading` when they are written, to `ended`.
            case conflating
            /// At the head: each entry is written as it comes.
            /// Can transition to `reading` when the sink is not writable or entries of the outbox were lost, to `ended`.
            case live
            /// Dropped. Final.
            case ended
        }

        enum Work: Sendable, Equatable {
            case snapshots
            case page
            case moods
            case nothing
        }

        enum Tick: Sendable, Equatable {
            case nothing
            case heartbeat
            case end(StreamEnd)
        }

        private(set) var state = State.greeting
        private var heartbeatAt: Int64
        private let heartbeatStep: Int64
        private var endsAt: Int64
        private var endReason = StreamEnd.maximumAge
        private var patience: Int64 = 5_000_000_000
        private let writeDeadline: Int64
        private var progressAt: Int64

        /// `phase` (0…1) says when in its period the first heartbeat comes, `age` how much of the maximum age it gets.
        init(configuration: FanOutConfiguration, now: Int64, phase: Double, age: Double) {
            heartbeatStep = configuration.heartbeat.nanoseconds
            heartbeatAt = now + Int64(Double(heartbeatStep) * phase)
            endsAt = now + Int64(Double(configuration.maximumAge.nanoseconds) * age)
            writeDeadline = configuration.writeDeadline.nanoseconds
            progressAt = now
        }

        /// What to write while the sink is writable.
        var work: Work {
            switch state {
            case .greeting: .snapshots
            case .reading: .page
            case .conflating: .moods
            case .live, .ended: .nothing
            }
        }

        /// A live entry of a watched room is there.
        ///
        /// - Returns: Whether it is handed over now; if not, it is read from the ring later.
        mutating func offer(isWritable: Bool) -> Bool {
            switch state {
            case .live:
                if isWritable {
                    return true
                }
                state = .reading
                return false
            case .greeting, .reading, .conflating, .ended:
                return false
            }
        }

        /// Live entries were lost before they came here.
        mutating func overrun() {
            switch state {
            case .live: state = .reading
            case .greeting, .reading, .conflating, .ended: break
            }
        }

        /// The last snapshot, page or mood is written.
        mutating func complete(_ work: Work) {
            switch (state, work) {
            case (.greeting, .snapshots), (.conflating, .moods):
                state = .reading
            case (.reading, .page):
                state = .live
            case (.greeting, _), (.reading, _), (.conflating, _), (.live, _), (.ended, _):
                preconditionFailure("\(work) is not what \(state) does")
            }
        }

        /// It lags further than it may, or what it lags has left the ring.
        mutating func conflate() {
            switch state {
            case .reading: state = .conflating
            case .greeting, .conflating, .live, .ended: preconditionFailure("only reading lags, not \(state)")
            }
        }

        /// Its stream is to end at a time if it is at the head by then, and otherwise so much later.
        mutating func schedule(_ reason: StreamEnd, at time: Int64, patience: Int64) {
            endsAt = time
            endReason = reason
            self.patience = patience
        }

        /// The sink reports what moved since the last report.
        mutating func progress(isPending: Bool, moved: Bool, now: Int64) {
            if !isPending || moved {
                progressAt = now
            }
        }

        /// Time has passed.
        mutating func tick(now: Int64, isWritable: Bool) -> Tick {
            switch state {
            case .ended:
                return .nothing
            case .greeting, .reading, .conflating, .live:
                if now >= endsAt, state == .live || now >= endsAt + patience {
                    return .end(endReason)
                }
                if now >= progressAt + writeDeadline {
                    return .end(.stalled)
                }
                guard now >= heartbeatAt else {
                    return .nothing
                }
                // Missed ones are not made up for.
                heartbeatAt += heartbeatStep * ((now - heartbeatAt) / heartbeatStep + 1)
                return isWritable && state != .greeting ? .heartbeat : .nothing
            }
        }

        /// Ends it.
        ///
        /// - Returns: False if it had ended.
        mutating func end() -> Bool {
            switch state {
            case .ended:
                return false
            case .greeting, .reading, .conflating, .live:
                state = .ended
                return true
            }
        }
    }
}
