/// The progress output of a replay: one line that is overwritten on a terminal, else a line every five seconds.
package struct ReplayReport<ReportClock: Clock>: Sendable where ReportClock.Duration == Duration {
    private static var interval: Duration { .milliseconds(500) }
    /// How many intervals pass between two lines that are not overwritten.
    private static var looksPerLine: Int { 10 }

    private let address: String
    private let isTerminal: Bool
    private let clock: ReportClock
    private let write: @Sendable (String) -> Void

    /// Creates a report.
    ///
    /// - Parameters:
    ///   - address: The server, as the user named it.
    ///   - isTerminal: Whether a line can be overwritten.
    ///   - clock: The clock of the interval.
    ///   - write: Writes text to standard error.
    package init(
        address: String,
        isTerminal: Bool,
        clock: ReportClock,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.address = address
        self.isTerminal = isTerminal
        self.clock = clock
        self.write = write
    }

    /// Shows the progress until cancelled.
    package func show(_ progress: @Sendable () -> ReplayProgress) async throws {
        let start = clock.now
        var before = (sent: 0, at: start)
        var failure: String?
        var looks = 0
        while true {
            try await clock.sleep(for: Self.interval)
            looks += 1
            let progress = progress()
            if progress.failure != failure {
                failure = progress.failure
                if let failure {
                    write("\(clearing)danmaku replay: \(address): \(failure); trying again\n")
                }
            }
            guard isTerminal || looks % Self.looksPerLine == 0 else {
                continue
            }
            let now = clock.now
            let rate = Double(progress.sent - before.sent) / ReplaySummary.seconds(before.at.duration(to: now))
            before = (progress.sent, now)
            let line = ReplaySummary.line(progress, rate: rate, elapsed: start.duration(to: now))
            write(isTerminal ? clearing + line : line + "\n")
        }
    }

    /// Removes the progress line.
    package func clear() {
        write(clearing)
    }

    private var clearing: String {
        isTerminal ? "\r\u{1B}[K" : ""
    }
}

/// The counts of a replay as text.
package enum ReplaySummary {
    /// The final counts.
    package static func text(_ progress: ReplayProgress, after elapsed: Duration) -> String {
        let counts = progress.counts
        var text = """
            sent \(progress.sent)  accepted \(counts.accepted)  duplicate \(counts.duplicate)  \
            rejected \(counts.rejected)  shed \(counts.shed)  unacknowledged \(progress.sent - counts.lines)
            \(time(elapsed)), \(Int(Double(progress.sent) / max(seconds(elapsed), 0.001))) lines a second, \
            \(progress.connections) connection\(progress.connections == 1 ? "" : "s")
            """
        if progress.tooLong.count > 0 {
            let lines = progress.tooLong.first.map(String.init).joined(separator: ", ")
            let more = progress.tooLong.count > progress.tooLong.first.count ? ", …" : ""
            text += "\nleft out as too long: \(progress.tooLong.count) (line \(lines)\(more))"
        }
        for (code, count) in progress.errors.sorted(by: { $0.value > $1.value }) {
            text += "\n\(code): \(count)"
        }
        return text
    }

    /// The counts so far.
    static func line(_ progress: ReplayProgress, rate: Double, elapsed: Duration) -> String {
        var parts = ["sent \(progress.sent)", "\(Int(rate))/s", time(elapsed)]
        if let total = progress.bytesTotal, progress.bytesRead > 0 {
            let share = min(1, Double(progress.bytesRead) / Double(total))
            if progress.loop > 1 {
                parts.append("loop \(progress.loop)")
            } else {
                parts.append("remaining \(time(elapsed * (1 / share - 1)))")
            }
        }
        if progress.sent > progress.counts.lines {
            parts.append("unacknowledged \(progress.sent - progress.counts.lines)")
        }
        return parts.joined(separator: "  ")
    }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    /// `12.3 s`, from a minute on `0:01:05`.
    private static func time(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        guard seconds >= 60 else {
            let tenths = Int((Self.seconds(duration) * 10).rounded())
            return "\(tenths / 10).\(tenths % 10) s"
        }
        let parts = [seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(seconds / 3600):\(parts[0]):\(parts[1])"
    }
}
