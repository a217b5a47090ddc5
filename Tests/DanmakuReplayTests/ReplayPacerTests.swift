import DanmakuReplay
import Testing

@Suite("Replay: when a line is due")
struct ReplayPacerTests {
    @Test("Times are kept from the first line on, scaled by the speed")
    func scaled() {
        var pacer = ReplayPacer(speed: 2)
        let due1 = pacer.due(10_000, now: 500)
        #expect(due1 == 500)
        let due2 = pacer.due(11_000, now: 600)
        #expect(due2 == 500 + 500_000_000)
        let due3 = pacer.due(12_000, now: 700_000_000)
        #expect(due3 == 500 + 1_000_000_000)
    }

    @Test("A late line is due in the past and does not move the rest")
    func late() {
        var pacer = ReplayPacer(speed: 1)
        _ = pacer.due(0, now: 0)
        let due4 = pacer.due(1, now: 9_000_000_000)
        #expect(due4 == 1_000_000)
        let due5 = pacer.due(10_000, now: 9_000_000_000)
        #expect(due5 == 10_000_000_000)
    }

    @Test("A time that jumps back starts a new segment at once")
    func jumpsBack() {
        var pacer = ReplayPacer(speed: 1)
        _ = pacer.due(5_000, now: 0)
        let due6 = pacer.due(60_000, now: 0)
        #expect(due6 == 55_000_000_000)
        let due7 = pacer.due(4_999, now: 7)
        #expect(due7 == 7)
        let due8 = pacer.due(5_999, now: 8)
        #expect(due8 == 7 + 1_000_000_000)
    }

    @Test("The next loop starts anew, lines without a time are due at once, and so is everything at full speed")
    func atOnce() {
        var pacer = ReplayPacer(speed: 1)
        _ = pacer.due(5_000, now: 0)
        let due9 = pacer.due(nil, now: 3)
        #expect(due9 == 3)
        pacer.restart()
        let due10 = pacer.due(9_000, now: 4)
        #expect(due10 == 4)
        var fastest = ReplayPacer(speed: nil)
        let due11 = fastest.due(0, now: 1)
        #expect(due11 == 1)
        let due12 = fastest.due(99_000, now: 2)
        #expect(due12 == 2)
    }

    @Test("A recording's absurd time is far away, not a crash")
    func absurd() {
        var pacer = ReplayPacer(speed: 0.001)
        _ = pacer.due(0, now: 1_000)
        let due13 = pacer.due(Int64.max / 1000, now: 1_000)
        #expect(due13 == 1_000 + Int64(3e18))
    }

    @Test("Waiting doubles up to its ceiling, and a success starts it over")
    func backoff() {
        var backoff = ReplayBackoff()
        let growing = (0..<8).map { _ in backoff.failed(random: 1) }
        #expect(growing == [0.25, 0.5, 1, 2, 4, 8, 10, 10])
        backoff.succeeded()
        let again = backoff.failed(random: 0.5)
        #expect(again == 0.125)
    }
}
