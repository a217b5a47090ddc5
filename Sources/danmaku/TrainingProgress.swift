import Foundation
import SentimentLab

/// Shows the progress of training and the time that is left, on standard error.
final class TrainingProgress {
    private static let barWidth = 30

    private let isQuiet: Bool
    /// A bar is drawn over itself; where standard error is a file, only whole epochs are written.
    private let isTerminal: Bool
    private let clock = ContinuousClock()
    private var start: ContinuousClock.Instant?

    init(isQuiet: Bool, isTerminal: Bool) {
        self.isQuiet = isQuiet
        self.isTerminal = isTerminal
    }

    /// Writes a line.
    func say(_ line: String) {
        guard !isQuiet else { return }
        FileHandle.standardError.write(Data((isTerminal ? "\r\u{1B}[K" : "").utf8) + Data((line + "\n").utf8))
    }

    /// Shows an event of training.
    func report(_ event: Trainer.Event) {
        switch event {
        case .read(let path, let rows, let overlapping, let unknown):
            let name = path.split(separator: "/").last.map(String.init) ?? path
            say("\(name): \(rows) rows, \(overlapping) held out elsewhere, \(unknown) of unknown label")
        case .counted(let features, let rows):
            say("\(rows) rows, \(features) features")
            start = clock.now
        case .progress(let epoch, let total, let share):
            draw(epoch: epoch, of: total, share: share)
        case .epoch(let epoch, let loss, let scores):
            say("epoch \(epoch + 1): loss \(decimals(loss)); " + summary(scores))
        case .finished(let scores, let dropped):
            say("finished, \(dropped) features did not fit")
            for score in scores {
                let name = score.path.split(separator: "/").last.map(String.init) ?? score.path
                say("  \(name): macro-F1 \(decimals(score.macroF1)), accuracy \(decimals(score.accuracy))")
            }
        }
    }

    private func draw(epoch: Int, of total: Int, share: Double) {
        guard isTerminal, !isQuiet, let start else { return }
        let done = (Double(epoch) + share) / Double(total)
        let spent = start.duration(to: clock.now)
        let left = done > 0 ? spent * ((1 - done) / done) : .zero
        let filled = Int(done * Double(Self.barWidth))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.barWidth - filled)
        let text = "\r\u{1B}[K\(bar) epoch \(epoch + 1)/\(total), \(left.components.seconds) s left"
        FileHandle.standardError.write(Data(text.utf8))
    }

    private func summary(_ scores: [DevScore]) -> String {
        scores.map { decimals($0.macroF1) }.joined(separator: " ")
    }

    private func decimals(_ value: Float) -> String {
        String(format: "%.4f", value)
    }
}
