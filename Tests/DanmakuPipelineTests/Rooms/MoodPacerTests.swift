import DanmakuPipeline
import Testing

@Suite("A room's mood pacer")
struct MoodPacerTests {
    private static let step = Fixture.second / 4
    private var pacer = MoodPacer(configuration: FanOutConfiguration())

    @Test("the first change is published at once, in full")
    mutating func first() {
        #expect(pacer.due == nil)
        #expect(pacer.takeIfDue(now: 0) == nil)
        pacer.change(now: 7)
        #expect(pacer.takeIfDue(now: 7) == .full)
    }

    @Test("after that at most mood-rate a second, in full at most once a second")
    mutating func rate() {
        var taken: [MoodSnapshot.Detail] = []
        var times: [Int64] = []
        for millisecond in 0..<3000 as Range<Int64> {
            let now = millisecond * 1_000_000
            pacer.change(now: now)
            if let detail = pacer.takeIfDue(now: now) {
                taken.append(detail)
                times.append(now)
            }
        }
        #expect(times == (0..<12).map { $0 * Self.step })
        #expect(taken == (0..<12).map { $0 % 4 == 0 ? .full : .brief })
    }

    @Test("an announcement is one brief mood, at the rate, and nothing follows it")
    mutating func announcement() {
        pacer.change(now: 0)
        _ = pacer.takeIfDue(now: 0)
        pacer.announce()
        #expect(pacer.takeIfDue(now: Self.step - 1) == nil)
        #expect(pacer.takeIfDue(now: Self.step) == .brief)
        var quiet = MoodPacer(configuration: FanOutConfiguration())
        quiet.change(now: 0)
        _ = quiet.takeIfDue(now: 0)
        let later = 1000 * Fixture.second
        while let due = quiet.due, due < later {
            _ = quiet.takeIfDue(now: due)
        }
        quiet.announce()
        #expect(quiet.takeIfDue(now: later) == .brief)
        #expect(quiet.due == nil)
        quiet.announce()
        quiet.change(now: later + Fixture.second)
        #expect(quiet.takeIfDue(now: later + Fixture.second) == .full, "a comment says more")
    }

    @Test("without comments it follows the decay until the shortest window is empty, then stops")
    mutating func decay() {
        pacer.change(now: 0)
        _ = pacer.takeIfDue(now: 0)
        var times: [Int64] = []
        while let due = pacer.due {
            #expect(pacer.takeIfDue(now: due - 1) == nil)
            #expect(pacer.takeIfDue(now: due) == .full)
            times.append(due / Fixture.second)
        }
        #expect(times == [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 61])
        pacer.change(now: 100 * Fixture.second)
        #expect(pacer.takeIfDue(now: 100 * Fixture.second) == .full)
    }
}
