package import SentimentModel

/// VADER's valences and its words for emoji.
package struct VaderLexicon: Sendable {
    /// What is known of a word or emoticon, by its UTF-8 bytes in lower case; valences are means on −4…4.
    private(set) var facts: [[UInt8]: VaderWord.Facts]
    /// The number of words that have a valence.
    private(set) var count = 0
    /// What an emoji is called.
    private(set) var emoji: [Unicode.Scalar: [Unicode.Scalar]] = [:]

    /// The valences of Hutto and Gilbert's `vaderSentiment` 3.3.2 (MIT).
    package static let builtIn = VaderLexicon()

    private init() {
        facts = Self.ruled
        Self.forEachPair(VaderData.valences) { word, valence in
            facts[Array(word), default: VaderWord.Facts()].valence = Double(String(decoding: valence, as: UTF8.self))
        }
        finish()
    }

    /// Reads a lexicon in VADER's format.
    ///
    /// The words for emoji are always the ones that are built in.
    ///
    /// - Parameter file: Lines of `word<TAB>valence`, what follows being ignored; of a word given twice the last counts.
    /// - Throws: ``LexiconError`` for the first line without a valence.
    package init(file: [UInt8]) throws(LexiconError) {
        facts = Self.ruled
        var number = 0
        for line in file.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            let fields = Self.trimmed(line).split(separator: 0x09, omittingEmptySubsequences: false)
            guard let word = fields.first, !word.isEmpty else { continue }
            guard fields.count > 1, let valence = ClientNumber.decimal(fields[1], in: -100...100) else {
                throw LexiconError(line: number, problem: "no valence behind \(String(decoding: word, as: UTF8.self))")
            }
            facts[Array(word), default: VaderWord.Facts()].valence = valence
        }
        finish()
    }

    /// What the rules' own lists know.
    private static let ruled: [[UInt8]: VaderWord.Facts] = {
        var facts: [[UInt8]: VaderWord.Facts] = [:]
        for (word, boost) in VaderRules.boosters {
            facts[word, default: VaderWord.Facts()].boost = boost
        }
        for word in VaderRules.negations {
            facts[word, default: VaderWord.Facts()].isNegation = true
        }
        return facts
    }()

    private mutating func finish() {
        count = facts.values.count { $0.valence != nil }
        Self.forEachPair(VaderData.emoji) { character, name in
            if let scalar = String(decoding: character, as: UTF8.self).unicodeScalars.first {
                emoji[scalar] = Array(String(decoding: name, as: UTF8.self).unicodeScalars)
            }
        }
    }

    private static func forEachPair(
        _ literal: StaticString,
        _ body: (UnsafeBufferPointer<UInt8>.SubSequence, UnsafeBufferPointer<UInt8>.SubSequence) -> Void
    ) {
        literal.withUTF8Buffer { utf8 in
            var key: UnsafeBufferPointer<UInt8>.SubSequence?
            for field in utf8.split(whereSeparator: { $0 == 0x09 || $0 == 0x0A }) {
                if let first = key {
                    body(first, field)
                    key = nil
                } else {
                    key = field
                }
            }
        }
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let last = line.last, last <= 0x20 {
            line.removeLast()
        }
        while let first = line.first, first <= 0x20 {
            line.removeFirst()
        }
        return line
    }
}
