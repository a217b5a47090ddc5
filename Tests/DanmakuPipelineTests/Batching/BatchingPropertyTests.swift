import DanmakuPipeline
import Testing

@Suite("Batching against a naive reference")
struct BatchingPropertyTests {
    @Test("random scripts hold every invariant", arguments: 0..<60)
    func scripts(seed: UInt64) {
        var model = BatchingModel(seed: seed)
        for _ in 0..<120 {
            model.step()
        }
        model.finish()
        // Seen when a run fails: the script is the seed's.
        #expect(model.enqueued > 0, "seed \(seed)")
    }

    @Test("the scripts reach every reason")
    func reasons() {
        var reasons: Set<DispatchReason> = []
        for seed in 1000..<1030 {
            var model = BatchingModel(seed: UInt64(seed))
            for _ in 0..<120 {
                model.step()
            }
            model.finish()
            reasons.formUnion(model.reasons)
        }
        #expect(reasons == Set(DispatchReason.allCases))
    }
}
