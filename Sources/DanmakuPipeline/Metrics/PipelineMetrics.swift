/// Why a comment that was accepted was lost; the raw value is the metric's label.
package enum DropReason: String, Sendable, CaseIterable {
    /// The queue overflowed and its source could not wait.
    case overflow
    /// Its verdict would have come too late.
    case deadline
    /// The grace of a shutdown ended before it was scored.
    case shutdown
}

/// What the pipeline has counted and what it holds: every term of the contract's Operating section that it knows.
///
/// ``Pipeline`` fills one by summing its shards. The terms of the identity are read under the shards' locks,
/// so they belong together; the rest is read beside them.
package struct PipelineMetrics: Sendable {
    /// A circuit breaker around a scorer.
    package struct Breaker: Sendable, Equatable {
        /// One kind of transition.
        package struct Transition: Sendable, Equatable {
            /// The state that was entered, as the metric's label.
            package var to: String
            /// Why, as the metric's label.
            package var reason: String
            /// How often.
            package var count: UInt64

            /// Creates a count of transitions.
            package init(to: String, reason: String, count: UInt64) {
                self.to = to
                self.reason = reason
                self.count = count
            }
        }

        /// The scorer's name.
        package var scorer: String
        /// 0 closed, 1 half-open, 2 open.
        package var state: Int
        /// The transitions so far.
        package var transitions: [Transition]

        /// Creates the metrics of a breaker.
        package init(scorer: String, state: Int, transitions: [Transition] = []) {
            self.scorer = scorer
            self.state = state
            self.transitions = transitions
        }
    }

    /// What one part of the server holds in memory, and its limit.
    package struct Component: Sendable, Equatable {
        /// The metric's label.
        package var name: String
        /// Bytes held.
        package var bytes: Int
        /// The most that it may hold, where there is a bound in bytes.
        package var byteLimit: Int?
        /// Elements held.
        package var count: Int
        /// The most that it may hold, where there is a bound in elements.
        package var countLimit: Int?
        /// Whether it is full by design and lets the oldest go: being near its limit is then no alarm.
        package var evicts: Bool

        /// Creates the figures of a component.
        package init(
            _ name: String,
            bytes: Int,
            byteLimit: Int? = nil,
            count: Int,
            countLimit: Int? = nil,
            evicts: Bool = false
        ) {
            self.name = name
            self.bytes = bytes
            self.byteLimit = byteLimit
            self.count = count
            self.countLimit = countLimit
            self.evicts = evicts
        }
    }

    /// What became of the comments that were offered; the total is what was received.
    package var intake = IntakeCounts()
    /// Paid comments that were taken as chat because their room was over its rate of them.
    package var paidAsChat = 0

    /// Scored by the configured model.
    package var scoredByModel = 0
    /// Answered from the cache of verdicts.
    package var scoredByCache = 0
    /// Scored by the fallback.
    package var scoredByFallback = 0
    /// Published without a verdict, by ``CommentKind``'s raw value.
    package var unscored = [Int](repeating: 0, count: CommentKind.allCases.count)
    /// Lost after they were accepted, by the order of ``DropReason``'s cases.
    package var dropped = [Int](repeating: 0, count: DropReason.allCases.count)
    /// Waiting to be scored.
    package var queueComments = 0
    /// Being scored.
    package var inFlightComments = 0
    /// The most that may wait.
    package var queueLimit = 0

    /// Comments a batch.
    package var batchSize = Histogram.batchSizes()
    /// Batches by why they left: label and count.
    package var dispatches: [(reason: String, count: Int)] = []
    /// How long scoring a batch took.
    package var scoreSeconds = Histogram.seconds()
    /// Received → scored, one observation a comment.
    package var sojournSeconds = Histogram.seconds()
    /// The breakers.
    package var breakers: [Breaker] = []

    /// Rooms now.
    package var rooms = 0
    /// Rooms that were forgotten, by the order of ``RoomEviction``'s cases.
    package var evictedRooms = [Int](repeating: 0, count: RoomEviction.allCases.count)
    /// How long ago the oldest id was remembered that still is.
    package var dedupeAgeSeconds = 0.0
    /// How old the oldest entry is that can be replayed.
    package var replayAgeSeconds = 0.0
    /// What is held in memory.
    package var components: [Component] = []

    /// Creates metrics of a pipeline that has seen nothing.
    package init() {}

    /// Comments with a verdict.
    package var scored: Int {
        scoredByModel + scoredByCache + scoredByFallback
    }

    /// Accepted comments less all that became of them or still waits; 0 unless a comment was lost or counted twice.
    package var unaccounted: Int {
        intake.accepted - scored - unscored.reduce(0, +) - dropped.reduce(0, +) - queueComments - inFlightComments
    }

    /// Whether the contract's identity holds: no comment was lost or counted twice.
    package var identityHolds: Bool {
        unaccounted == 0
    }
}
