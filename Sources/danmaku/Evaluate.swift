import ArgumentParser
import Foundation
import SentimentModel

/// `danmaku evaluate`: a scorer's answers against labels.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Compare a scorer's answers with labelled files.",
        discussion: """
            A file holds lines of label<TAB>text. Accuracy, macro-F1, a table by class with the confusion matrix, the \
            expected calibration error, and comments a second on one core, normalisation included.

            With --classes negative,positive only rows of these two count, and the sign of the score decides whatever \
            the label; how often neutral was answered is said beside it.
            """
    )

    @Argument(help: ArgumentHelp("Labelled files.", valueName: "file"))
    var files: [String]

    @OptionGroup var options: ScorerOptions

    @Option(
        help: "polarity or emotion; by default emotion for files with .emotion. in their name.",
        transform: { name in
            guard let task = EvaluationTask(rawValue: name) else {
                throw ValidationError("--task is polarity or emotion, not \(name).")
            }
            return task
        }
    )
    var task: EvaluationTask?

    @Option(help: ArgumentHelp("Compare only these classes.", valueName: "name,name"))
    var classes: String?

    @Flag(help: "One JSON object a file and line.")
    var json = false

    @Option(help: ArgumentHelp("Draw reliability and confusion of all files into this SVG.", valueName: "file"))
    var plot: String?

    @Option(
        help: "Measure the speed for so long on each file; 0 leaves it out.",
        transform: NumberOption.integer(0...3_600_000)
    )
    var measureMilliseconds = 300

    func run() throws {
        let scorer = try options.load().scorer
        var plot = EvaluationPlot()
        for file in files {
            let name = URL(filePath: file).lastPathComponent
            let task = task ?? (name.contains(".emotion.") ? .emotion : .polarity)
            let report = Evaluator(task: task, classes: try indices(of: task))
                .evaluate(
                    scorer,
                    on: try texts(file, task),
                    measuring: .milliseconds(measureMilliseconds),
                    time: Self.processorTime
                )
            print(json ? report.json(name: name) : report.text(name: name))
            plot.add(report, name: name)
        }
        if let path = self.plot {
            try Data(plot.svg.utf8).write(to: URL(filePath: path))
        }
    }

    /// What this thread has used of a processor, so that a busy machine does not make a scorer look slow.
    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private func texts(_ file: String, _ task: EvaluationTask) throws -> LabelledTexts {
        do {
            return try LabelledTexts(bytes: ScorerOptions.bytes(of: file), task: task)
        } catch let failure as LabelledTexts.Failure {
            throw ValidationError("\(file), \(failure)")
        }
    }

    private func indices(of task: EvaluationTask) throws -> [Int] {
        guard let classes else { return [] }
        return try classes.split(separator: ",")
            .map { name in
                guard let index = task.classes.firstIndex(of: String(name)) else {
                    throw ValidationError("--classes: \(name) is none of \(task.classes.joined(separator: ", "))")
                }
                return index
            }
            .sorted()
    }
}
