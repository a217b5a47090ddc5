import DanmakuPipeline
import Testing

@Suite("System time")
struct SystemTimeTests {
    // The one test that reads the real clocks, because they are what it tests. It asserts no duration.
    @Test("both clocks count from 1970, and the one that is never set does not go back")
    func clocks() {
        let time = SystemTime()
        var last = time.now()
        // No test runs on a machine whose clock is a minute off from when the process began.
        #expect(abs(last.nanoseconds / 1_000_000 - last.milliseconds) < 60_000)
        for _ in 0..<1000 {
            let next = SystemTime().now()
            #expect(next.nanoseconds >= last.nanoseconds)
            last = next
        }
    }
}
