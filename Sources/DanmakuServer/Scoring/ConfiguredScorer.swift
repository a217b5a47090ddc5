import DanmakuPipeline
import SentimentModel

/// Which scorer a server uses: the configured model file, else the model that ships, else the lexicon.
enum ConfiguredScorer {
    /// The scorer that stands in while another fails, and that needs no file.
    static let fallback = InProcessScorer(name: "lexicon", LexiconScorer.builtIn)

    /// Loads the scorer.
    ///
    /// - Parameters:
    ///   - file: `scoring.model`; empty to look for the model that ships.
    ///   - executable: The path of the running program, from which that model is looked for.
    /// - Returns: The scorer, and the bytes that its model takes.
    /// - Throws: ``ConfigurationProblem`` if a file is there, or was asked for, and cannot be used.
    static func load(file: String, executable: String) throws -> (scorer: InProcessScorer, bytes: Int) {
        guard let path = file.isEmpty ? ShippedModel.path(executable: executable) : file else {
            return (fallback, 0)
        }
        do {
            let model = try LinearModel(path: path)
            return (InProcessScorer(name: "model", LinearScorer(model: model)), model.memoryBytes)
        } catch {
            throw ConfigurationProblem("scoring.model = \"\(file)\": \(error.message)")
        }
    }
}
