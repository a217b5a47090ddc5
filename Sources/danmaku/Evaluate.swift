import ArgumentParser
import Foundation
import SentimentLab
import SentimentModel

/// `danmaku evaluate`: a scorer's answers against labels.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Compare a scorer's answers with labelled files.",
        discussion: """
            A file has lines of label<TAB>text. The report has accuracy, macro-F1, a table by class with the confusion \
            matrix, the expected calibration error, and comments a second on one core, normalization included.

            With --classes negative,positive, only rows of these two classes count, and the sign of the score decides \
            instead of the label. The report then also has the share of neutral answers.
            """
    )

    @Argument(help: ArgumentHelp("Labelled files.", valueName: "file"))
    var files: [String]

    @OptionGroup var options: ScorerOptions

    @Option(
        help: "polarity or emotion. Default: emotion for files with .emotion. in their name, else polarity.",
        transform: { name in
            guard let task = EvaluationTask(rawValue: name) else {
                throw ValidationError("--task must be polarity or emotion, not \(name).")
            }
            return task
        }
    )
    var task: EvaluationTask?

    @Option(help: ArgumentHelp("Compare only these classes.", valueName: "name,name"))
    var classes: String?

    @Flag(help: "Print one JSON object per file, one per line.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Write a plot of reliability and confusion of all files to this SVG file.",
            valueName: "file"
        )
    )
    var plot: String?

    @Option(
        help: "The time in ms to measure the speed on each file; 0 does not measure.",
        transform: NumberOption.integer(0...3_600_000)
    )
    var measureMilliseconds = 300

    func run() throws {
        let scorer = try options.load().scorer
        let output = try self.plot.map { try OutputFile(path: $0) }
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
        try output?.write(Array(plot.svg.utf8))
    }

    /// What this thread has used of a processor, so that a busy machine does not make a scorer look slow.
    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private func texts(_ file: String, _ task: EvaluationTask) throws -> LabelledTexts {
        try CommandFailure.naming(file) { try LabelledTexts(bytes: WholeFile.bytes(of: file), task: task) }
    }

    private func indices(of task: EvaluationTask) throws -> [Int] {
        guard let classes else { return [] }
        return try classes.split(separator: ",")
            .map { name in
                guard let index = task.classes.firstIndex(of: String(name)) else {
                    throw ValidationError("--classes: \(name) is not one of \(task.classes.joined(separator: ", "))")
                }
                return index
            }
            .sorted()
    }
}
