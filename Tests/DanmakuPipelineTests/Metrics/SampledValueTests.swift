import DanmakuPipeline
import Testing

/// A figure that is measured now and then.
@Suite("Sampled value")
struct SampledValueTests {
    @Test("a thousand readings within the interval cost one measurement")
    func interval() {
        let value = SampledValue(interval: 1000)
        var measured = 0
        let read = { (now: Int64) in
            value.value(now: now) {
                measured += 1
                return measured * 10
            }
        }
        for now in Int64(5)..<1005 {
            #expect(read(now) == 10)
        }
        #expect(measured == 1)
        #expect(read(1005) == 20)
        #expect(read(2004) == 20)
        #expect(measured == 2)
    }
}
