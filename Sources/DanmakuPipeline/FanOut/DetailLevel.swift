/// How much of a room a subscriber sees (`?detail=`).
package enum DetailLevel: String, Sendable, CaseIterable {
    /// Aggregates only: moods and alerts.
    case mood
    /// Besides, comments sampled to `fanout.display-rate`, paid ones never sampled.
    case display
    /// Besides, every published comment.
    case full
}
