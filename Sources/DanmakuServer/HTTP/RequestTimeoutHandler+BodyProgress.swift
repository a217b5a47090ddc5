extension RequestTimeoutHandler.StateMachine {
    /// How a whole body comes in: all of it by the deadline, and each window brings its share.
    ///
    /// The deadline alone would let a client hold a megabyte for its whole length by leaving out the last byte.
    struct BodyProgress {
        /// When all of it has to be here.
        var deadline: Int64
        /// When the window ends that is counted now.
        private(set) var windowEnd: Int64
        /// What came in within the window.
        private var bytes = 0
        /// Whether a read is out: while the server does not read, the client owes nothing.
        private var isAsked = false

        /// Starts with a head.
        init(limits: Limits, now: Int64) {
            deadline = now + limits.body
            windowEnd = now + limits.bodyWindow
        }

        /// A part came in.
        mutating func received(_ count: Int) {
            bytes += count
            isAsked = false
        }

        /// The server wants to read on.
        mutating func asked() {
            isAsked = true
        }

        /// When to look at it next.
        func nextDeadline(limits: Limits) -> Int64 {
            limits.bodyRate > 0 ? min(deadline, windowEnd) : deadline
        }

        /// Begins the next window if this one had enough bytes, or the server did not read.
        ///
        /// - Returns: False if the body is too slow, or its deadline has come.
        mutating func beginsNextWindow(limits: Limits, now: Int64) -> Bool {
            let share = limits.bodyRate * (limits.bodyWindow / 1_000_000_000)
            guard limits.bodyRate > 0, now < deadline, bytes >= share || !isAsked else {
                return false
            }
            windowEnd = now + limits.bodyWindow
            bytes = 0
            return true
        }
    }
}
