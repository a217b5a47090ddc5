/// One shard's terms of the accounting identity; plain integers, changed once a chunk or batch under the intake's lock.
///
/// `intake.accepted = scored + unscored + dropped + queued + inFlight` holds whenever the lock is free.
package struct ShardCounts: Sendable {
    /// What became of the comments that were offered.
    package var intake = IntakeCounts()
    /// Paid comments that were taken as chat because their room was over its rate of them.
    package var paidAsChat = 0
    /// Rooms that were forgotten, by the order of ``RoomEviction``'s cases.
    package var evictedRooms = [Int](repeating: 0, count: RoomEviction.allCases.count)
    /// Scored by the configured model.
    package var scoredByModel = 0
    /// Scored by the fallback.
    package var scoredByFallback = 0
    /// Published without a score, by ``CommentKind``'s raw value.
    package var unscored = [Int](repeating: 0, count: CommentKind.allCases.count)
    /// Lost after they were accepted, by the order of ``DropReason``'s cases.
    package var dropped = [Int](repeating: 0, count: DropReason.allCases.count)
    /// Taken from the queue and not completed.
    package var inFlight = 0
    /// How many batches left for which reason.
    package var dispatches: [DispatchReason: Int] = [:]
    /// Comments a batch.
    package var batchSizes = Histogram.batchSizes()
    /// How long a batch was with the scorer.
    package var scoreSeconds = Histogram.seconds()
}
