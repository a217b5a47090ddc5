/// One training, from the first epoch to the bytes of the file.
struct TrainingRun {
    private static let progressParts = 50

    let settings: TrainingSettings
    let data: [TrainingFile]
    let examples: ExampleSet
    let vocabulary: Vocabulary
    let dev: DevSet
    private let weights: Weights
    private let best: Weights
    private var placement = FeaturePlacement()

    init(
        settings: TrainingSettings,
        data: [TrainingFile],
        examples: ExampleSet,
        vocabulary: Vocabulary,
        dev: DevSet
    ) {
        self.settings = settings
        self.data = data
        self.examples = examples
        self.vocabulary = vocabulary
        self.dev = dev
        weights = Weights(features: vocabulary.count, files: data.count)
        best = Weights(features: vocabulary.count, files: data.count)
    }

    /// Learns for all epochs or until the dev files no longer improve.
    mutating func learn(report: (Trainer.Event) -> Void) {
        var random = SplitMix64(seed: settings.seed)
        var order = (0..<UInt32(examples.count)).map { $0 }
        var highest: Float = -1
        var worse = 0
        let pruneAt = Int((Float(settings.epochs) * settings.pruneAfter).rounded())
        for epoch in 0..<settings.epochs {
            random.shuffle(&order)
            var loss: Float = 0
            for part in 0..<Self.progressParts {
                let start = order.count * part / Self.progressParts
                let end = order.count * (part + 1) / Self.progressParts
                let done = (Float(epoch) + Float(part) / Float(Self.progressParts)) / Float(settings.epochs)
                let rates = Weights.Rates(
                    base: settings.learningRate * (1 - 0.95 * done),
                    short: settings.shortRate,
                    decay: settings.decay,
                    shortDecay: settings.shortDecay,
                    dropout: settings.dropout
                )
                let partLoss = weights.learn(examples, order: order[start..<end], rates: rates, random: &random)
                loss += partLoss * Float(end - start)
                report(
                    .progress(
                        epoch: epoch,
                        of: settings.epochs,
                        share: Double(part + 1) / Double(Self.progressParts)
                    )
                )
            }
            if epoch + 1 == pruneAt {
                prune()
            }
            let scores = dev.scores(answers(weights))
            report(.epoch(epoch, loss: loss / Float(examples.count), scores: scores))
            let summary = dev.summary(scores)
            // Until the features are those that will be in the file, no epoch is comparable with later ones.
            if summary > highest || dev.files.isEmpty || epoch + 1 <= pruneAt {
                highest = epoch + 1 < pruneAt ? -1 : summary
                worse = 0
                best.copy(weights)
            } else {
                worse += 1
                if worse >= settings.patience {
                    break
                }
            }
        }
    }

    private mutating func prune() {
        placement = FeaturePlacement(vocabulary: vocabulary, weights: weights, lines: settings.lines)
        weights.drop((0..<vocabulary.count).filter { placement.slot(of: $0) == nil })
    }

    /// The biases that each group will answer with: those of the files that were named for it and have the task.
    private func biases(_ weights: Weights) -> [SIMD8<Float>] {
        TextGroup.allCases.map { group in
            var bias = weights.groupBias(group)
            for (task, lanes) in [(EvaluationTask.polarity, 0..<3), (.emotion, 3..<8)] {
                let named = data.indices.filter { data[$0].prior == group && data[$0].task == task }
                let total = named.reduce(Float(0)) { $0 + data[$1].weight }
                for lane in lanes where total > 0 {
                    let sum = named.reduce(Float(0)) { $0 + weights.fileBias($1)[lane] * data[$1].weight }
                    bias[lane] += sum / total
                }
            }
            return bias
        }
    }

    private func answers(_ weights: Weights) -> [SIMD8<Float>] {
        let biases = biases(weights)
        return (0..<dev.examples.count)
            .map { row in
                weights.logits(dev.examples, row) + biases[Int(dev.examples.groups[row].rawValue)]
            }
    }

    /// Quantises and calibrates the best weights.
    mutating func finish(report: (Trainer.Event) -> Void) -> [UInt8] {
        if placement.isEmpty {
            placement = FeaturePlacement(vocabulary: vocabulary, weights: best, lines: settings.lines)
        }
        let dropped = (0..<vocabulary.count).filter { placement.slot(of: $0) == nil }
        best.drop(dropped)
        var calibration = Calibrator(dev: dev, logits: answers(best))
        if settings.priorShift > 0 {
            calibration.shiftPriors(limit: settings.priorShift)
        }
        calibration.fitTemperatures()
        let quantised = Quantiser(weights: best, vocabulary: vocabulary, placement: placement, lines: settings.lines)
        let header = ModelHeader(
            name: settings.name,
            space: settings.space,
            lines: settings.lines,
            scales: quantised.scales,
            biases: zip(biases(best), calibration.shifts)
                .map { bias, shift in
                    let differences = Quantiser.differences(bias + shift)
                    return (0..<8).map { differences[$0] }
                },
            temperatures: calibration.temperatures
        )
        report(.finished(scores: dev.scores(calibration.logits), dropped: dropped.count))
        return header.file(quantised.table)
    }
}
