import DanmakuTestKit
import SentimentModel
import Synchronization
import Testing

@testable import DanmakuPipeline

@Suite("Scoring lane")
struct ScoringLaneTests {
    private static func lane(_ scorer: ScriptedScorer) -> ScoringLane {
        let time = ManualTime()
        let guarded = GuardedScorer(
            primary: scorer,
            fallback: ScriptedScorer(name: "fallback", [.answers(PipelineBench.happy)]),
            configuration: CircuitBreakerConfiguration(),
            time: time,
            clock: ManualClock()
        )
        return ScoringLane(scorer: guarded, time: time)
    }

    private static func batch(_ texts: [String], kind: CommentKind = .chat) -> CommentBatch {
        var queue = CommentQueue(maxBatch: 100)
        let chunk = CommentChunk(texts.map { CommentFixture(text: $0, kind: kind) })
        for comment in chunk.comments {
            queue.append(
                comment,
                in: chunk.bytes.span,
                slot: 0,
                number: 0,
                author: 0,
                receivedAt: Timestamp(nanoseconds: 0, milliseconds: 0),
                exposeUID: false,
                watch: nil
            )
        }
        return queue.take()
    }

    @Test("batches come back scored, one after another, whether the runner or the batch was there first")
    func order() async {
        let lane = Self.lane(ScriptedScorer([.answers(PipelineBench.happy)]))
        lane.submit(Self.batch(["一", "二"]))
        let given = Mutex<[Int]>([])
        await lane.run { scored in
            #expect(scored.verdicts.sentiments.count == scored.texts.count)
            let count = given.withLock { given in
                given.append(scored.batch.comments.count)
                return given.count
            }
            if count < 5 {
                // The lane is idle again: the next one may be handed over from here.
                lane.submit(Self.batch((0...count).map { "\($0)" }))
            } else {
                lane.stop()
            }
        }
        #expect(given.withLock { $0 } == [2, 2, 3, 4, 5])
    }

    @Test("a batch of what is not scored comes back without a call")
    func unscored() async {
        let scorer = ScriptedScorer([.answers(PipelineBench.happy)])
        let lane = Self.lane(scorer)
        lane.submit(Self.batch(["礼物"], kind: .gift))
        await lane.run { scored in
            #expect(scored.texts.count == 0 && scored.verdicts.sentiments.isEmpty)
            lane.stop()
        }
        #expect(scorer.calls.isEmpty)
    }

    @Test("a stopped lane gives nothing back, and a sleeping runner wakes")
    func stopped() async {
        let lane = Self.lane(ScriptedScorer([.answers(PipelineBench.happy)]))
        // Sleeps until the lane is stopped, beside the steps of the test.
        let runner = Task {
            await lane.run { _ in Issue.record("nothing was handed over") }
        }
        lane.stop()
        await runner.value
        lane.submit(Self.batch(["一"]))
        await lane.run { _ in Issue.record("it is stopped") }
    }
}
