import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("The intake, the one door")
struct IntakeTests {
    /// Lines of valid comments, repeats, new rooms beyond the limit, and lines that are none.
    private static func chunk(_ random: inout SeededGenerator, lines: Int) -> CommentChunk {
        var text = ""
        for line in 0..<lines {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: text += "{\n"
            case 1: text += #"{"room":"a"}"# + "\n"
            case 2: text += #"{"room":"room-\#(line)","text":"x"}"# + "\n"
            case 3: text += #"{"room":"a","text":"x","id":\#(line % 5)}"# + "\n"
            default: text += #"{"room":"b","text":"x"}"# + "\n"
            }
        }
        var decoder = LineDecoder(expectsHello: false)
        return Array(text.utf8).withUnsafeBytes { decoder.decode($0) }.chunk
    }

    @Test("what is settled is a prefix of the items, in their order, each once", arguments: 0..<20)
    func prefix(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let bench = PipelineBench {
            $0.queueLimit = 50
            $0.rooms.max = 3
        }
        let chunk = Self.chunk(&random, lines: 300)
        var offering = Offering(chunk, receivedAt: bench.time.now())
        #expect(offering.count == 300 && offering.taken == 0)
        let (resumed, resume) = AsyncStream<Void>.makeStream()
        var counts = IntakeCounts()
        var rejections: [Rejection] = []
        var waits = 0
        func offer() -> DemandToken? {
            let outcome = bench.offer(&offering, mode: .waits(DemandWaiter { resume.yield() }))
            counts += outcome.counts
            rejections += outcome.rejections
            #expect(counts.total == offering.taken, "seed \(seed)")
            if outcome.wait != nil {
                waits += 1
                let first = chunk.comments[offering.next].item
                #expect(Int(first) == offering.taken + 1, "seed \(seed): lines are numbered from 1")
                #expect(rejections.allSatisfy { $0.item < first }, "seed \(seed)")
            }
            return outcome.wait
        }
        // Before anything is scored, so that every room has a comment pending and none makes way.
        var wait = offer()
        try await bench.run {
            var calls = resumed.makeAsyncIterator()
            while wait != nil {
                await calls.next()
                wait = offer()
            }
            try await bench.pipeline.drain()
        }
        #expect(offering.isTaken)
        #expect(waits > 0)
        #expect(rejections.count == counts.rejected)
        #expect(rejections.map(\.item) == rejections.map(\.item).sorted())
        #expect(rejections.contains { $0.error == .roomLimit } && rejections.contains { $0.error == .invalidJSON })
        let metrics = bench.pipeline.metrics()
        #expect(metrics.intake == counts && metrics.identityHolds)
    }

    @Test("while the server drains no source is let in; what one offers that was let in before is taken")
    func draining() throws {
        let bench = PipelineBench()
        let source = try #require(bench.pipeline.intake.source(of: .unknown))
        bench.pipeline.intake.readiness.advance(to: .draining)
        #expect(bench.pipeline.intake.source(of: .unknown) == nil)
        var offering = Offering(CommentChunk([CommentFixture(text: "x")]), receivedAt: bench.time.now())
        #expect(bench.pipeline.intake.offer(&offering, from: source, .refuses) == nil)
        #expect(offering.isTaken && offering.takeSettlement().counts == IntakeCounts(accepted: 1))
        #expect(offering.takeSettlement() == Offering.Settlement(), "a settlement is told once")
    }
}
