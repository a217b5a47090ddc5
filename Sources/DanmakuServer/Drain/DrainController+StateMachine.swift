extension DrainController {
    /// One step of a drain; the order of the cases is the order in time.
    public enum Step: Int, Sendable, CaseIterable {
        /// Not ready; listeners closed; new streams are answered `overloaded`, POST gets 503.
        case refuse
        /// Ingest connections get their last acks and are closed.
        case acknowledge
        /// Everything queued is scored and published.
        case empty
        /// Streams are told `bye` and ended.
        case farewell
    }

    /// Decides what a drain does next.
    package struct StateMachine {
        /// What the driver does.
        package enum Action: Equatable {
            /// Do this step, then say that it is complete.
            case perform(Step)
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
            /// A step is being done. Becomes the next step's `performing` or `finished` with its completion, `abandoned`
            /// when the grace is over.
            case performing(Step)
            /// All steps are done; HTTP and the pipeline stop. Becomes `abandoned` when they do not within the grace.
            case finished
            /// The grace was over. The last state: a step that completes late changes nothing.
            case abandoned
        }

        package private(set) var state = State.serving

        /// Starts with a server that serves.
        package init() {}

        /// A drain is asked for; a second time changes nothing.
        package mutating func begin() -> Action {
            switch state {
            case .serving:
                state = .performing(.refuse)
                return .perform(.refuse)
            case .performing, .finished, .abandoned:
                return .ignore
            }
        }

        /// A step is complete.
        package mutating func completed(_ step: Step) -> Action {
            switch state {
            case .performing(let current) where current == step:
                guard let next = Step(rawValue: step.rawValue + 1) else {
                    state = .finished
                    return .finish
                }
                state = .performing(next)
                return .perform(next)
            case .abandoned:
                return .ignore
            case .serving, .performing, .finished:
                preconditionFailure("the drain completed \(step) while it was \(state)")
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
    }
}
