/// A word or emoticon of a text, with all that VADER's rules ask of it.
struct VaderWord: Sendable {
    /// In lower case.
    var lower: [UInt8]
    /// Whether it is written in capitals.
    var isUpper: Bool
    /// Its valence, if the lexicon knows it.
    var valence: Double?
    /// What it adds to the next valence, 0 for a word that is no degree adverb.
    var boost: Double
    /// Whether it negates.
    var isNegation: Bool

    /// Compares with an ASCII word.
    func `is`(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { $0.elementsEqual(lower) }
    }
}

/// Splits a text as VADER does: at blanks, punctuation stripped from both ends of what is longer than an emoticon.
struct VaderTokens {
    private(set) var words: [VaderWord] = []
    private(set) var exclamations = 0
    private(set) var questions = 0

    init(_ text: some Collection<UInt8>, lexicon: VaderLexicon) {
        var token = String.UnicodeScalarView()
        var isAfterBlank = true
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            if let description = lexicon.emoji[scalar] {
                if !isAfterBlank {
                    end(&token, lexicon)
                }
                for named in description {
                    take(named, &token, lexicon)
                }
                isAfterBlank = false
            } else {
                take(scalar, &token, lexicon)
                isAfterBlank = scalar == " "
            }
        }
        end(&token, lexicon)
    }

    private mutating func take(
        _ scalar: Unicode.Scalar,
        _ token: inout String.UnicodeScalarView,
        _ lexicon: VaderLexicon
    ) {
        if Self.isBlank(scalar) {
            end(&token, lexicon)
            return
        }
        exclamations += scalar == "!" ? 1 : 0
        questions += scalar == "?" ? 1 : 0
        token.append(scalar)
    }

    private mutating func end(_ token: inout String.UnicodeScalarView, _ lexicon: VaderLexicon) {
        guard !token.isEmpty else { return }
        var stripped = token[...]
        while let first = stripped.first, Self.isPunctuation(first) {
            stripped.removeFirst()
        }
        while let last = stripped.last, Self.isPunctuation(last) {
            stripped.removeLast()
        }
        words.append(word(String(stripped.count <= 2 ? token[...] : stripped), lexicon))
        token.removeAll()
    }

    private func word(_ text: String, _ lexicon: VaderLexicon) -> VaderWord {
        let lower = Array(text.lowercased().utf8)
        return VaderWord(
            lower: lower,
            isUpper: Self.isUpper(text),
            valence: lexicon.valences[lower],
            boost: VaderRules.boosters[lower] ?? 0,
            isNegation: VaderRules.isNegation(lower)
        )
    }

    /// What Python's `str.isupper` says: some letter with case, and all of those capitals.
    private static func isUpper(_ text: String) -> Bool {
        var hasCapital = false
        for scalar in text.unicodeScalars {
            let properties = scalar.properties
            if properties.isLowercase || properties.generalCategory == .titlecaseLetter {
                return false
            }
            hasCapital = hasCapital || properties.isUppercase
        }
        return hasCapital
    }

    /// What Python's `str.split` splits at.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }
}
