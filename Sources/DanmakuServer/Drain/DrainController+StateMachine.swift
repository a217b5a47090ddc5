extension DrainController {
    /// One step of a drain; the order of the cases is the order in time.
    package enum Step: Int, Sendable, CaseIterable {
        /// Not ready; listeners closed; new streams are answered `overloaded`, POST gets 503.
        case refuse
        /// Ingest connections get their last acks and are closed.
        case acknowledge
        /// Everything queued is scored and published.
        case empty
        /// Streams are told `bye` and ended.
        case farewell

        /// The percentage of the grace at which this step has to be over, whatever came before it.
        ///
        /// A step that is over early leaves its time to the next ones; none can take the time of a later one. What is left
        /// after the last is for HTTP to close.
        package var percentOfGrace: Int {
            switch self {
            case .refuse: 5
            case .acknowledge: 30
            case .empty: 50
            case .farewell: 95
            }
        }
    }

    /// Decides what a drain does next; times are nanoseconds of one clock.
    package struct StateMachine {
        /// What the driver does.
        package enum Action: Equatable {
            /// Do this step for at most `limit` nanoseconds, then report that it is complete, or that it ran over.
            case perform(Step, limit: Int64)
            /// Nothing is left: return, so that HTTP and the pipeline may stop.
            case finish
            /// The grace is over in this step, or after the last one (`nil`): close what is left.
            case closeRest(Step?)
            /// Nothing.
            case ignore
        }

        /// How far the drain has come.
        package enum State: Equatable {
            /// No drain yet. Becomes `performing(.refuse)` when it is asked for, `abandoned` when the grace is over before.
            case serving
            /// A step is being done. Becomes the next step's `performing` or `finished` when it is complete or has run over,
            /// `abandoned` when the grace is over.
            case performing(Step)
            /// All steps are done; HTTP and the pipeline stop. Becomes `abandoned` when they do not within the grace.
            case finished
            /// The grace was over. The last state: a step that completes late changes nothing.
            case abandoned
        }

        package private(set) var state = State.serving
        /// The steps that took longer than their share and were given up.
        package private(set) var overran: [Step] = []

        private let grace: Int64
        private var begun: Int64 = 0

        /// Starts with a server that serves.
        ///
        /// - Parameter grace: The time of the whole drain in nanoseconds.
        package init(grace: Int64) {
            self.grace = max(0, grace)
        }

        /// A drain is asked for; a second time changes nothing.
        package mutating func begin(now: Int64) -> Action {
            switch state {
            case .serving:
                begun = now
                return perform(.refuse, now: now)
            case .performing, .finished, .abandoned:
                return .ignore
            }
        }

        /// A step is complete.
        package mutating func completed(_ step: Step, now: Int64) -> Action {
            switch state {
            case .performing(let current) where current == step:
                return next(after: step, now: now)
            case .abandoned:
                return .ignore
            case .serving, .performing, .finished:
                preconditionFailure("the drain completed \(step) while it was \(state)")
            }
        }

        /// A step took longer than its limit: it is given up, and the next one begins.
        package mutating func overran(_ step: Step, now: Int64) -> Action {
            switch state {
            case .performing(let current) where current == step:
                overran.append(step)
                return next(after: step, now: now)
            case .abandoned:
                return .ignore
            case .serving, .performing, .finished:
                preconditionFailure("the drain overran \(step) while it was \(state)")
            }
        }

        /// The grace is over.
        package mutating func graceOver() -> Action {
            switch state {
            case .serving, .finished:
                state = .abandoned
                return .closeRest(nil)
            case .performing(let step):
                state = .abandoned
                return .closeRest(step)
            case .abandoned:
                return .ignore
            }
        }

        private mutating func next(after step: Step, now: Int64) -> Action {
            guard let next = Step(rawValue: step.rawValue + 1) else {
                state = .finished
                return .finish
            }
            return perform(next, now: now)
        }

        private mutating func perform(_ step: Step, now: Int64) -> Action {
            state = .performing(step)
            let end = begun + grace / 100 * Int64(step.percentOfGrace)
            return .perform(step, limit: max(0, end - now))
        }
    }
}
