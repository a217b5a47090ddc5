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
    let budget: QueueBudget
    let roomCount: RoomCount
    let dedupe: DedupeWindow
    let scorer: GuardedScorer
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
        let roomCount = RoomCount(limit: configuration.rooms.max)
        let dedupe = DedupeWindow(
            capacity: configuration.admission.dedupeIDs,
            seconds: configuration.admission.dedupeSeconds
        )
        let guarded = GuardedScorer(
            primary: scorer,
            fallback: fallback,
            configuration: configuration.breaker,
            time: time
        )
        let timer = flushTimer
        shards = (0..<configuration.shardCount)
            .map { _ in
                Shard(
                    intake: ShardIntake(configuration: configuration, dedupe: dedupe, roomCount: roomCount),
                    fanOut: configuration.fanOut,
                    scorer: guarded,
                    log: log,
                    budget: budget,
                    time: time,
                    flushTimer: timer
                )
            }
        self.log = log
        self.budget = budget
        self.roomCount = roomCount
        self.dedupe = dedupe
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
        while outcome.next < chunk.comments.count {
            let run = run(in: chunk, from: outcome.next)
            let claim: QueueBudget.Claim
            switch mode {
            case .waits:
                claim = .waiting
            case .refuses:
                claim = chunk.comments[run.lowerBound].kind == .paid ? .paid : .chat
            }
            let granted = budget.reserve(run.count, for: claim)
            if granted > 0 {
                let refused = shard(of: chunk.comments[run.lowerBound])
                    .offer(
                        chunk,
                        run.prefix(granted),
                        mode: mode,
                        watch: watch,
                        now: now,
                        outcome: &outcome
                    )
                if refused {
                    shedRest(of: chunk, outcome: &outcome, now: now)
                }
            }
            guard granted < run.count else {
                continue
            }
            switch mode {
            case .waits(let waiter):
                if budget.wait(waiter) {
                    return outcome
                }
            case .refuses:
                shedRest(of: chunk, outcome: &outcome, now: now)
            }
        }
        return outcome
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
    private func shedRest(of chunk: CommentChunk, outcome: inout OfferOutcome, now: Timestamp) {
        while outcome.next < chunk.comments.count {
            let run = run(in: chunk, from: outcome.next)
            shard(of: chunk.comments[run.lowerBound]).shed(chunk, run, now: now)
            outcome.shed += run.count
            outcome.next = run.upperBound
        }
    }

    func shard(of comment: DecodedComment) -> Shard {
        shards[shardIndex(comment.roomHash)]
    }

    func shardIndex(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash) & (configuration.shardCount - 1)
    }
}
