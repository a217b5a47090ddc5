/// A word or emoticon of a text, with all that VADER's rules ask of it.
struct VaderWord: Sendable {
    /// What is known of a word whatever the text.
    struct Facts: Sendable {
        /// Its valence, if the lexicon knows it.
        var valence: Double?
        /// What it adds to the next valence, 0 for a word that is no degree adverb.
        var boost = 0.0
        /// Whether it negates.
        var isNegation = false
    }

    /// In lower case.
    var lower: [UInt8]
    /// Whether it is written in capitals.
    var isUpper: Bool
    /// What the lexicon and the rules' lists say of it.
    var facts: Facts

    var valence: Double? { facts.valence }
    var boost: Double { facts.boost }
    var isNegation: Bool { facts.isNegation }

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
        if text.allSatisfy({ $0 < 0x80 }) {
            readASCII(text, lexicon)
        } else {
            readUnicode(text, lexicon)
        }
    }

    /// Most English: bytes are characters, and there is no emoji.
    private mutating func readASCII(_ text: some Collection<UInt8>, _ lexicon: VaderLexicon) {
        var token: [UInt8] = []
        for byte in text {
            if Self.isBlank(Unicode.Scalar(byte)) {
                end(&token, lexicon)
            } else {
                exclamations += byte == 0x21 ? 1 : 0
                questions += byte == 0x3F ? 1 : 0
                token.append(byte)
            }
        }
        end(&token, lexicon)
    }

    private mutating func readUnicode(_ text: some Collection<UInt8>, _ lexicon: VaderLexicon) {
        var token = String.UnicodeScalarView()
        var isAfterBlank = true
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            if scalar.value >= 0x80, let description = lexicon.emoji[scalar] {
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
        append(Self.stripped(token), lexicon)
        token.removeAll()
    }

    private mutating func end(_ token: inout [UInt8], _ lexicon: VaderLexicon) {
        guard !token.isEmpty else { return }
        var stripped = token[...]
        while let first = stripped.first, Self.isPunctuation(Unicode.Scalar(first)) {
            stripped.removeFirst()
        }
        while let last = stripped.last, Self.isPunctuation(Unicode.Scalar(last)) {
            stripped.removeLast()
        }
        let word = stripped.count <= 2 ? token[...] : stripped
        var hasCapital = false
        var hasSmall = false
        let lower = word.map { byte in
            let isCapital = byte >= 0x41 && byte <= 0x5A
            hasCapital = hasCapital || isCapital
            hasSmall = hasSmall || (byte >= 0x61 && byte <= 0x7A)
            return isCapital ? byte | 0x20 : byte
        }
        append(lower, isUpper: hasCapital && !hasSmall, lexicon)
        token.removeAll(keepingCapacity: true)
    }

    private static func stripped(_ token: String.UnicodeScalarView) -> String {
        var stripped = token[...]
        while let first = stripped.first, isPunctuation(first) {
            stripped.removeFirst()
        }
        while let last = stripped.last, isPunctuation(last) {
            stripped.removeLast()
        }
        return String(stripped.count <= 2 ? token[...] : stripped)
    }

    private mutating func append(_ text: String, _ lexicon: VaderLexicon) {
        append(Array(text.lowercased().utf8), isUpper: Self.isUpper(text), lexicon)
    }

    private mutating func append(_ lower: [UInt8], isUpper: Bool, _ lexicon: VaderLexicon) {
        var facts = lexicon.facts[lower] ?? VaderWord.Facts()
        facts.isNegation = facts.isNegation || VaderRules.isContraction(lower)
        words.append(VaderWord(lower: lower, isUpper: isUpper, facts: facts))
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
