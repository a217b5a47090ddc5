/// VADER's rules for one text: what stands around a word changes its valence.
///
/// The order of the steps is the original's, and so are its peculiarities: they are part of the figures.
struct VaderRules {
    private static let capitals = 0.733
    private static let turn = -0.74

    let words: [VaderWord]
    /// Some words are in capitals and some are not.
    private let hasShouting: Bool

    init(words: [VaderWord]) {
        self.words = words
        let shouted = words.count(where: \.isUpper)
        hasShouting = shouted > 0 && shouted < words.count
    }

    /// One valence per word.
    func valences() -> [Double] {
        words.indices.map { index in
            let word = words[index]
            let isKindOf = word.is("kind") && index + 1 < words.count && words[index + 1].is("of")
            guard word.boost == 0, !isKindOf, let valence = word.valence else { return 0 }
            return modified(valence, index)
        }
    }

    private func modified(_ lexical: Double, _ index: Int) -> Double {
        var valence = lexical
        if words[index].is("no"), index + 1 < words.count, words[index + 1].valence != nil {
            valence = 0
        }
        if (index > 0 && words[index - 1].is("no")) || (index > 1 && words[index - 2].is("no"))
            || (index > 2 && words[index - 3].is("no") && (words[index - 1].is("or") || words[index - 1].is("nor")))
        {
            valence = lexical * Self.turn
        }
        if words[index].isUpper && hasShouting {
            valence += valence > 0 ? Self.capitals : -Self.capitals
        }
        for distance in 1...3 where index >= distance && words[index - distance].valence == nil {
            var boost = boost(words[index - distance], valence)
            if distance == 2 && boost != 0 {
                boost *= 0.95
            } else if distance == 3 && boost != 0 {
                boost *= 0.9
            }
            valence += boost
            valence = negated(valence, index, distance)
            if distance == 3 {
                valence = idiomatic(valence, index)
            }
        }
        return weighedByLeast(valence, index)
    }

    private func boost(_ word: VaderWord, _ valence: Double) -> Double {
        guard word.boost != 0 else { return 0 }
        var boost = valence < 0 ? -word.boost : word.boost
        if word.isUpper && hasShouting {
            boost += valence > 0 ? Self.capitals : -Self.capitals
        }
        return boost
    }

    private func negated(_ valence: Double, _ index: Int, _ distance: Int) -> Double {
        let word = words[index - distance]
        switch distance {
        case 2:
            if word.is("never") && (words[index - 1].is("so") || words[index - 1].is("this")) {
                return valence * 1.25
            }
            if word.is("without") && words[index - 1].is("doubt") {
                return valence
            }
        case 3:
            // The original's "and" binds before its "or": so or this just before is enough.
            if (word.is("never") && (words[index - 2].is("so") || words[index - 2].is("this")))
                || words[index - 1].is("so") || words[index - 1].is("this")
            {
                return valence * 1.25
            }
            if word.is("without") && (words[index - 2].is("doubt") || words[index - 1].is("doubt")) {
                return valence
            }
        default:
            break
        }
        return word.isNegation ? valence * Self.turn : valence
    }

    private func idiomatic(_ lexical: Double, _ index: Int) -> Double {
        var valence = lexical
        func phrase(_ range: ClosedRange<Int>) -> [UInt8] {
            Array(words[range].map(\.lower).joined(separator: [0x20]))
        }
        let around = [
            (index - 1)...index, (index - 2)...index, (index - 2)...(index - 1), (index - 3)...(index - 1),
            (index - 3)...(index - 2),
        ]
        if let special = around.lazy.compactMap({ Self.idioms[phrase($0)] }).first {
            valence = special
        }
        if index + 1 < words.count, let special = Self.idioms[phrase(index...(index + 1))] {
            valence = special
        }
        if index + 2 < words.count, let special = Self.idioms[phrase(index...(index + 2))] {
            valence = special
        }
        for range in [(index - 3)...(index - 1), (index - 3)...(index - 2), (index - 2)...(index - 1)] {
            valence += Self.boosters[phrase(range)] ?? 0
        }
        return valence
    }

    private func weighedByLeast(_ valence: Double, _ index: Int) -> Double {
        guard index > 0, words[index - 1].valence == nil, words[index - 1].is("least") else { return valence }
        if index > 1 && (words[index - 2].is("at") || words[index - 2].is("very")) {
            return valence
        }
        return valence * Self.turn
    }

    /// What comes before the first "but" weighs half, what comes after it half as much again.
    ///
    /// The original finds each valence by its value, so that of equal ones the first is weighed again: kept as it is.
    static func weighBut(_ words: [VaderWord], _ valences: inout [Double]) {
        guard let but = words.firstIndex(where: { $0.is("but") }) else { return }
        for index in valences.indices {
            let valence = valences[index]
            guard let first = valences.firstIndex(of: valence) else { continue }
            if first < but {
                valences[first] = valence * 0.5
            } else if first > but {
                valences[first] = valence * 1.5
            }
        }
    }
}
