import DanmakuPipeline
import DanmakuTestKit
import Testing

/// Any interleaving of publish, join, stall, resume, disconnect, new epoch, eviction from the ring and drain, on two event
/// loops: each stream is read by a conforming parser and judged by ``StreamJudge`` against what was published.
@Suite("Fan-out, any interleaving")
struct FanOutPropertyTests {
    @Test("every event once, or said what was left out", .computes, arguments: 0..<80)
    func interleaving(_: Int) {
        let seed = UInt64.random(in: 0...999_999_999)
        var world = FanOutWorld(seed: seed)
        world.run(steps: 400)
        if !world.failures.isEmpty {
            print("FanOutPropertyTests seed \(seed)")
        }
        #expect(world.failures.isEmpty, "seed \(seed): \(world.failures.prefix(3))")
    }

    @Test(
        "seeds that once failed",
        arguments: [601_472_556, 908_551_968, 937_783_019, 939_957_027, 136_587_418, 79_716_749, 533_605_193]
            as [UInt64]
    )
    func repeated(_ seed: UInt64) {
        var world = FanOutWorld(seed: seed)
        world.run(steps: 400)
        #expect(world.failures.isEmpty, "seed \(seed): \(world.failures.prefix(3))")
    }
}
