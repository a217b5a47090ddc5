import ArgumentParser
import Foundation
import SentimentLab
import SentimentModel

/// `danmaku train`: makes a model file from labeled comments.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a model on labeled comments.",
        discussion: """
            A file has lines of LABEL<TAB>TEXT. A label is the name of a class (negative, neutral, positive; or none, \
            happy, angry, sad, surprised in files of emotions), or a teacher's answer: three probabilities of the \
            polarities, and optionally five of the emotions after a semicolon (0.1,0.7,0.2;0.8,0.1,0,0.1,0).

            FILE may be followed by :weight=NUMBER, :task=polarity|emotion (emotion if the name has ".emotion."), \
            :domain=live|other (the kind of its texts; if no file has it, short texts are live) and \
            :limit=ROWS.
            """
    )

    @Argument(help: "Files to learn from.")
    var data: [String]

    @Option(name: .shortAndLong, help: "The file to write the model to; an older file is replaced by renaming.")
    var output: String

    @Option(help: "A file that decides when to stop, the priors and the calibration. Its texts are not learned from.")
    var dev: [String] = []

    @Option(help: "A file whose texts must not be learned from, such as a test set.")
    var exclude: [String] = []

    @Option(help: "The name of the model.")
    var name = TrainingSettings().name

    @Option(help: "The most passes over all rows.", transform: NumberOption.integer(1...10_000))
    var epochs = TrainingSettings().epochs

    @Option(help: "The first step size.", transform: NumberOption.decimal(1e-9...100))
    var learningRate = TrainingSettings().learningRate

    @Option(
        help: "The step size of the extra weights of live comments, relative to those of all texts.",
        transform: NumberOption.decimal(0...1000)
    )
    var liveRate = TrainingSettings().liveRate

    @Option(help: "The decay of weights toward zero.", transform: NumberOption.decimal(0...0.99))
    var decay = TrainingSettings().decay

    @Option(
        help: "The decay of the extra weights of live comments toward zero.",
        transform: NumberOption.decimal(0...0.99)
    )
    var liveDecay = TrainingSettings().liveDecay

    @Option(
        help: "The passes of the gate between live comments and other texts over all rows.",
        transform: NumberOption.integer(1...10_000)
    )
    var gateEpochs = TrainingSettings().gateEpochs

    @Option(
        help: "The share of a text's features that is left out at random, from 0 to below 1.",
        transform: NumberOption.decimal(0...0.999)
    )
    var dropout = TrainingSettings().dropout

    @Option(help: "Features with fewer occurrences are dropped, 1 to 255.", transform: NumberOption.integer(1...255))
    var minimumCount = TrainingSettings().minimumCount

    @Option(help: "Lines of the table, 64 bytes and four features each.", transform: NumberOption.integer(1...262_000))
    var lines = TrainingSettings().lines

    @Option(
        help: "The share of the epochs after which features that do not fit are dropped.",
        transform: NumberOption.decimal(0...1)
    )
    var pruneAfter = TrainingSettings().pruneAfter

    @Option(
        help: "The extra weight of rare classes: 0 none, 0.5 square root, 1 equal weight for all classes.",
        transform: NumberOption.decimal(0...1)
    )
    var classBalance = TrainingSettings().classBalance

    @Flag(inversion: .prefixedNo, help: "Rows of files without neutral rows carry no information about neutral.")
    var maskMissingNeutral = TrainingSettings().masksMissingNeutral

    @Option(help: "The weight of emotion relative to polarity.", transform: NumberOption.decimal(0...1000))
    var emotionWeight = TrainingSettings().emotionWeight

    @Option(
        help: "The number of epochs without improvement after which to stop.",
        transform: NumberOption.integer(1...10_000)
    )
    var patience = TrainingSettings().patience

    @Option(
        help: "The most that priors are moved toward the best macro-F1 of the dev files, in logits.",
        transform: NumberOption.decimal(0...100)
    )
    var priorShift = TrainingSettings().priorShift

    @Option(help: "The longest n-gram of characters, 1 to 6.", transform: NumberOption.integer(1...6))
    var characterOrder = TrainingSettings().space.characterOrder

    @Option(help: "The longest n-gram of alphabetic words, 0 to 3.", transform: NumberOption.integer(0...3))
    var wordOrder = TrainingSettings().space.wordOrder

    @Option(
        help: "Texts of at most this many characters are one feature as a whole.",
        transform: NumberOption.integer(0...255)
    )
    var wholeText = TrainingSettings().space.wholeTextLimit

    @Option(help: "Texts of at most this many characters are short.", transform: NumberOption.integer(0...255))
    var shortText = TrainingSettings().space.shortTextLimit

    @Flag(inversion: .prefixedNo, help: "Pairs of characters with one between them are features.")
    var gaps = TrainingSettings().space.hasGaps

    @Flag(inversion: .prefixedNo, help: "The lexicon's verdict is a feature.")
    var lexicon = TrainingSettings().space.hasLexicon

    @Option(help: "A data set's name for one of our classes, as NAME=CLASS.")
    var label: [String] = []

    @Flag(help: "Leave out rows of unknown label.")
    var skipUnknownLabels = false

    @Option(help: "The seed of everything random.", transform: NumberOption.integer(0...UInt64.max))
    var seed = TrainingSettings().seed

    @Flag(help: "Print errors only.")
    var quiet = false

    func validate() throws {
        try require(max(decay, liveDecay) * learningRate < 1, "a decay times --learning-rate must be below 1")
        try require(
            (1...64).contains(name.utf8.count) && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F },
            "--name must be 1 to 64 printable ASCII characters without blanks"
        )
    }

    private func require(_ condition: Bool, _ message: String) throws {
        if !condition {
            throw ValidationError(message)
        }
    }

    func run() throws {
        let settings = try settings()
        let output = try OutputFile(path: self.output)
        let progress = TrainingProgress(isQuiet: quiet, isTerminal: isatty(STDERR_FILENO) == 1)
        let bytes: [UInt8]
        do {
            bytes = try Trainer(settings: settings)
                .train(
                    on: data.map { try TrainingFile(parsing: $0) },
                    dev: dev.map { try TrainingFile(parsing: $0) },
                    excluding: exclude,
                    report: progress.report
                )
        } catch let error as TrainingError {
            throw CommandFailure(error.description)
        }
        try output.write(bytes)
        progress.say("\(self.output): \(bytes.count) bytes")
    }

    private func settings() throws -> TrainingSettings {
        var settings = TrainingSettings()
        settings.name = name
        settings.epochs = epochs
        settings.learningRate = learningRate
        settings.liveRate = liveRate
        settings.decay = decay
        settings.liveDecay = liveDecay
        settings.gateEpochs = gateEpochs
        settings.dropout = dropout
        settings.minimumCount = minimumCount
        settings.lines = lines
        settings.pruneAfter = pruneAfter
        settings.classBalance = classBalance
        settings.masksMissingNeutral = maskMissingNeutral
        settings.emotionWeight = emotionWeight
        settings.patience = patience
        settings.priorShift = priorShift
        settings.space.characterOrder = characterOrder
        settings.space.wordOrder = wordOrder
        settings.space.wholeTextLimit = wholeText
        settings.space.shortTextLimit = shortText
        settings.space.hasGaps = gaps
        settings.space.hasLexicon = lexicon
        settings.seed = seed
        settings.skipsUnknownLabels = skipUnknownLabels
        for pair in label {
            guard let equals = pair.firstIndex(of: "=") else {
                throw ValidationError("--label \(pair) is not NAME=CLASS")
            }
            settings.labelNames[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
        }
        return settings
    }
}
