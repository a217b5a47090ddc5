import DanmakuPipeline

/// The outcomes of the lines of one connection, cumulative: the body of an acknowledgement.
///
/// It always describes a prefix of the lines, so that a client knows which lines not to send again.
package struct IngestTally: Sendable, Equatable {
    /// Comments that were queued.
    package var accepted = 0
    /// Comments seen before.
    package var duplicate = 0
    /// Lines that are no valid comment.
    package var rejected = 0
    /// Comments refused for their room's rate.
    package var shed = 0

    /// Creates a tally.
    package init(accepted: Int = 0, duplicate: Int = 0, rejected: Int = 0, shed: Int = 0) {
        self.accepted = accepted
        self.duplicate = duplicate
        self.rejected = rejected
        self.shed = shed
    }

    /// The lines dealt with, without blank lines and the hello.
    package var lines: Int {
        accepted + duplicate + rejected + shed
    }

    /// The counts of one offer, without its rejections: those are counted where they are answered.
    init(_ outcome: OfferOutcome) {
        self.init(accepted: outcome.accepted, duplicate: outcome.duplicate, shed: outcome.shed)
    }

    /// Adds the counts of another tally.
    package static func += (left: inout IngestTally, right: IngestTally) {
        left.accepted += right.accepted
        left.duplicate += right.duplicate
        left.rejected += right.rejected
        left.shed += right.shed
    }
}
