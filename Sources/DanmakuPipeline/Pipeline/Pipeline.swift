package import Logging
import ServiceLifecycle

/// Everything between the edges: comments in, log entries out.
///
/// The order of the stages is this file and ``Shard``: the ``intake`` admits into the shards' queues, each shard's runner
/// scores batches, its board aggregates and publishes into the ``log``, of which streams and snapshots are readers. There is
/// no socket and no HTTP in here.
package final class Pipeline: Service, Sendable {
    /// What was published, for streams and replays.
    package let log: LogReplica
    /// What the pipeline was told.
    package let configuration: PipelineConfiguration

    /// Where comments come in.
    package let intake: Intake
    /// What scores, with its breaker.
    package let scorer: GuardedScorer
    let time: any TimeSource
    let clock: any Clock<Duration>
    let flushTimer = FlushTimer()
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
    package convenience init(
        configuration: PipelineConfiguration,
        scorer: any SentimentScorer,
        fallback: any SentimentScorer,
        time: any TimeSource = SystemTime(),
        clock: any Clock<Duration> = ContinuousClock(),
        random: RandomSource = .system,
        logger: Logger
    ) {
        self.init(
            configuration: configuration,
            scorer: scorer,
            fallback: fallback,
            time: time,
            clock: clock,
            random: random,
            logger: logger,
            writer: { LocalLog($0) }
        )
    }

    /// The same with another way into the log; `writer` is given the replica that subscribers read.
    package init(
        configuration: PipelineConfiguration,
        scorer: any SentimentScorer,
        fallback: any SentimentScorer,
        time: any TimeSource,
        clock: any Clock<Duration>,
        random: RandomSource,
        logger: Logger,
        writer: (LogReplica) -> any LogWriter
    ) {
        self.configuration = configuration
        self.time = time
        self.clock = clock
        self.logger = logger
        let log = LogReplica(
            ringBytes: configuration.fanOut.ringBytes,
            epoch: LogReplica.epoch(from: random)
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
        let logWriter = writer(log)
        let timer = flushTimer
        let shards = (0..<configuration.shardCount)
            .map { _ in
                Shard(
                    intake: ShardIntake(configuration: configuration, shared: shared),
                    fanOut: configuration.fanOut,
                    displayKey: displayKey,
                    scorer: guarded,
                    log: log,
                    writer: logWriter,
                    budget: budget,
                    time: time,
                    flushTimer: timer
                )
            }
        self.log = log
        intake = Intake(shards: shards, shared: shared, budget: budget)
        self.scorer = guarded
    }

    var shards: [Shard] {
        intake.shards
    }
}
