import DanmakuReplay
import DanmakuTestKit
import Synchronization
import Testing

@Suite("Replay: progress output")
struct ReplayReportTests {
    private final class Looks: Sendable {
        private let left: Mutex<[ReplayProgress]>
        let texts = Mutex<[String]>([])

        init(_ looks: [ReplayProgress]) {
            left = Mutex(looks.reversed())
        }

        func next() -> ReplayProgress {
            left.withLock { $0.popLast() } ?? ReplayProgress()
        }
    }

    /// What a report writes while its clock moves by half seconds.
    private func written(isTerminal: Bool, looks: [ReplayProgress]) async -> [String] {
        let clock = ManualClock()
        let seen = Looks(looks)
        let report = ReplayReport(address: "host:9000", isTerminal: isTerminal, clock: clock) { text in
            seen.texts.withLock { $0.append(text) }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await report.show { seen.next() }
            }
            for _ in looks {
                _ = await clock.sleeper()
                clock.advance(by: .milliseconds(500))
            }
            // It sleeps again: the last look was written.
            _ = await clock.sleeper()
            group.cancelAll()
        }
        return seen.texts.withLock { $0 }
    }

    private func progress(sent: Int, failure: String? = nil) -> ReplayProgress {
        var progress = ReplayProgress()
        progress.sent = sent
        progress.counts.lines = sent
        progress.failure = failure
        return progress
    }

    @Test("Without a terminal there is a line every five seconds")
    func lines() async {
        let texts = await written(isTerminal: false, looks: (1...20).map { progress(sent: 10 * $0) })
        #expect(texts == ["sent 100  20/s  5.0 s\n", "sent 200  20/s  10.0 s\n"])
    }

    @Test("On a terminal one line is overwritten")
    func terminal() async {
        let texts = await written(isTerminal: true, looks: [progress(sent: 10), progress(sent: 30)])
        #expect(texts == ["\r\u{1B}[Ksent 10  20/s  0.5 s", "\r\u{1B}[Ksent 30  40/s  1.0 s"])
    }

    @Test("A refused connection is reported at once, and once")
    func failure() async {
        let refused = progress(sent: 2, failure: "connection refused")
        let texts = await written(isTerminal: false, looks: [refused, refused, progress(sent: 2), refused])
        let line = "danmaku replay: host:9000: connection refused; trying again\n"
        #expect(texts == [line, line])
    }
}
