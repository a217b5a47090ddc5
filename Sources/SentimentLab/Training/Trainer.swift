import SentimentModel

/// Trains a model: a linear layer for polarity and one for emotion over hashed features, by AdaGrad.
///
/// Single-threaded and, given the same files, settings and machine, the same to the last bit.
package struct Trainer {
    /// What training reports while it runs.
    package enum Event: Sendable {
        /// A file was read: rows kept, rows left out because a dev or test file has them, rows of unknown label.
        case read(path: String, rows: Int, overlapping: Int, unknown: Int)
        /// The features have been counted.
        case counted(features: Int, rows: Int)
        /// So much of an epoch is done.
        case progress(epoch: Int, of: Int, share: Double)
        /// An epoch is done; the scores are those of the dev files.
        case epoch(Int, loss: Float, scores: [DevScore])
        /// The scores of the finished, quantised model.
        case finished(scores: [DevScore], dropped: Int)
    }

    private let settings: TrainingSettings

    /// Creates a trainer.
    package init(settings: TrainingSettings) {
        self.settings = settings
    }

    /// Trains a model.
    ///
    /// - Parameters:
    ///   - data: Files to learn from.
    ///   - dev: Files that decide when to stop, the priors and the calibration. Their texts are not learnt from.
    ///   - excluded: Further files whose texts are not learnt from: the test files.
    ///   - report: Called as training goes on.
    /// - Returns: The bytes of a model file.
    /// - Throws: ``TrainingError`` when a file cannot be learnt from.
    package func train(
        on data: [TrainingFile],
        dev: [TrainingFile],
        excluding excluded: [String],
        report: (Event) -> Void
    ) throws(TrainingError) -> [UInt8] {
        var reader = CorpusReader(settings: settings)
        for path in dev.map(\.path) + excluded {
            try reader.exclude(path)
        }
        var examples = ExampleSet()
        for file in data {
            let tally = try reader.read(file, into: &examples, appliesExclusion: true)
            report(
                .read(path: file.path, rows: tally.rows, overlapping: tally.overlapping, unknown: tally.unknownLabels)
            )
        }
        guard examples.count > 0 else {
            throw TrainingError("there is no row to learn from")
        }
        if data.allSatisfy({ $0.domain == nil }) {
            // No file says what is live: short texts are.
            examples.domains = examples.groups.map { $0 == .short ? .live : .other }
        }
        let vocabulary = Vocabulary(examples.hashes, minimumCount: settings.minimumCount)
        examples.number(by: vocabulary)
        report(.counted(features: vocabulary.count, rows: examples.count))
        var devSet = DevSet()
        for file in dev {
            try devSet.read(file, with: reader)
        }
        devSet.examples.number(by: vocabulary)

        var run = TrainingRun(settings: settings, examples: examples, vocabulary: vocabulary, dev: devSet)
        run.learn(report: report)
        return run.finish(report: report)
    }
}

/// Dev files, read.
struct DevSet {
    var examples = ExampleSet()
    var files: [TrainingFile] = []
    var rows: [Range<Int>] = []

    mutating func read(_ file: TrainingFile, with reader: CorpusReader) throws(TrainingError) {
        let first = examples.count
        _ = try reader.read(file, into: &examples, appliesExclusion: false)
        files.append(file)
        rows.append(first..<examples.count)
    }

    /// The score of each file, given an answer for each row.
    func scores(_ logits: [SIMD8<Float>]) -> [DevScore] {
        zip(files, rows)
            .map { file, rows in
                DevScore(path: file.path, examples, rows: rows, logits: Array(logits[rows]))
            }
    }

    /// One figure for all files: their macro-F1, weighted as the files say.
    func summary(_ scores: [DevScore]) -> Float {
        let total = files.reduce(0) { $0 + $1.weight }
        return zip(files, scores).reduce(0) { $0 + $1.0.weight * $1.1.macroF1 } / max(total, 1e-6)
    }
}
