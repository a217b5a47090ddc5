/// Scores texts by the terms that stand in them: slang, emotes, emoji, faces, negation and intensity.
///
/// It needs no training and never fails, which makes it the fallback when a model cannot be had. One pass over the
/// normalised bytes, longest term first; nothing is allocated per text. It does not understand grammar: irony without
/// a mark, and whom a word is aimed at, are beyond it.
public struct LexiconScorer: TextScorer {
    /// What the scorer's loop needs of an entry.
    struct Record: Sendable {
        var value: Float
        var role: LexiconEntry.Role
        var emotion: Sentiment.Emotion
        var place: LexiconEntry.Place
    }

    /// The name of the term list and its number of entries.
    public let version: String

    /// Tells most texts that are no custom without reading them.
    let customs: CustomFilter

    private let trie: ByteTrie
    private let records: [Record]

    /// The scorer over the lexicon that is built in.
    public static let builtIn = LexiconScorer()

    /// Loads the lexicon that is built in; prefer ``builtIn``.
    public init() {
        do {
            try self.init(file: PackageResources.lexicon_tsv)
        } catch {
            preconditionFailure("the lexicon that is built in is damaged: \(error)")
        }
    }

    /// Loads a lexicon in the format of `docs/lexicon-format.md`.
    ///
    /// - Parameter file: The file's bytes.
    /// - Throws: ``LexiconError`` for the first line that cannot be understood.
    public init(file: [UInt8]) throws(LexiconError) {
        let entries = try LexiconFile.parse(file)
        customs = CustomFilter(entries)
        trie = ByteTrie(entries.map(\.term))
        records = entries.map { Record(value: $0.value, role: $0.role, emotion: $0.emotion, place: $0.place) }
        version = "lexicon-\(entries.count)"
    }

    /// Scores every text of a batch; see ``TextScorer``.
    public func score(_ batch: TextBatch, into results: inout [Sentiment]) {
        results.reserveCapacity(results.count + batch.count)
        batch.normalised.withUnsafeBufferPointer { bytes in
            withTables { tables in
                for index in 0..<batch.count {
                    let text = UnsafeBufferPointer(rebasing: bytes[batch.normalisedRanges[index].indices])
                    results.append(tables.read(text, shape: batch.shapes[index]))
                }
            }
        }
    }

    /// Gives a closure the lexicon ready to read with, for the length of a batch.
    @inline(__always)
    func withTables(_ body: (LexiconReader.Tables) -> Void) {
        LexiconReader(trie: trie, records: records).withTables(body)
    }
}
