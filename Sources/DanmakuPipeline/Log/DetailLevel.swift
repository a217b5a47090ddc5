/// How much of a room a subscriber sees (`?detail=`).
package enum DetailLevel: String, Sendable, CaseIterable {
    /// Aggregates only: moods and alerts.
    case mood
    /// Also comments, sampled to `fanout.display-rate`, paid ones never left out.
    case display
    /// Also every published comment.
    case full
}
