/// How often one phrase was written of late, in twenty bytes; its text is kept elsewhere or nowhere.
struct PhraseCounter {
    /// Sixteenths of a comment: what decays needs a fraction.
    static let one: UInt32 = 16

    /// 0 if the place is free.
    var hash: UInt32 = 0
    var weight: UInt32 = 0
    /// How much of the weight may belong to texts that held the place before.
    var error: UInt32 = 0
    /// The mean score in 2⁻¹⁶ thousandths.
    var mean: Int32 = 0
    /// Its place among the kept texts from 1, or 0.
    var text: UInt8 = 0
    /// Whether the text says something of the mood.
    var affective = true

    var certain: UInt32 {
        weight - error
    }

    var rounded: Int {
        Int((certain + Self.one / 2) / Self.one)
    }

    mutating func count(_ score: Int16, affective: Bool) {
        self.affective = affective
        weight = min(weight, UInt32.max / 2) + Self.one
        let difference = Int64(score) << 16 - Int64(mean)
        mean += Int32(truncatingIfNeeded: difference * Int64(Self.one) / Int64(certain))
    }

    mutating func decay(by factor: UInt64) {
        weight = UInt32((UInt64(weight) * factor) >> 32)
        error = UInt32((UInt64(error) * factor) >> 32)
    }

    /// 32 bits, never 0, and not keyed: who crafts a collision shares a counter, no more.
    static func hash(_ phrase: Span<UInt8>) -> UInt32 {
        var hash = UInt64(phrase.count)
        var offset = 0
        while offset < phrase.count {
            var word: UInt64 = 0
            if offset + 8 <= phrase.count {
                word = phrase.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            } else {
                for index in offset..<phrase.count {
                    word = word << 8 | UInt64(phrase[index])
                }
            }
            hash = (hash ^ word) &* 0xd6e8_feb8_6659_fd93
            hash ^= hash >> 32
            offset += 8
        }
        hash = hash &* 0xd6e8_feb8_6659_fd93
        return max(1, UInt32(truncatingIfNeeded: hash >> 32))
    }
}
