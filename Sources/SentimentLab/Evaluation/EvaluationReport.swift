import SentimentModel

/// What an evaluation found.
package struct EvaluationReport: Sendable {
    /// The scorer's version.
    package let scorer: String
    /// What was compared.
    package let task: EvaluationTask
    /// The answers against the labels, over the classes that were compared.
    package private(set) var confusion: ConfusionMatrix
    /// Confidence against accuracy of the label or emotion that was answered.
    package private(set) var calibration = Calibration()
    /// How often the scorer answered neutral (polarity only).
    package private(set) var neutralAnswers = 0
    /// Of the rows labelled negative or positive that were not answered neutral: how many, and how many rightly.
    package private(set) var committed = (rows: 0, right: 0)
    /// Texts scored a second on one thread, normalisation included; 0 if it was not measured.
    package var commentsPerSecond: Double = 0

    private let asked: [Int]

    init(scorer: String, task: EvaluationTask, classes: [Int]) {
        self.scorer = scorer
        self.task = task
        asked = classes
        confusion = ConfusionMatrix(classes: classes.map { task.classes[$0] })
    }

    mutating func add(due: Int, answer: Sentiment, decided: Int?, isTwoSided: Bool) {
        guard let row = asked.firstIndex(of: due) else { return }
        confusion.add(due: row, answered: decided.flatMap { asked.firstIndex(of: $0) })
        let isNeutral = task == .polarity && answer.label == .neutral
        neutralAnswers += isNeutral ? 1 : 0
        if task == .polarity && !isNeutral && due != Int(Sentiment.Label.neutral.rawValue) {
            committed.rows += 1
            committed.right += Int(answer.label.rawValue) == due ? 1 : 0
        }
        // Between two classes a neutral answer has no confidence that could be held against the label.
        if !(isTwoSided && isNeutral) {
            calibration.add(confidence: answer.confidence, right: decided == due)
        }
    }

    /// The number of texts compared.
    package var rows: Int {
        confusion.total
    }

    /// The share of neutral answers.
    package var neutralShare: Double {
        rows == 0 ? 0 : Double(neutralAnswers) / Double(rows)
    }

    /// Where an opinion was due and one was given: the share of right ones.
    package var committedAccuracy: Double {
        committed.rows == 0 ? 0 : Double(committed.right) / Double(committed.rows)
    }
}
