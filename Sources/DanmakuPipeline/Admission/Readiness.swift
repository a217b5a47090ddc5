import Synchronization

/// Whether the server accepts comments and new streams: the one place that keeps "starting" and "draining".
///
/// The drain advances it. The ``Intake`` reads it for comments; `/health/ready`, `POST /v1/score` and the event streams read
/// it themselves. Saturation is not kept here: ``Intake/isSaturated`` says it.
package final class Readiness: Sendable {
    /// How far the server's life has come; it only moves forward.
    package enum Phase: Int, Sendable, Comparable, CaseIterable {
        /// Listeners are being bound. Can move to admitting, or to draining if it is stopped early.
        case starting
        /// Everything is taken. Can move to draining.
        case admitting
        /// Nothing new is taken. The last phase.
        case draining

        /// Earlier phases are smaller.
        package static func < (left: Phase, right: Phase) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    private let state = Atomic<Int>(Phase.starting.rawValue)

    /// Starts as `starting`.
    package init() {}

    /// The phase now; one atomic load, so it may be asked per request.
    package var phase: Phase {
        Phase(rawValue: state.load(ordering: .acquiring))!
    }

    /// Whether a drain has begun.
    package var isDraining: Bool {
        phase == .draining
    }

    /// Moves on to a later phase; an earlier one is ignored.
    package func advance(to phase: Phase) {
        state.max(phase.rawValue, ordering: .acquiringAndReleasing)
    }
}
