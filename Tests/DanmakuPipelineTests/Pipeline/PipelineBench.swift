import DanmakuPipeline
import DanmakuTestKit
import Logging
import SentimentModel

/// A pipeline that runs for one test, with a scripted scorer and time that only moves when told.
struct PipelineBench {
    let pipeline: Pipeline
    let scorer: ScriptedScorer
    let clock = ManualClock()
    var time: ManualTime {
        clock.time
    }

    static let happy = Sentiment(label: .positive, emotion: .happy, score: 500, confidence: 900, affective: true)

    init(
        _ script: [ScriptedScorer.Step] = [.answers(happy)],
        random: RandomSource = .system,
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        configure: (inout PipelineConfiguration) -> Void = { _ in },
        writer: (LogReplica) -> any LogWriter = { LocalLog($0) }
    ) {
        var configuration = PipelineConfiguration()
        configuration.shardCount = 4
        configuration.breaker.timeout = .seconds(3600)
        configure(&configuration)
        scorer = ScriptedScorer(script)
        pipeline = Pipeline(
            configuration: configuration,
            scorer: scorer,
            fallback: ScriptedScorer(name: "fallback", [.answers(Self.happy)]),
            time: clock.time,
            clock: clock,
            random: random,
            logger: logger,
            writer: writer
        )
    }

    /// Runs the pipeline while `body` runs.
    func run(_ body: () async throws -> Void) async throws {
        let pipeline = pipeline
        // Unstructured, so that `body` stays on the caller; cancelled when it ends.
        let running = Task { try await pipeline.run() }
        defer { running.cancel() }
        await settled()
        try await body()
    }

    func offer(
        _ fixtures: [CommentFixture],
        mode: OfferMode = .refuses,
        client: ClientAddress = .unknown
    ) -> Offered {
        var offering = Offering(CommentChunk(fixtures), receivedAt: time.now())
        return offer(&offering, mode: mode, client: client)
    }

    func offer(
        _ offering: inout Offering,
        mode: OfferMode = .refuses,
        client: ClientAddress = .unknown,
        watch: ResultWatch? = nil
    ) -> Offered {
        let wait = pipeline.intake.offer(&offering, from: pipeline.intake.source(of: client)!, mode, watch: watch)
        let settlement = offering.takeSettlement()
        return Offered(
            counts: settlement.counts,
            rejections: settlement.rejections,
            next: offering.next,
            watched: offering.watched,
            wait: wait
        )
    }

    /// What became of one offer.
    struct Offered {
        var counts: IntakeCounts
        var rejections: [Rejection]
        var next: Int
        var watched: Int
        var wait: DemandToken?

        var accepted: Int {
            counts.accepted
        }

        var duplicate: Int {
            counts.duplicate
        }

        var shed: Int {
            counts.shed
        }
    }

    /// Moves time on by whole seconds; returns when the pipeline has done what it does once a second.
    func settle(seconds: Int) async {
        for _ in 0..<seconds {
            clock.advance(by: .seconds(1))
            await settled()
        }
    }

    /// Waits until the pipeline sleeps for the next second.
    private func settled() async {
        // No other part sleeps for exactly that: flushes take milliseconds, time-outs an hour.
        while await clock.sleeper().deadline.offset - clock.now.offset != .seconds(1) {}
    }
}
