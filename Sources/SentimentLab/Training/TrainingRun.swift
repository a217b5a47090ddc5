import SentimentModel

/// One training, from the first epoch to the bytes of the file.
struct TrainingRun {
    private static let progressParts = 50

    let settings: TrainingSettings
    let vocabulary: Vocabulary
    private var examples: ExampleSet
    private var dev: DevSet
    private let gate: DomainGate
    private let weights: Weights
    private let optimiser: AdaGrad
    /// The mean of the weights at the ends of the epochs since features were dropped.
    private let average: Weights
    private let best: Weights
    private var placement = FeaturePlacement()

    init(settings: TrainingSettings, examples: ExampleSet, vocabulary: Vocabulary, dev: DevSet) {
        self.settings = settings
        self.examples = examples
        self.vocabulary = vocabulary
        self.dev = dev
        gate = DomainGate(features: vocabulary.count)
        weights = Weights(features: vocabulary.count)
        optimiser = AdaGrad(weights)
        average = Weights(features: vocabulary.count)
        best = Weights(features: vocabulary.count)
    }

    /// Learns for all epochs or until the dev files no longer improve.
    mutating func learn(report: (Trainer.Event) -> Void) {
        var random = SplitMix64(seed: settings.seed)
        var order = (0..<UInt32(examples.count)).map { $0 }
        var highest: Float = -1
        var worse = 0
        let pruneAt = Int((Float(settings.epochs) * settings.pruneAfter).rounded())
        learnGate(epochs: settings.gateEpochs, random: &random)
        for epoch in 0..<settings.epochs {
            random.shuffle(&order)
            let loss = pass(epoch, order: order, random: &random, report: report)
            if epoch + 1 == pruneAt {
                prune()
                learnGate(epochs: min(settings.gateEpochs, 1), random: &random)
            }
            // Until the features are those that will be in the file, no epoch is comparable with later ones.
            let isFinal = epoch + 1 > pruneAt
            average.move(towards: weights, by: isFinal ? 1 / Float(epoch + 1 - pruneAt) : 1)
            let scores = dev.scores(answers(average))
            report(.epoch(epoch, loss: loss, scores: scores))
            let summary = dev.summary(scores)
            if !isFinal || summary > highest || dev.files.isEmpty {
                highest = isFinal ? summary : -1
                worse = 0
                best.copy(average)
            } else {
                worse += 1
                if worse >= settings.patience {
                    break
                }
            }
        }
    }

    private func pass(
        _ epoch: Int,
        order: [UInt32],
        random: inout SplitMix64,
        report: (Trainer.Event) -> Void
    ) -> Float {
        var loss: Float = 0
        for part in 0..<Self.progressParts {
            let start = order.count * part / Self.progressParts
            let end = order.count * (part + 1) / Self.progressParts
            let done = (Float(epoch) + Float(part) / Float(Self.progressParts)) / Float(settings.epochs)
            let rates = AdaGrad.Rates(
                base: settings.learningRate * (1 - 0.95 * done),
                live: settings.liveRate,
                decay: settings.decay,
                liveDecay: settings.liveDecay,
                dropout: settings.dropout
            )
            let mean = optimiser.learn(examples, order: order[start..<end], rates: rates, random: &random)
            loss += mean * Float(end - start)
            let share = Double(part + 1) / Double(Self.progressParts)
            report(.progress(epoch: epoch, of: settings.epochs, share: share))
        }
        return loss / Float(examples.count)
    }

    private mutating func learnGate(epochs: Int, random: inout SplitMix64) {
        gate.learn(examples, epochs: epochs, random: &random)
        examples.gates = gate.values(examples)
        dev.examples.gates = gate.values(dev.examples)
    }

    private mutating func prune() {
        placement = FeaturePlacement(vocabulary: vocabulary, weights: weights, lines: settings.lines)
        let dropped = (0..<vocabulary.count).filter { placement.slot(of: $0) == nil }
        optimiser.drop(dropped)
        gate.drop(dropped)
    }

    private func answers(_ weights: Weights) -> [SIMD8<Float>] {
        (0..<dev.examples.count).map { weights.logits(dev.examples, $0) }
    }

    /// Quantises and calibrates the best weights.
    mutating func finish(report: (Trainer.Event) -> Void) -> [UInt8] {
        if placement.isEmpty {
            placement = FeaturePlacement(vocabulary: vocabulary, weights: best, lines: settings.lines)
        }
        let dropped = (0..<vocabulary.count).filter { placement.slot(of: $0) == nil }
        best.drop(dropped)
        gate.drop(dropped)
        dev.examples.gates = gate.values(dev.examples)
        var calibration = Calibrator(dev: dev, logits: answers(best))
        if settings.priorShift > 0 {
            calibration.shiftPriors(limit: settings.priorShift)
        }
        calibration.fitTemperatures()
        let quantised = Quantiser(
            weights: best,
            gate: gate,
            vocabulary: vocabulary,
            placement: placement,
            lines: settings.lines
        )
        let header = ModelHeader(
            name: settings.name,
            space: settings.space,
            lines: settings.lines,
            scales: quantised.scales,
            biases: TextGroup.allCases.flatMap { group in
                [TextDomain.live, .other]
                    .map { domain in
                        let shift = calibration.shifts[2 * Int(group.rawValue) + (domain == .live ? 0 : 1)]
                        var outputs = Quantiser.differences(best.bias(group, in: domain) + shift)
                        outputs[FeatureTable.gateOutput] = domain == .live ? gate.bias(group) : 0
                        return (0..<8).map { outputs[$0] }
                    }
            },
            temperatures: calibration.temperatures
        )
        report(.finished(scores: dev.scores(calibration.logits), dropped: dropped.count))
        return header.file(quantised.table)
    }
}
