import DanmakuReplay
import Foundation

/// The output of a replay: a progress line, on a terminal only, and the summary.
enum ReplayReport {
    private static let interval = Duration.milliseconds(500)

    /// Shows the progress until cancelled.
    static func show(_ client: ReplayClient, since start: ContinuousClock.Instant) async throws {
        guard isatty(STDERR_FILENO) == 1 else {
            return
        }
        var before = (sent: 0, at: start)
        while true {
            try await Task.sleep(for: interval)
            let now = ContinuousClock.now
            let progress = client.progress
            let rate = Double(progress.sent - before.sent) / seconds(now - before.at)
            before = (progress.sent, now)
            write("\r\u{1B}[K" + line(progress, rate: rate, elapsed: now - start))
        }
    }

    /// Removes the progress line.
    static func clear() {
        if isatty(STDERR_FILENO) == 1 {
            write("\r\u{1B}[K")
        }
    }

    /// The final counts.
    static func summary(_ progress: ReplayProgress, after elapsed: Duration) -> String {
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

    private static func line(_ progress: ReplayProgress, rate: Double, elapsed: Duration) -> String {
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

    private static func time(_ duration: Duration) -> String {
        let seconds = seconds(duration)
        guard seconds >= 60 else {
            return String(format: "%.1f s", seconds)
        }
        return String(format: "%d:%02d:%02d", Int(seconds) / 3600, Int(seconds) / 60 % 60, Int(seconds) % 60)
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    private static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
