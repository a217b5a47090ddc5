import SentimentModel

/// Reads training files into examples, leaving out what dev and test files hold.
struct CorpusReader {
    /// What became of a file's rows.
    struct Tally: Sendable {
        var path: String
        var rows = 0
        /// Rows whose normalised text stands in a file to be kept apart.
        var overlapping = 0
        var unknownLabels = 0
    }

    private static let batchRows = 4096
    private static let sizeLimit = 1 << 32

    let settings: TrainingSettings
    /// Hashes of normalised texts that must not be trained on.
    private(set) var excluded: Set<UInt64> = []

    init(settings: TrainingSettings) {
        self.settings = settings
    }

    /// A normalised text's identity.
    private static func key(_ text: ArraySlice<UInt8>) -> UInt64 {
        text.withUnsafeBytes { Checksum.of($0) }
    }

    /// Keeps every text of a file of `label<TAB>text` apart from training.
    mutating func exclude(_ path: String) throws(TrainingError) {
        var keys: [UInt64] = []
        try forEachBatch(path, limit: 0) { _, batch in
            for index in 0..<batch.count {
                keys.append(Self.key(batch.normalised[batch.normalisedRanges[index].indices]))
            }
        }
        excluded.formUnion(keys)
    }

    /// Appends a file's rows.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - examples: Receives the rows.
    ///   - appliesExclusion: Whether rows that stand in excluded files are left out.
    /// - Returns: What became of the rows.
    /// - Throws: ``TrainingError`` for an unreadable file or an unknown label.
    func read(
        _ file: TrainingFile,
        into examples: inout ExampleSet,
        appliesExclusion: Bool
    ) throws(TrainingError) -> Tally {
        let labels = LabelReader(task: file.task, names: settings.labelNames)
        var hasher = FeatureHasher(space: settings.space)
        var tally = Tally(path: file.path)
        var problem: TrainingError?
        let first = examples.count
        try forEachBatch(file.path, limit: file.limit) { names, batch in
            var verdicts: [Sentiment] = []
            LexiconScorer.builtIn.score(batch, into: &verdicts)
            for row in 0..<batch.count where problem == nil {
                let text = batch.normalised[batch.normalisedRanges[row].indices]
                if appliesExclusion && excluded.contains(Self.key(text)) {
                    tally.overlapping += 1
                    continue
                }
                guard let target = labels.target(names[row]) else {
                    tally.unknownLabels += 1
                    if !settings.skipsUnknownLabels {
                        problem = TrainingError("\(file.path): unknown label \(names[row])")
                    }
                    continue
                }
                text.withUnsafeBufferPointer { bytes in
                    hasher.read(bytes, shape: batch.shapes[row], verdict: verdicts[row])
                }
                examples.append(hasher, target: target, domain: file.domain)
                tally.rows += 1
            }
        }
        if let problem {
            throw problem
        }
        weigh(file, examples: &examples, rows: first..<examples.count)
        return tally
    }

    /// Gives rows their weights: the file's, the class's and the task's; and says which have no neutral to compare.
    private func weigh(_ file: TrainingFile, examples: inout ExampleSet, rows: Range<Int>) {
        guard !rows.isEmpty else { return }
        var mass = SIMD8<Float>()
        for row in rows {
            mass += examples.targets[row] * examples.weights[row]
        }
        let polarities = mass[0] + mass[1] + mass[2]
        let masksNeutral = settings.masksMissingNeutral && polarities > 0 && mass[1] == 0
        let classWeights = balance(mass)
        for row in rows {
            examples.masksNeutral[row] = masksNeutral
            let target = examples.targets[row]
            let polarity = (target * classWeights).lowHalf
            let emotion = (target * classWeights).sum() - polarity[0] - polarity[1] - polarity[2]
            for lane in 0..<8 {
                let weight = lane < 3 ? polarity[0] + polarity[1] + polarity[2] : emotion * settings.emotionWeight
                examples.weights[row][lane] *= weight * file.weight
            }
        }
    }

    /// The weight of each class, 1 on the average of a file's rows.
    private func balance(_ mass: SIMD8<Float>) -> SIMD8<Float> {
        var weights = SIMD8<Float>(repeating: 1)
        for lanes in [0..<3, 3..<8] {
            var total: Float = 0
            var weighted: Float = 0
            for lane in lanes where mass[lane] > 0 {
                weights[lane] = power(mass[lane], -settings.classBalance)
                total += mass[lane]
                weighted += mass[lane] * weights[lane]
            }
            for lane in lanes where mass[lane] > 0 {
                weights[lane] *= total / weighted
            }
        }
        return weights
    }

    /// Calls a closure with batches of a file's lines: their labels and their texts.
    private func forEachBatch(
        _ path: String,
        limit: Int,
        _ body: ([String], TextBatch) -> Void
    ) throws(TrainingError) {
        let file: MappedFile
        do {
            file = try MappedFile(path: path, limit: Self.sizeLimit)
        } catch {
            throw TrainingError(error.message)
        }
        var bytes: [UInt8] = []
        var labels: [String] = []
        var ranges: [TextRange] = []
        var rows = 0
        for line in file.bytes.split(separator: 0x0A) where limit == 0 || rows < limit {
            guard let tab = line.firstIndex(of: 0x09) else {
                throw TrainingError("\(path): a line has no tab between label and text")
            }
            let end = line.last == 0x0D ? line.endIndex - 1 : line.endIndex
            let text = line[line.index(after: tab)..<max(end, line.index(after: tab))]
            labels.append(String(decoding: line[line.startIndex..<tab], as: UTF8.self))
            ranges.append(TextRange(start: bytes.count, count: text.count))
            bytes.append(contentsOf: text)
            rows += 1
            if labels.count == Self.batchRows {
                body(labels, TextBatch(bytes: bytes, ranges: ranges))
                bytes.removeAll(keepingCapacity: true)
                labels.removeAll(keepingCapacity: true)
                ranges.removeAll(keepingCapacity: true)
            }
        }
        body(labels, TextBatch(bytes: bytes, ranges: ranges))
    }
}
