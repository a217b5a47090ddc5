import Synchronization

extension Pipeline {
    /// What was counted so far and what is held now, summed over the shards.
    ///
    /// Each shard's terms of the identity are read under one lock, so that the identity holds exactly for the sum.
    package func metrics() -> PipelineMetrics {
        let now = time.now()
        let budget = intake.budget
        let shared = intake.shared
        var metrics = PipelineMetrics()
        metrics.intake.rejected = intake.refusedItems
        metrics.queueLimit = budget.limit
        metrics.rooms = shared.roomCount.value
        metrics.dedupeAgeSeconds = Double(shared.dedupe.age(now: now.second))
        let held = log.held(now: now.nanoseconds)
        metrics.replayAgeSeconds = Double(held.age) / 1e9
        metrics.breakers = [breaker]
        var dispatches: [DispatchReason: Int] = [:]
        // Every room is visited for this.
        let roomBytes = roomBytes.value(now: now.nanoseconds) {
            shards.reduce(0) { $0 + $1.board.withLock { $0.memoryBytes } }
        }
        for shard in shards {
            shard.gate.withLock { intake in
                metrics.add(intake.counts)
                metrics.queueComments += intake.queue.count
                dispatches.merge(intake.counts.dispatches, uniquingKeysWith: +)
            }
            shard.board.withLock { board in
                metrics.sojournSeconds.merge(board.sojourn)
            }
        }
        metrics.dispatches = DispatchReason.allCases.map { ($0.rawValue, dispatches[$0, default: 0]) }
        metrics.components = [
            .init("rooms", bytes: roomBytes, count: metrics.rooms, countLimit: shared.roomCount.limit),
            .init("log", bytes: held.bytes, byteLimit: log.limit, count: held.entries, evicts: true),
            .init("log-rooms", bytes: held.roomBytes, count: held.rooms),
            .init(
                "queue",
                bytes: budget.usedBytes,
                byteLimit: budget.byteLimit,
                count: metrics.queueComments,
                countLimit: budget.limit
            ),
            .init(
                "dedupe",
                bytes: shared.dedupe.memoryBytes,
                count: shared.dedupe.count,
                countLimit: configuration.admission.dedupeIDs,
                evicts: true
            ),
        ]
        return metrics
    }

    private var breaker: PipelineMetrics.Breaker {
        let snapshot = scorer.breaker.snapshot
        return .init(
            scorer: scorer.name,
            state: snapshot.state.rawValue,
            transitions: snapshot.transitions.map { transition, count in
                .init(to: transition.to.label, reason: transition.reason.rawValue, count: UInt64(count))
            }
        )
    }
}

extension PipelineMetrics {
    /// Adds one shard's counts.
    fileprivate mutating func add(_ counts: ShardCounts) {
        intake += counts.intake
        paidAsChat += counts.paidAsChat
        for (reason, count) in counts.evictedRooms.enumerated() {
            evictedRooms[reason] += count
        }
        scoredByModel += counts.scoredByModel
        scoredByFallback += counts.scoredByFallback
        for (kind, count) in counts.unscored.enumerated() {
            unscored[kind] += count
        }
        for (reason, count) in counts.dropped.enumerated() {
            dropped[reason] += count
        }
        inFlightComments += counts.inFlight
        batchSize.merge(counts.batchSizes)
        scoreSeconds.merge(counts.scoreSeconds)
    }
}

extension CircuitBreaker.State {
    /// The name in metrics and logs.
    var label: String {
        switch self {
        case .closed: "closed"
        case .halfOpen: "half_open"
        case .open: "open"
        }
    }
}
