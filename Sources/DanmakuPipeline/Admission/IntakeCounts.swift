/// What became of comments at the ``Intake``: the terms that edges acknowledge and metrics export.
package struct IntakeCounts: Sendable, Equatable {
    /// Queued.
    package var accepted = 0
    /// Seen before within the dedupe window.
    package var duplicate = 0
    /// Not a valid comment, or of a new room while `rooms.max` is reached.
    package var rejected = 0
    /// Refused for load or for a room's rate.
    package var shed = 0

    /// Creates counts.
    package init(accepted: Int = 0, duplicate: Int = 0, rejected: Int = 0, shed: Int = 0) {
        self.accepted = accepted
        self.duplicate = duplicate
        self.rejected = rejected
        self.shed = shed
    }

    /// All of them.
    package var total: Int {
        accepted + duplicate + rejected + shed
    }

    /// Adds other counts.
    package static func += (left: inout IntakeCounts, right: IntakeCounts) {
        left.accepted += right.accepted
        left.duplicate += right.duplicate
        left.rejected += right.rejected
        left.shed += right.shed
    }
}
