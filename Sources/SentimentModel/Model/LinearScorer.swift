/// Scores texts with a trained model: one cache line a feature, two sums of seven outputs a text.
///
/// The first sum is what a live comment would mean by the text, the second what any other text would; how much of a
/// live comment it is decides between the two.
///
/// Whether a short text is a vote, a command or a ritual is the lexicon's verdict: such texts are few, and known by rule.
/// In longer ones the same words are meant.
public struct LinearScorer: TextScorer {
    private let model: LinearModel
    private let lexicon: LexiconScorer
    private let liveScales: SIMD8<Float>
    private let otherScales: SIMD8<Float>
    /// By ``TextGroup``.
    private let liveBiases: [SIMD8<Float>]
    private let otherBiases: [SIMD8<Float>]

    /// The model's name.
    public let version: String

    /// Creates a scorer.
    ///
    /// - Parameters:
    ///   - model: The weights.
    ///   - lexicon: Gives the features and the verdict on customs that the model was trained with.
    public init(model: LinearModel, lexicon: LexiconScorer = .builtIn) {
        self.model = model
        self.lexicon = lexicon
        version = model.name
        liveScales = SIMD8(model.header.scales[0])
        otherScales = SIMD8(model.header.scales[1])
        liveBiases = stride(from: 0, to: 6, by: 2).map { SIMD8(model.header.biases[$0]) }
        otherBiases = stride(from: 1, to: 6, by: 2).map { SIMD8(model.header.biases[$0]) }
    }

    /// Scores every text of a batch; see ``TextScorer``.
    public func score(_ batch: TextBatch, into results: inout [Sentiment]) {
        results.reserveCapacity(results.count + batch.count)
        forEach(batch) { logits, isCustom in
            results.append(isCustom ? .nonAffective : Self.sentiment(logits))
        }
    }

    /// How likely each class is for every text of a batch; one element per text is appended.
    public func probabilities(_ batch: TextBatch, into results: inout [ClassProbabilities]) {
        results.reserveCapacity(results.count + batch.count)
        forEach(batch) { logits, _ in
            results.append(ClassProbabilities(logits: logits))
        }
    }

    /// The calibrated logits of every text (three polarities, five emotions) and whether it is a custom.
    ///
    /// A text is summed up only after the next one has been read, so that memory has that long to bring its weights.
    @inline(__always)
    private func forEach(_ batch: TextBatch, _ body: (SIMD8<Float>, Bool) -> Void) {
        var even = Reading(space: model.header.space)
        var odd = Reading(space: model.header.space)
        lexicon.withTables { tables in
            batch.normalised.withUnsafeBufferPointer { bytes in
                for index in 0..<batch.count {
                    let text = UnsafeBufferPointer(rebasing: bytes[batch.normalisedRanges[index].indices])
                    if index & 1 == 0 {
                        read(text, batch.shapes[index], tables, into: &even)
                        if index > 0 {
                            body(logits(odd), odd.isCustom)
                        }
                    } else {
                        read(text, batch.shapes[index], tables, into: &odd)
                        body(logits(even), even.isCustom)
                    }
                }
            }
        }
        if batch.count > 0 {
            if batch.count & 1 == 1 {
                body(logits(even), even.isCustom)
            } else {
                body(logits(odd), odd.isCustom)
            }
        }
    }

    /// A text whose weights have been sent for.
    private struct Reading: ~Copyable {
        var hasher: FeatureHasher
        /// How many features the text has, kept or not.
        var features = 0
        var candidates = 0
        var isCustom = false

        init(space: FeatureSpace) {
            hasher = FeatureHasher(space: space)
        }
    }

    @inline(__always)
    private func read(
        _ text: UnsafeBufferPointer<UInt8>,
        _ shape: TextShape,
        _ tables: LexiconReader.Tables,
        into reading: inout Reading
    ) {
        let readsAll = model.header.space.hasLexicon
        var verdict: Sentiment?
        if readsAll {
            verdict = tables.read(text, shape: shape)
        }
        reading.hasher.read(text, shape: shape, verdict: verdict)
        reading.features = reading.hasher.count
        reading.candidates = model.table.candidates(reading.hasher.hashes, count: reading.features)
        let isShort = reading.hasher.group == .short
        if !readsAll && isShort && lexicon.customs.mayHoldCustom(reading.hasher.characters) {
            verdict = tables.read(text, shape: shape)
        }
        reading.isCustom = isShort && verdict?.affective == false
    }

    @inline(__always)
    private func logits(_ reading: borrowing Reading) -> SIMD8<Float> {
        let group = Int(reading.hasher.group.rawValue)
        let sums = model.table.sum(reading.hasher.hashes, candidates: reading.candidates)
        let length = 1 / Float(max(reading.features, 1)).squareRoot()
        let live = sums.live * liveScales * length + liveBiases[group]
        let other = sums.other * otherScales * length + otherBiases[group]
        let outputs = other + (live - other) * ClassProbabilities.logistic(live[FeatureTable.gateOutput])
        // Neutral and none are the classes that the others are measured against.
        let logits = SIMD8(outputs[0], 0, outputs[1], 0, outputs[2], outputs[3], outputs[4], outputs[5])
        return logits / model.header.temperatures[group]
    }

    @inline(__always)
    private static func sentiment(_ logits: SIMD8<Float>) -> Sentiment {
        let polarity = ClassProbabilities.shares(SIMD3(logits[0], logits[1], logits[2]))
        let (negative, neutral, positive) = (polarity[0], polarity[1], polarity[2])
        var label = Sentiment.Label.neutral
        var confidence = neutral
        if negative > confidence {
            label = .negative
            confidence = negative
        }
        if positive > confidence {
            label = .positive
            confidence = positive
        }
        var emotion = Sentiment.Emotion.none
        var highest = logits[3]
        for other in [Sentiment.Emotion.happy, .angry, .sad, .surprised] where logits[3 + Int(other.rawValue)] > highest
        {
            emotion = other
            highest = logits[3 + Int(other.rawValue)]
        }
        return Sentiment(
            label: label,
            emotion: emotion,
            score: Int16((positive - negative) * 1000),
            confidence: UInt16(confidence * 1000),
            affective: true
        )
    }
}
