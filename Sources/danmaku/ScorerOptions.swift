import ArgumentParser
import SentimentLab
import SentimentModel

/// The options that choose a scorer, for the commands that score without a server.
struct ScorerOptions: ParsableArguments {
    /// The scorers that a command can be told to use.
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case model
        case lexicon
        case vader
    }

    @Option(help: "model, lexicon or vader. Default: the model if there is one, else the lexicon.")
    var scorer: Kind?

    @Option(help: ArgumentHelp("A model made by `danmaku train`, instead of the model that ships.", valueName: "file"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "A lexicon instead of the built-in one (docs/lexicon-format.md; for vader in VADER's format).",
            valueName: "file"
        )
    )
    var lexicon: String?

    func validate() throws {
        if kind == .model && modelPath == nil {
            throw ValidationError("--scorer model needs --model FILE: no model ships with this program.")
        }
        if let scorer, scorer != .model, model != nil {
            throw ValidationError("--model needs --scorer model.")
        }
        if kind == .model && lexicon != nil {
            throw ValidationError("--lexicon needs --scorer lexicon or vader.")
        }
    }

    private var kind: Kind {
        scorer ?? (modelPath == nil || lexicon != nil ? .lexicon : .model)
    }

    private var modelPath: String? {
        model ?? ShippedModel.path()
    }

    /// Loads the scorer, and what tells its probabilities if it has any.
    func load() throws -> (scorer: any TextScorer, shares: (TextBatch, inout [PolarityShares]) -> Bool) {
        switch kind {
        case .model:
            let scorer = LinearScorer(model: try LinearModel(path: modelPath ?? ""))
            var probabilities: [ClassProbabilities] = []
            return (
                scorer,
                { batch, shares in
                    probabilities.removeAll(keepingCapacity: true)
                    scorer.probabilities(batch, into: &probabilities)
                    for probability in probabilities {
                        let polarity = probability.polarity
                        shares.append(
                            PolarityShares(negative: polarity[0], neutral: polarity[1], positive: polarity[2])
                        )
                    }
                    return true
                }
            )
        case .lexicon:
            guard let lexicon else { return (LexiconScorer.builtIn, { _, _ in false }) }
            let scorer = try CommandFailure.naming(lexicon) { try LexiconScorer(file: WholeFile.bytes(of: lexicon)) }
            return (scorer, { _, _ in false })
        case .vader:
            guard let lexicon else { return (VaderScorer(), { _, _ in false }) }
            let words = try CommandFailure.naming(lexicon) { try VaderLexicon(file: WholeFile.bytes(of: lexicon)) }
            return (VaderScorer(lexicon: words), { _, _ in false })
        }
    }
}
