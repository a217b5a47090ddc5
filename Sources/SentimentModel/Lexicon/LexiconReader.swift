/// Walks over texts and hands their terms to a ``LexiconReading``.
struct LexiconReader {
    let trie: ByteTrie
    let records: [LexiconScorer.Record]

    /// The reader's tables as pointers, for the length of a batch.
    @inline(__always)
    func withTables(_ body: (Tables) -> Void) {
        trie.nodes.withUnsafeBufferPointer { nodes in
            trie.singles.withUnsafeBufferPointer { singles in
                trie.entrances.withUnsafeBufferPointer { entrances in
                    trie.pairs.withUnsafeBufferPointer { pairs in
                        records.withUnsafeBufferPointer { records in
                            body(
                                Tables(
                                    nodes: nodes,
                                    singles: singles,
                                    entrances: entrances,
                                    pairs: pairs,
                                    records: records
                                )
                            )
                        }
                    }
                }
            }
        }
    }
}

extension LexiconReader {
    /// Lives as long as the pointers it is given.
    struct Tables {
        let nodes: UnsafeBufferPointer<ByteTrie.Node>
        let singles: UnsafeBufferPointer<UInt64>
        let entrances: UnsafeBufferPointer<ByteTrie.Entrance>
        let pairs: UnsafeBufferPointer<UInt64>
        let records: UnsafeBufferPointer<LexiconScorer.Record>
    }
}

extension LexiconReader.Tables {
    private static let blank: UInt8 = 0x20
    private static let exclamation: UInt8 = 0x21
    private static let hash: UInt8 = 0x23
    private static let question: UInt8 = 0x3F
    static let bracketOpen: UInt8 = 0x5B
    private static let bracketClose: UInt8 = 0x5D

    func read(_ text: UnsafeBufferPointer<UInt8>, shape: TextShape) -> Sentiment {
        let count = text.count
        if count == 0 || isCommandOrPassword(text) || isPlainVote(text, shape) {
            return count == 0 ? Self.silence : .nonAffective
        }
        var reading = LexiconReading()
        var index = 0
        var character = character(text, 0)
        // Characters that no term covers, not yet handed over.
        var passed = LexiconReading.Passage()
        while index < count {
            let length = Self.length(text[index])
            let next = index &+ length
            let nextCharacter = next < count ? self.character(text, next) : 0
            if mayStartTerm(character, nextCharacter) {
                reading.pass(passed)
                passed = LexiconReading.Passage()
                let covered = longestTerm(text, index, character, nextCharacter, &reading)
                if covered > 0 {
                    index &+= covered
                    character = index < count ? self.character(text, index) : 0
                    continue
                }
            }
            if length > 1 {
                passed.add(character, bytes: length)
                index = next
                character = nextCharacter
            } else {
                index = passASCII(text, index, &passed)
                character = index < count ? self.character(text, index) : 0
            }
        }
        reading.pass(passed)
        return reading.verdict(shape, endsInQuestion: text[count &- 1] == Self.question)
    }

    @inline(__always)
    static func length(_ byte: UInt8) -> Int {
        byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    }

    /// Two bits answer for nearly every place that no term starts there.
    @inline(__always)
    private func mayStartTerm(_ first: UInt32, _ second: UInt32) -> Bool {
        if first == ByteTrie.beyond || second == ByteTrie.beyond {
            return true
        }
        let hash = ByteTrie.hash(first, second)
        return (pairs[ByteTrie.word(hash)] >> UInt64(hash & 63) | singles[Int(first >> 6)] >> UInt64(first & 63)) & 1
            != 0
    }

    /// A text of which nothing is left: no feeling and no vote either.
    private static let silence = Sentiment(
        label: .neutral,
        emotion: .none,
        score: 0,
        confidence: 820,
        affective: true
    )

    /// Passes a Latin word, a number, an unknown emote or a sign, and returns where it ends.
    @inline(__always)
    private func passASCII(
        _ text: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ passed: inout LexiconReading.Passage
    ) -> Int {
        let byte = text[start]
        var end = start &+ 1
        if Self.isLetter(byte) {
            while end < text.count && (Self.isLetter(text[end]) || text[end] == 0x27) {
                end &+= 1
            }
            passed.addWord(bytes: end &- start)
            return end
        }
        if Self.isDigit(byte) {
            while end < text.count && Self.isDigit(text[end]) {
                end &+= 1
            }
            passed.addNumber(bytes: end &- start)
            return end
        }
        switch byte {
        case Self.blank:
            // Between Chinese characters a blank is a comma, between Latin words it is nothing.
            if start > 0 && text[start &- 1] >= 0x80 {
                passed.endClause()
            }
        case Self.bracketOpen:
            // An emote that no term names says nothing, least of all by the words in it.
            while end < text.count && end &- start <= 64 && text[end] != Self.bracketClose && text[end] != Self.blank {
                end &+= 1
            }
            if end < text.count && text[end] == Self.bracketClose {
                return end &+ 1
            }
        case 0x2C, 0x2E, 0x3A, 0x3B, Self.exclamation, Self.question, 0x7E:
            passed.endClause()
        default:
            break
        }
        return start &+ 1
    }

    /// The character that starts here; what the trie takes those above the basic plane for.
    @inline(__always)
    func character(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> UInt32 {
        let first = UInt32(text[index])
        if first < 0x80 {
            return first
        }
        if first >= 0xE0 && first < 0xF0 {
            return (first & 0x0F) << 12 | UInt32(text[index &+ 1] & 0x3F) << 6 | UInt32(text[index &+ 2] & 0x3F)
        }
        return first < 0xE0 ? (first & 0x1F) << 6 | UInt32(text[index &+ 1] & 0x3F) : ByteTrie.beyond
    }

    /// `!name`, `#password#`.
    private func isCommandOrPassword(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let count = text.count
        if text[0] == Self.exclamation {
            return count >= 2 && Self.isLetter(text[1])
        }
        return text[0] == Self.hash && count >= 3 && text[count &- 1] == Self.hash
            && !text[1..<(count &- 1)].contains(Self.hash)
    }

    /// One letter or a number of at most three digits, if the lexicon does not know it: 1, 22, a, 12.
    private func isPlainVote(_ text: UnsafeBufferPointer<UInt8>, _ shape: TextShape) -> Bool {
        guard text.count <= 3 else { return false }
        let first = text[0]
        if Self.isLetter(first) {
            return text.allSatisfy { $0 == first } && !isWholeTerm(text)
        }
        return text.allSatisfy(Self.isDigit) && !isWholeTerm(text)
    }

    private func isWholeTerm(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var node = 0
        for byte in text {
            let child = Int(nodes[node].base) &+ Int(byte)
            guard nodes[child].check == Int32(truncatingIfNeeded: node) else { return false }
            node = child
        }
        return nodes[node].value >= 0
    }

    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10
    }
}
