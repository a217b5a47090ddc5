import DanmakuPipeline

/// Everything that `/metrics` shows of this server, read at one moment.
struct ServerMetrics: Sendable {
    /// What the pipeline counted and holds.
    var pipeline: PipelineMetrics
    /// What the event streams counted, all loops together.
    var fanOut: FanOutCounters
    /// What the ingest port counted.
    var ingest: IngestCounters.Snapshot
    /// How often each listener could not accept a connection.
    var acceptErrors: [(listener: String, count: Int)] = []
    /// HTTP connections that are open.
    var httpConnections: Int
    /// What clients hold.
    var budgets: ClientBudgets
    /// What the system says.
    var process: ProcessMetrics
    /// How often free memory was given back to the system.
    var memoryTrims = 0

    /// Writes every family; no label takes a value that a client chooses.
    func write(into text: inout PrometheusText) {
        writeComments(into: &text)
        writeBatches(into: &text)
        writeScorers(into: &text)
        writeStreams(into: &text)
        writeMemory(into: &text)
        writeMemoryTrims(into: &text)
        writeBudgets(into: &text)
        writeProcess(into: &text)
    }

    private func writeComments(into text: inout PrometheusText) {
        var name = "danmaku_comments_total"
        text.family(name, .counter, "Comments by outcome; received is the sum of the rest.")
        let outcomes = [
            ("received", pipeline.intake.total), ("accepted", pipeline.intake.accepted),
            ("duplicate", pipeline.intake.duplicate), ("rejected", pipeline.intake.rejected),
            ("shed", pipeline.intake.shed),
        ]
        for (outcome, count) in outcomes {
            text.sample(name, [("outcome", outcome)], count)
        }
        text.single(
            "danmaku_paid_as_chat_total",
            .counter,
            "Paid comments that were taken as chat because their room was over admission.paid-rate.",
            pipeline.paidAsChat
        )
        name = "danmaku_scored_total"
        text.family(name, .counter, "Accepted comments that got a verdict, by whom it came from.")
        let sources = [
            ("model", pipeline.scoredByModel), ("cache", pipeline.scoredByCache),
            ("fallback", pipeline.scoredByFallback),
        ]
        for (source, count) in sources {
            text.sample(name, [("by", source)], count)
        }
        name = "danmaku_unscored_total"
        text.family(name, .counter, "Accepted comments of kinds that are published without a verdict.")
        for kind in CommentKind.allCases where !kind.isScored {
            text.sample(name, [("kind", "\(kind.name)")], pipeline.unscored[Int(kind.rawValue)])
        }
        name = "danmaku_dropped_total"
        text.family(name, .counter, "Accepted comments that were lost, by reason.")
        for (reason, count) in zip(DropReason.allCases, pipeline.dropped) {
            text.sample(name, [("reason", reason.rawValue)], count)
        }
        text.single("danmaku_queue_comments", .gauge, "Comments that wait to be scored.", pipeline.queueComments)
        text.single("danmaku_queue_limit", .gauge, "The most comments that may wait.", pipeline.queueLimit)
        text.single("danmaku_inflight_comments", .gauge, "Comments that are being scored.", pipeline.inFlightComments)
        text.single(
            "danmaku_unaccounted_comments",
            .gauge,
            "Accepted less scored, unscored, dropped, queued and in flight: 0 unless there is a bug.",
            pipeline.unaccounted
        )
    }

    private func writeBatches(into text: inout PrometheusText) {
        text.family("danmaku_batch_size", .histogram, "Comments a batch.")
        text.histogram("danmaku_batch_size", of: pipeline.batchSize)
        text.family("danmaku_batch_dispatch_total", .counter, "Batches by why they left.")
        for (reason, count) in pipeline.dispatches {
            text.sample("danmaku_batch_dispatch_total", [("reason", reason)], count)
        }
        text.family("danmaku_score_seconds", .histogram, "How long scoring a batch took.")
        text.histogram("danmaku_score_seconds", of: pipeline.scoreSeconds)
        text.family("danmaku_sojourn_seconds", .histogram, "Received to scored, one observation a comment.")
        text.histogram("danmaku_sojourn_seconds", of: pipeline.sojournSeconds)
    }

    private func writeScorers(into text: inout PrometheusText) {
        text.family("danmaku_breaker_state", .gauge, "The breaker of a scorer: 0 closed, 1 half-open, 2 open.")
        for breaker in pipeline.breakers {
            text.sample("danmaku_breaker_state", [("scorer", breaker.scorer)], breaker.state)
        }
        let name = "danmaku_breaker_transitions_total"
        text.family(name, .counter, "Changes of a breaker's state, by what to and why.")
        for breaker in pipeline.breakers {
            for transition in breaker.transitions.sorted(by: { ($0.to, $0.reason) < ($1.to, $1.reason) }) {
                text.sample(
                    name,
                    [("scorer", breaker.scorer), ("to", transition.to), ("reason", transition.reason)],
                    transition.count
                )
            }
        }
    }

    private func writeStreams(into text: inout PrometheusText) {
        text.single("danmaku_rooms", .gauge, "Rooms that are kept.", pipeline.rooms)
        text.family("danmaku_rooms_evicted_total", .counter, "Rooms that were forgotten, by reason.")
        for (reason, count) in zip(RoomEviction.allCases, pipeline.evictedRooms) {
            text.sample("danmaku_rooms_evicted_total", [("reason", reason.rawValue)], count)
        }
        text.single("danmaku_subscribers", .gauge, "Event streams that are open.", fanOut.subscribers)
        text.family("danmaku_subscriber_events_total", .counter, "Log entries by what became of them at subscribers.")
        text.sample("danmaku_subscriber_events_total", [("outcome", "delivered")], fanOut.delivered)
        text.sample("danmaku_subscriber_events_total", [("outcome", "skipped")], fanOut.skipped)
        text.family("danmaku_stream_closed_total", .counter, "Ended event streams by reason.")
        for reason in StreamEnd.allCases {
            text.sample("danmaku_stream_closed_total", [("reason", reason.rawValue)], fanOut.closed[reason] ?? 0)
        }
        text.family("danmaku_replay_total", .counter, "Joins with a cursor: honoured, or answered with reset.")
        text.sample("danmaku_replay_total", [("result", "hit")], fanOut.replayHits)
        text.sample("danmaku_replay_total", [("result", "reset")], fanOut.replayResets)
        text.family(
            "danmaku_publish_seconds",
            .histogram,
            "Received to handed to the socket, one observation a comment and event loop."
        )
        text.histogram("danmaku_publish_seconds", of: fanOut.publishSeconds)
    }

    private func writeMemory(into text: inout PrometheusText) {
        text.single(
            "danmaku_dedupe_age_seconds",
            .gauge,
            "How long ago the oldest id was seen that is still remembered.",
            pipeline.dedupeAgeSeconds
        )
        text.single(
            "danmaku_replay_age_seconds",
            .gauge,
            "How old the oldest event is that can be replayed.",
            pipeline.replayAgeSeconds
        )
        text.family("danmaku_memory_bytes", .gauge, "Bytes that a part of the server holds.")
        for component in pipeline.components + [fanOut.component] + budgets.all.map(\.component) {
            text.sample("danmaku_memory_bytes", [("component", component.name)], component.bytes)
        }
    }

    private func writeMemoryTrims(into text: inout PrometheusText) {
        text.single(
            "danmaku_memory_trims_total",
            .counter,
            "How often the allocator was told to give free pages back to the system.",
            memoryTrims
        )
    }

    private func writeBudgets(into text: inout PrometheusText) {
        text.family("danmaku_budget_used", .gauge, "What clients hold of a budget, in its unit.")
        for budget in budgets.all {
            text.sample("danmaku_budget_used", [("budget", budget.name)], budget.held)
        }
        text.family("danmaku_budget_limit", .gauge, "The most that all clients together may hold of a budget.")
        for budget in budgets.all {
            text.sample("danmaku_budget_limit", [("budget", budget.name)], budget.limit)
        }
        let name = "danmaku_budget_refused_total"
        text.family(name, .counter, "Refused reservations: the budget was full, or the cap of an address was reached.")
        for budget in budgets.all {
            let snapshot = budget.snapshot
            text.sample(name, [("budget", budget.name), ("reason", "full")], snapshot.refusedFull)
            text.sample(name, [("budget", budget.name), ("reason", "address")], snapshot.refusedAddress)
        }
    }

    private func writeProcess(into text: inout PrometheusText) {
        text.single("danmaku_ingest_connections", .gauge, "Connections to the ingest port.", ingest.open)
        text.single("danmaku_ingest_lines_total", .counter, "Lines that the ingest port dealt with.", ingest.lines)
        text.single(
            "danmaku_ingest_abandoned_lines_total",
            .counter,
            "Lines that were read and never offered, because their connection was reset or ended by an error.",
            ingest.abandoned
        )
        text.family("danmaku_accept_errors_total", .counter, "Connections that a listener could not accept.")
        for (listener, count) in acceptErrors {
            text.sample("danmaku_accept_errors_total", [("listener", listener)], count)
        }
        text.single("danmaku_http_connections", .gauge, "Connections to the HTTP port.", httpConnections)
        if let bytes = process.residentBytes {
            text.single("process_resident_memory_bytes", .gauge, "Resident memory size in bytes.", bytes)
        }
        if let seconds = process.cpuSeconds {
            let help = "Total user and system CPU time spent in seconds."
            text.single("process_cpu_seconds_total", .counter, help, seconds)
        }
        if let descriptors = process.openDescriptors {
            text.single("process_open_fds", .gauge, "Number of open file descriptors.", descriptors)
        }
    }
}
