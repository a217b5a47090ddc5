public import Logging
public import ServiceLifecycle

/// Everything between the edges: comments in, log entries out.
///
/// The order of the stages is this file and ``Shard``: ``offer(_:from:mode:client:watch:now:)`` admits into the shards'
/// queues, each shard's runner scores batches, its board aggregates and publishes into the ``log``, of which streams
/// and snapshots are readers. There is no socket and no HTTP in here.
public final class Pipeline: Service, Sendable {
    /// What was published, for streams and replays.
    package let log: EventLog
    /// What the pipeline was told.
    public let configuration: PipelineConfiguration

    let shards: [Shard]
    /// How much may wait.
    package let budget: QueueBudget
    let shared: ShardIntake.Shared
    /// What scores, with its breaker.
    package let scorer: GuardedScorer
    let time: any TimeSource
    let clock: any Clock<Duration>
    let flushTimer = FlushTimer()
    let refusals = EdgeRefusals()
    let roomBytes = SampledValue(interval: 1_000_000_000)
    let logger: Logger

    /// Builds a pipeline; nothing runs before ``run()``, though comments may be offered and will wait.
    ///
    /// - Parameters:
    ///   - configuration: The settings.
    ///   - scorer: The configured scorer.
    ///   - fallback: The scorer that stands in while the configured one is slow, failing or gone.
    ///   - time: Where drivers read the time.
    ///   - clock: What drivers sleep on.
    ///   - random: Where keys and epochs come from.
    ///   - logger: For state changes; nothing is logged per comment.
    public init(
        configuration: PipelineConfiguration,
        scorer: any SentimentScorer,
        fallback: any SentimentScorer,
        time: any TimeSource = SystemTime(),
        clock: any Clock<Duration> = ContinuousClock(),
        random: RandomSource = .system,
        logger: Logger
    ) {
        self.configuration = configuration
        self.time = time
        self.clock = clock
        self.logger = logger
        let log = EventLog(
            ringBytes: configuration.fanOut.ringBytes,
            epoch: EventLog.epoch(from: random)
        )
        let budget = QueueBudget(limit: configuration.queueLimit, byteLimit: configuration.queueByteLimit)
        let shared = ShardIntake.Shared(configuration: configuration, random: random)
        let changes = BreakerLog(scorer: scorer.name, window: configuration.breaker.window, logger: logger)
        let guarded = GuardedScorer(
            primary: scorer,
            fallback: fallback,
            configuration: configuration.breaker,
            time: time,
            clock: clock,
            seed: random.next(),
            onTransition: changes.log
        )
        let displayKey = random.next()
        let timer = flushTimer
        shards = (0..<configuration.shardCount)
            .map { _ in
                Shard(
                    intake: ShardIntake(configuration: configuration, shared: shared),
                    fanOut: configuration.fanOut,
                    displayKey: displayKey,
                    scorer: guarded,
                    log: log,
                    budget: budget,
                    time: time,
                    flushTimer: timer
                )
            }
        self.log = log
        self.budget = budget
        self.shared = shared
        self.scorer = guarded
    }

    /// Offers the comments of a chunk from an index on.
    ///
    /// Called by the edges, on their own threads, once per socket read. Comments are dealt with in order. A source
    /// that waits gets a prefix taken and its waiter called once there is room for more; a source that cannot wait
    /// gets everything dealt with, the last ones possibly as `shed`.
    ///
    /// - Parameters:
    ///   - chunk: The comments; ``CommentChunk/rejections`` are the edge's own business (``countRejected(_:)``).
    ///   - start: The index to begin at.
    ///   - mode: What to do when the queue is full.
    ///   - client: Who sent them, for limits of a client; ``ClientAddress/unknown`` for a source of our own.
    ///   - watch: Gets the results of the accepted comments; its `expect` is the edge's to call.
    ///   - now: When the edge had read the bytes.
    /// - Returns: What became of them.
    public func offer(
        _ chunk: CommentChunk,
        from start: Int,
        mode: OfferMode,
        client: ClientAddress = .unknown,
        watch: ResultWatch? = nil,
        now: Timestamp
    ) -> OfferOutcome {
        var outcome = OfferOutcome(next: start)
        let context = OfferContext(mode: mode, client: client, watch: watch, now: now)
        // One search an offer: while all rooms are in use, a flood of new ones must not search for each.
        var mayMakeRoom = true
        let waitingClaim: QueueBudget.Claim? =
            switch mode {
            case .waits(let waiter): waiter.hasTurn ? .called : .waiting
            case .refuses: nil
            }
        var share = waitingClaim == .called ? QueueBudget.share : .max
        while outcome.next < chunk.comments.count {
            if share == 0 {
                if case .waits(let waiter) = mode, let token = budget.wait(waiter, hadShare: true) {
                    outcome.wait = token
                    return outcome
                }
                share = QueueBudget.share
            }
            let run = run(in: chunk, from: outcome.next).prefix(share)
            let claim = waitingClaim ?? (chunk.comments[run.lowerBound].kind == .paid ? .paid : .chat)
            let granted = budget.reserve(run.count, for: claim)
            share -= granted
            if granted > 0 {
                let refused = shard(of: chunk.comments[run.lowerBound])
                    .offer(chunk, run.prefix(granted), context: context, outcome: &outcome) {
                        mayMakeRoom = mayMakeRoom && makeRoom(near: chunk.comments[run.lowerBound], context)
                        return mayMakeRoom
                    }
                if refused {
                    shedRest(of: chunk, context, .rate, outcome: &outcome)
                }
            }
            guard granted < run.count else {
                continue
            }
            switch mode {
            case .waits(let waiter):
                if let token = budget.wait(waiter) {
                    outcome.wait = token
                    return outcome
                }
            case .refuses:
                shedRest(of: chunk, context, .load, outcome: &outcome)
            }
        }
        return outcome
    }

    /// Takes back a wait: a source that is gone must not keep what it had read until the queue has room.
    ///
    /// Costs the same however many wait. If the waiter is being called at this moment, nothing happens.
    public func cancel(_ wait: DemandToken) {
        budget.cancel(wait)
    }

    /// How many sources wait for room in the queue.
    package var waitingSources: Int {
        budget.waiting
    }

    /// Counts comments that an edge refused before it could offer them.
    public func countRejected(_ comments: Int) {
        refusals.countRejected(comments)
    }

    /// The longest run of comments from an index on that one shard takes under one claim.
    private func run(in chunk: CommentChunk, from start: Int) -> Range<Int> {
        let first = chunk.comments[start]
        let shard = shardIndex(first.roomHash)
        var end = start + 1
        while end < chunk.comments.count, shardIndex(chunk.comments[end].roomHash) == shard,
            (chunk.comments[end].kind == .paid) == (first.kind == .paid)
        {
            end += 1
        }
        return start..<end
    }

    /// Sheds what is left of an offer, so that the shed ones are always the last.
    private func shedRest(
        of chunk: CommentChunk,
        _ context: OfferContext,
        _ reason: OfferOutcome.ShedReason,
        outcome: inout OfferOutcome
    ) {
        while outcome.next < chunk.comments.count {
            let run = run(in: chunk, from: outcome.next)
            shard(of: chunk.comments[run.lowerBound]).shed(chunk, run, now: context.now)
            outcome.shed += run.count
            outcome.shedReason = outcome.shedReason ?? reason
            if context.watch != nil {
                outcome.unwatched += run.map { .init(item: chunk.comments[$0].item, reason: .shed(reason)) }
            }
            outcome.next = run.upperBound
        }
    }

    /// Forgets a room to make place for another one, looking in the new room's shard first.
    ///
    /// A client that began too many rooms lately may only take the place of rooms that were too many themselves.
    private func makeRoom(near comment: DecodedComment, _ context: OfferContext) -> Bool {
        let now = context.now
        let first = shardIndex(comment.roomHash)
        func search(_ standing: RoomStanding) -> Bool {
            (0..<shards.count)
                .contains { offset in
                    shards[(first + offset) % shards.count].makeRoom(from: standing, now: now)
                }
        }
        if shared.roomCount.hasExcess, search(.excess) {
            return true
        }
        return shared.newRooms.isWithin(context.client, now: now.nanoseconds) && search(.single)
    }

    func shard(of comment: DecodedComment) -> Shard {
        shards[shardIndex(comment.roomHash)]
    }

    func shardIndex(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash) & (configuration.shardCount - 1)
    }
}
