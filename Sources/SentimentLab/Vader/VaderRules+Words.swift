extension VaderRules {
    private static func set(_ words: String) -> Set<[UInt8]> {
        Set(words.split(separator: " ").map { Array($0.utf8) })
    }

    static let negations = set(
        """
        aint arent cannot cant couldnt darent didnt doesnt ain't aren't can't couldn't daren't didn't doesn't dont \
        hadnt hasnt havent isnt mightnt mustnt neither don't hadn't hasn't haven't isn't mightn't mustn't neednt \
        needn't never none nope nor not nothing nowhere oughtnt shant shouldnt uhuh wasnt werent oughtn't shan't \
        shouldn't uh-uh wasn't weren't without wont wouldnt won't wouldn't rarely seldom despite
        """
    )

    private static let contraction = Array("n't".utf8)

    /// Whether a word ends in n't, or holds it elsewhere, as the original has it.
    static func isContraction(_ lower: [UInt8]) -> Bool {
        guard lower.count >= 3 else { return false }
        return (0...(lower.count - 3)).contains { lower[$0..<($0 + 3)].elementsEqual(contraction) }
    }

    /// Degree adverbs, of one word or two.
    static let boosters: [[UInt8]: Double] = {
        let stronger = set(
            """
            absolutely amazingly awfully completely considerable considerably decidedly deeply effing enormous \
            enormously entirely especially exceptional exceptionally extreme extremely fabulously flipping flippin \
            frackin fracking fricking frickin frigging friggin fully fuckin fucking fuggin fugging greatly hella highly \
            hugely incredible incredibly intensely major majorly more most particularly purely quite really remarkably \
            so substantially thoroughly total totally tremendous tremendously uber unbelievably unusually utter utterly \
            very
            """
        )
        let weaker = set(
            """
            almost barely hardly kinda kindof kind-of less little marginal marginally occasional occasionally partly \
            scarce scarcely slight slightly somewhat sorta sortof sort-of
            """
        )
        var boosters: [[UInt8]: Double] = [:]
        for word in stronger {
            boosters[word] = 0.293
        }
        for word in weaker {
            boosters[word] = -0.293
        }
        for phrase in ["just enough", "kind of", "sort of"] {
            boosters[Array(phrase.utf8)] = -0.293
        }
        return boosters
    }()

    /// Phrases that hold words of the lexicon and mean something else.
    static let idioms: [[UInt8]: Double] = Dictionary(
        uniqueKeysWithValues: [
            ("the shit", 3), ("the bomb", 3), ("bad ass", 1.5), ("badass", 1.5), ("bus stop", 0.0),
            ("yeah right", -2), ("kiss of death", -1.5), ("to die for", 3), ("beating heart", 3.5),
        ]
        .map { (Array($0.0.utf8), $0.1) }
    )
}
