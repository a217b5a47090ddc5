/// Tells at a glance that a text holds no custom: no vote, ritual, lottery password or command.
///
/// Few comments are customs, and only for those that may be one is the whole lexicon read. The answer "no" is always
/// right; "maybe" is wrong for about one text in thirty.
struct CustomFilter: Sendable {
    /// 2¹⁶ bits, which a first-level cache holds.
    private static let words = 1024
    /// Latin texts of so few characters are too short to tell: a letter or a number is a vote.
    private static let shortest = 3

    /// One bit per hash of the two characters that a custom begins with, 0 in place of a missing second.
    private var bits = [UInt64](repeating: 0, count: words)

    init(_ entries: [LexiconEntry]) {
        for entry in entries {
            switch entry.role {
            case .vote, .command, .lottery, .ritual: insert(entry.term)
            case .feeling, .plain, .negator, .booster, .irony, .contrast, .question: break
            }
        }
    }

    private mutating func insert(_ term: [UInt8]) {
        let characters = String(decoding: term, as: UTF8.self).unicodeScalars.prefix(2).map(\.value)
        let hash = ByteTrie.hash(characters[0], characters.count > 1 ? characters[1] : 0)
        bits[Self.word(hash)] |= 1 << UInt64(hash & 63)
    }

    @inline(__always)
    private static func word(_ hash: UInt32) -> Int {
        Int(hash >> 6) & (words &- 1)
    }

    /// Whether a text may be a custom.
    ///
    /// - Parameter characters: The normalised text's code points.
    /// - Returns: False where it surely is none.
    @inline(__always)
    func mayHoldCustom(_ characters: UnsafeBufferPointer<UInt32>) -> Bool {
        let count = characters.count
        guard count > Self.shortest || (count > 0 && characters[0] >= 0x80) else { return true }
        // `!name` is a command, `#password#` a lottery's.
        guard characters[0] != 0x21, characters[0] != 0x23 else { return true }
        var found: UInt64 = 0
        bits.withUnsafeBufferPointer { bits in
            for index in 0..<count {
                let alone = ByteTrie.hash(characters[index], 0)
                let pair = ByteTrie.hash(characters[index], index &+ 1 < count ? characters[index &+ 1] : 0)
                found |= bits[Self.word(alone)] >> UInt64(alone & 63)
                found |= bits[Self.word(pair)] >> UInt64(pair & 63)
            }
        }
        return found & 1 != 0
    }
}
