extension LexiconReader.Tables {
    /// Hands over the longest term that starts here and returns how many bytes it covers, or 0.
    @inline(never)
    func longestTerm(
        _ text: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ first: UInt32,
        _ second: UInt32,
        _ reading: inout LexiconReading
    ) -> Int {
        let contentBytes = reading.contentBytes
        var match = Match(end: start)
        if first == ByteTrie.beyond || second == ByteTrie.beyond {
            walk(text, from: start, node: 0, contentBytes, &match)
        } else {
            var index = start &+ Self.length(text[start])
            if singles[Int(first >> 6)] >> UInt64(first & 63) & 1 != 0 {
                consider(entrances[entrance(first, 0)].value, text, index, contentBytes, &match)
            }
            let place = second == 0 ? -1 : entrance(first, second)
            if place >= 0 {
                let pair = entrances[place]
                index &+= Self.length(text[index])
                consider(pair.value, text, index, contentBytes, &match)
                if index < text.count
                    && (pair.thirds & ByteTrie.bit(third: character(text, index)) != 0 || isElongation(text, index))
                {
                    walk(text, from: index, node: Int(pair.node), contentBytes, &match)
                }
            }
        }
        guard match.value >= 0 else { return 0 }
        let record = records[Int(match.value)]
        if record.place.contains(.stem) {
            while match.end < text.count && Self.isLetter(text[match.end]) {
                match.end &+= 1
            }
        }
        reading.take(record, index: match.value, bytes: match.end &- start)
        return match.end &- start
    }

    /// The longest term found so far and where it ends.
    private struct Match {
        var value: Int32 = -1
        var end: Int
    }

    /// Follows the double array as far as it goes.
    @inline(__always)
    private func walk(
        _ text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        node entered: Int,
        _ contentBytes: Int,
        _ match: inout Match
    ) {
        var node = entered
        var index = start
        while index < text.count {
            let base = Int(nodes[node].base)
            let child = base &+ Int(text[index])
            if base != 0 && nodes[child].check == Int32(truncatingIfNeeded: node) {
                node = child
            } else if !isElongation(text, index) {
                break
            }
            index &+= 1
            consider(nodes[node].value, text, index, contentBytes, &match)
        }
    }

    @inline(__always)
    private func consider(
        _ value: Int32,
        _ text: UnsafeBufferPointer<UInt8>,
        _ end: Int,
        _ contentBytes: Int,
        _ match: inout Match
    ) {
        if value >= 0 && counts(Int(value), text, end, contentBytes) {
            match.value = value
            match.end = end
        }
    }

    /// The place among the entrances of two characters, or -1.
    @inline(__always)
    private func entrance(_ first: UInt32, _ second: UInt32) -> Int {
        let key = first << 16 | second
        let mask = entrances.count &- 1
        var place = Int(ByteTrie.hash(first, second)) & mask
        while entrances[place].key != key {
            guard entrances[place].key != 0 else { return -1 }
            place = (place &+ 1) & mask
        }
        return place
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
        _ end: Int,
        _ contentBytes: Int
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
}
