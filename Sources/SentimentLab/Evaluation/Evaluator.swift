package import SentimentModel

/// Compares a scorer's answers with labels.
package struct Evaluator: Sendable {
    /// What is compared.
    package var task: EvaluationTask
    /// The classes, by index, that are compared, or none for all.
    ///
    /// Rows of other classes are left out.
    ///
    /// With negative and positive alone, the sign of the score decides, whatever the label: a neutral answer that
    /// leans one way counts as that way, and a score of 0 counts as wrong. How often neutral was answered is counted.
    package var classes: [Int]
    /// The number of texts that are scored together.
    package var batchSize: Int

    /// Creates an evaluator.
    package init(task: EvaluationTask, classes: [Int] = [], batchSize: Int = 256) {
        self.task = task
        self.classes = classes
        self.batchSize = batchSize
    }

    /// Whether only negative and positive are told apart.
    private var isTwoSided: Bool {
        task == .polarity && Set(classes) == [0, 2]
    }

    /// Scores every text once for the answers, and again and again for the speed.
    ///
    /// - Parameters:
    ///   - scorer: The scorer.
    ///   - texts: What it is asked, with the answers due.
    ///   - measuring: For how long the speed is measured; zero leaves it out.
    ///   - time: A clock's reading. The processor time of this thread gives what one core does, whoever else uses it.
    /// - Returns: What was found.
    package func evaluate(
        _ scorer: any TextScorer,
        on texts: LabelledTexts,
        measuring: Duration = .zero,
        time: () -> Duration = { .zero }
    ) -> EvaluationReport {
        let asked = classes.isEmpty ? Array(task.classes.indices) : classes
        let rows = texts.labels.indices.filter { asked.contains(texts.labels[$0]) }
        let batches = batches(texts, rows)
        var answers: [Sentiment] = []
        for (bytes, ranges) in batches {
            scorer.score(TextBatch(bytes: bytes, ranges: ranges), into: &answers)
        }
        var report = EvaluationReport(scorer: scorer.version, task: task, classes: asked)
        for (row, answer) in zip(rows, answers) {
            let due = texts.labels[row]
            report.add(due: due, answer: answer, decided: decide(answer), isTwoSided: isTwoSided)
        }
        if measuring > .zero && !rows.isEmpty {
            report.commentsPerSecond = speed(scorer, batches, measuring, time)
        }
        return report
    }

    private func decide(_ answer: Sentiment) -> Int? {
        switch task {
        case .emotion: Int(answer.emotion.rawValue)
        case .polarity where isTwoSided: answer.score == 0 ? nil : answer.score < 0 ? 0 : 2
        case .polarity: Int(answer.label.rawValue)
        }
    }

    private func batches(_ texts: LabelledTexts, _ rows: [Int]) -> [([UInt8], [TextRange])] {
        stride(from: 0, to: rows.count, by: batchSize)
            .map { first in
                var bytes: [UInt8] = []
                var ranges: [TextRange] = []
                for row in rows[first..<min(first + batchSize, rows.count)] {
                    let range = texts.ranges[row]
                    ranges.append(TextRange(start: bytes.count, count: Int(range.count)))
                    bytes.append(contentsOf: texts.bytes[range.indices])
                }
                return (bytes, ranges)
            }
    }

    /// Comments a second on this thread, normalisation included.
    private func speed(
        _ scorer: any TextScorer,
        _ batches: [([UInt8], [TextRange])],
        _ measuring: Duration,
        _ time: () -> Duration
    ) -> Double {
        var results: [Sentiment] = []
        var scored = 0
        let start = time()
        var elapsed = Duration.zero
        repeat {
            for (bytes, ranges) in batches {
                results.removeAll(keepingCapacity: true)
                scorer.score(TextBatch(bytes: bytes, ranges: ranges), into: &results)
                scored += results.count
            }
            elapsed = time() - start
        } while elapsed > .zero && elapsed < measuring
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        return seconds > 0 ? Double(scored) / seconds : 0
    }
}
