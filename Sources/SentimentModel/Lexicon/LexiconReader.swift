/// Walks over texts and hands their terms to a ``LexiconReading``.
struct LexiconReader {
    let trie: ByteTrie
    let records: [LexiconScorer.Record]

    /// The reader's tables as pointers, for the length of a batch.
    @inline(__always)
    func withTables(_ body: (Tables) -> Void) {
        trie.nodes.withUnsafeBufferPointer { nodes in
            trie.firsts.withUnsafeBufferPointer { firsts in
                trie.entrances.withUnsafeBufferPointer { entrances in
                    trie.pairs.withUnsafeBufferPointer { pairs in
                        records.withUnsafeBufferPointer { records in
                            body(
                                Tables(
                                    nodes: nodes,
                                    firsts: firsts,
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
        let firsts: UnsafeBufferPointer<UInt16>
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
    private static let bracketOpen: UInt8 = 0x5B
    private static let bracketClose: UInt8 = 0x5D

    func read(_ text: UnsafeBufferPointer<UInt8>, shape: TextShape) -> Sentiment {
        let count = text.count
        if count == 0 || isCommandOrPassword(text) || isPlainVote(text, shape) {
            return count == 0 ? Self.silence : .nonAffective
        }
        var reading = LexiconReading()
        var index = 0
        while index < count {
            let byte = text[index]
            if byte < 0x80 {
                index = readASCII(text, index, byte, &reading)
                continue
            }
            let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            let covered = term(text, index, &reading)
            if covered > 0 {
                index &+= covered
            } else {
                index &+= length
                passCharacter(text, index, length, &reading)
            }
        }
        return reading.verdict(shape, endsInQuestion: text[count &- 1] == Self.question)
    }

    /// A text of which nothing is left: no feeling and no vote either.
    private static let silence = Sentiment(
        label: .neutral,
        emotion: .none,
        score: 0,
        confidence: 820,
        affective: true
    )

    @inline(__always)
    private func passCharacter(
        _ text: UnsafeBufferPointer<UInt8>,
        _ next: Int,
        _ length: Int,
        _ reading: inout LexiconReading
    ) {
        // 。 and … end a clause.
        let last = text[next &- 1]
        if length == 3
            && ((text[next &- 3] == 0xE3 && text[next &- 2] == 0x80 && last == 0x82)
                || (text[next &- 3] == 0xE2 && text[next &- 2] == 0x80 && last == 0xA6))
        {
            reading.endClause()
            return
        }
        reading.pass(bytes: length, distance: 1)
    }

    @inline(__always)
    private func readASCII(
        _ text: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ byte: UInt8,
        _ reading: inout LexiconReading
    ) -> Int {
        let covered = term(text, start, &reading)
        if covered > 0 {
            return start &+ covered
        }
        if Self.isLetter(byte) {
            var end = start &+ 1
            while end < text.count && (Self.isLetter(text[end]) || text[end] == 0x27) {
                end &+= 1
            }
            reading.pass(bytes: end &- start, distance: 2)
            return end
        }
        if Self.isDigit(byte) {
            var end = start &+ 1
            while end < text.count && Self.isDigit(text[end]) {
                end &+= 1
            }
            reading.pass(bytes: end &- start, distance: 1)
            return end
        }
        switch byte {
        case Self.blank:
            // Between Chinese characters a blank is a comma, between Latin words it is nothing.
            if start > 0 && text[start &- 1] >= 0x80 {
                reading.endClause()
            }
        case Self.bracketOpen:
            // An emote that no term names says nothing, least of all by the words in it.
            var end = start &+ 1
            while end < text.count && end &- start <= 64 && text[end] != Self.bracketClose && text[end] != Self.blank {
                end &+= 1
            }
            if end < text.count && text[end] == Self.bracketClose {
                return end &+ 1
            }
        case 0x2C, 0x2E, 0x3A, 0x3B, Self.exclamation, Self.question, 0x7E:
            reading.endClause()
        default:
            break
        }
        return start &+ 1
    }

    /// Hands over the longest term that starts here and returns how many bytes it covers, or 0.
    @inline(__always)
    private func term(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ reading: inout LexiconReading) -> Int {
        let byte = text[start]
        let length = byte < 0x80 ? 1 : byte >= 0xE0 && byte < 0xF0 ? 3 : 0
        guard length > 0 else {
            return longestTerm(text, start, start, 0, &reading)
        }
        let point = character(text, start)
        let place = firsts[Int(point)]
        guard place != 0 else { return 0 }
        let entrance = entrances[Int(place)]
        let next = start &+ length
        if !entrance.isString {
            guard next < text.count else { return 0 }
            let (word, bit) = ByteTrie.pair(point, character(text, next))
            guard pairs[word] & bit != 0 else { return 0 }
        }
        return longestTerm(text, start, next, Int(entrance.node), &reading)
    }

    /// The character that starts here; what the trie takes those above the basic plane for.
    @inline(__always)
    private func character(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> UInt32 {
        let first = UInt32(text[index])
        if first < 0x80 {
            return first
        }
        if first >= 0xE0 && first < 0xF0 {
            return (first & 0x0F) << 12 | UInt32(text[index &+ 1] & 0x3F) << 6 | UInt32(text[index &+ 2] & 0x3F)
        }
        return first < 0xE0 ? (first & 0x1F) << 6 | UInt32(text[index &+ 1] & 0x3F) : 0x10000
    }

    @inline(never)
    private func longestTerm(
        _ text: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ entered: Int,
        _ entrance: Int,
        _ reading: inout LexiconReading
    ) -> Int {
        var node = entrance
        var index = entered
        var found: Int32 = -1
        var end = start
        while true {
            let value = nodes[node].value
            if value >= 0 && counts(Int(value), text, start, index, contentBytes: reading.contentBytes) {
                found = value
                end = index
            }
            guard index < text.count else { break }
            let child = Int(nodes[node].base) &+ Int(text[index])
            if nodes[child].check == Int32(truncatingIfNeeded: node) && nodes[node].base != 0 {
                node = child
                index &+= 1
            } else if isElongation(text, index) && index > entered {
                index &+= 1
            } else {
                break
            }
        }
        guard found >= 0 else { return 0 }
        let record = records[Int(found)]
        if record.place.contains(.stem) {
            while end < text.count && Self.isLetter(text[end]) {
                end &+= 1
            }
        }
        reading.take(record, index: found, bytes: end &- start)
        return end &- start
    }

    /// Whether a letter is at least the third of its kind in a row (sooo).
    private func isElongation(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        let byte = text[index]
        guard Self.isLetter(byte), index >= 1, text[index &- 1] == byte else { return false }
        let before = index >= 2 && text[index &- 2] == byte
        let after = index &+ 1 < text.count && text[index &+ 1] == byte
        return before || after
    }

    /// Whether a term that has been spelt out counts where it stands.
    private func counts(
        _ value: Int,
        _ text: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ end: Int,
        contentBytes: Int
    ) -> Bool {
        let record = records[value]
        let last = text[end &- 1]
        if end < text.count && !record.place.contains(.stem) {
            let next = text[end]
            if (Self.isLetter(last) && Self.isLetter(next)) || (Self.isDigit(last) && Self.isDigit(next)) {
                return false
            }
        }
        if record.place.contains(.start) && contentBytes > 0 {
            return false
        }
        if record.place.contains(.end) && record.role != .booster {
            return Self.isOnlyPunctuation(text, from: end)
        }
        return true
    }

    /// Whether nothing of weight follows: punctuation, emoji, emotes, and the particles that end a sentence.
    private static func isOnlyPunctuation(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
        var index = start
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                guard !isLetter(byte), !isDigit(byte), byte != bracketOpen else { return byte == bracketOpen }
                index &+= 1
            } else if byte >= 0xF0 {
                index &+= 4
            } else if byte < 0xE0 {
                return false
            } else {
                let point =
                    UInt32(byte & 0x0F) << 12 | UInt32(text[index &+ 1] & 0x3F) << 6 | UInt32(text[index &+ 2] & 0x3F)
                guard isWeightless(point) else { return false }
                index &+= 3
            }
        }
        return true
    }

    private static func isWeightless(_ point: UInt32) -> Bool {
        switch Unicode.Scalar(point) {
        case "了", "啊", "呀", "哦", "噢", "啦", "嘛", "哟", "呐", "的", "诶", "欸", "噫", "嗷", "哇", "阿", "呢", "喔": true
        case .some(let scalar): scalar.value < 0x3040 || (0xFE00...0xFE0F).contains(scalar.value)
        case .none: false
        }
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
    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10
    }
}
