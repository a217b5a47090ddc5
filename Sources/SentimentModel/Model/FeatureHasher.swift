/// Turns a normalised text into the hashes of its features.
///
/// The trainer and the scorer both read texts through this type, so a feature means the same to both. It works in
/// buffers that are made once a batch: nothing is allocated per text. The hashes depend on nothing but the bytes, the
/// shape and the space, on every machine.
package struct FeatureHasher: ~Copyable {
    /// Longer texts are read up to here.
    static let characterLimit = 1024
    /// The most features that a text can have: every n-gram order, gaps, words, the whole, shape and lexicon.
    private static let featureLimit = (characterLimit + 2) * 10 + 32

    /// Families of features start from different values, so that no n-gram meets a word of the same letters.
    private enum Family {
        static let characters: UInt64 = 0x8E51_6A3C_07D9_42B5
        static let words: UInt64 = 0x3C79_AC49_2BA7_B653
        static let wordPairs: UInt64 = 0x1C69_B3F7_4AC4_AE35
        static let gaps: UInt64 = 0x6E62_4EB7_FB59_1A1F
        static let whole: UInt64 = 0xA0F2_EC75_A1FE_1575
        static let shape: UInt64 = 0x52DC_E729_DA3E_D1B3
        static let lexicon: UInt64 = 0x9FB2_1C65_1E98_DF25
    }

    private static let textStart: UInt32 = 2
    private static let textEnd: UInt32 = 3

    let space: FeatureSpace
    /// The hashes of the text read last, ``count`` of them.
    package let hashes: UnsafeMutablePointer<UInt64>
    /// How many features the text read last has.
    package private(set) var count = 0
    /// The group of the text read last.
    package private(set) var group = TextGroup.short

    private let points: UnsafeMutablePointer<UInt32>
    /// How many characters of the text were read.
    private var length = 0

    /// The code points of the text read last, as far as it was read.
    var characters: UnsafeBufferPointer<UInt32> {
        UnsafeBufferPointer(start: points + 1, count: length)
    }

    /// Creates a hasher.
    package init(space: FeatureSpace) {
        self.space = space
        hashes = .allocate(capacity: Self.featureLimit)
        points = .allocate(capacity: Self.characterLimit + 2)
    }

    deinit {
        hashes.deallocate()
        points.deallocate()
    }

    /// Adds one unit to a hash.
    @inline(__always)
    static func step(_ hash: UInt64, _ unit: UInt64) -> UInt64 {
        let product = (hash ^ unit) &* 0xD6E8_FEB8_6659_FD93
        return product ^ product &>> 32
    }

    @inline(__always)
    private mutating func emit(_ hash: UInt64) {
        hashes[count] = hash
        count &+= 1
    }

    /// Reads a text; its features are then in ``hashes``.
    ///
    /// - Parameters:
    ///   - text: A normalised text.
    ///   - shape: What normalising took away from it.
    ///   - verdict: What the lexicon says of it; needed only if the space has the lexicon.
    package mutating func read(_ text: UnsafeBufferPointer<UInt8>, shape: TextShape, verdict: Sentiment?) {
        count = 0
        var cjk = 0
        var words = 0
        length = decode(text, cjk: &cjk, words: &words)
        if cjk == 0 && words > 1 {
            group = .alphabetic
        } else {
            group = length <= Int(space.shortTextLimit) ? .short : .long
        }
        addCharacters(length)
        if words > 0 && space.wordOrder > 0 {
            addWords(length)
        }
        addShape(shape)
        if space.hasLexicon, let verdict {
            addLexicon(verdict)
        }
    }

    /// Writes the characters between two marks to ``points`` and counts what decides the group.
    @inline(__always)
    private func decode(_ text: UnsafeBufferPointer<UInt8>, cjk: inout Int, words: inout Int) -> Int {
        points[0] = Self.textStart
        var length = 0
        var index = 0
        var inWord = false
        while index < text.count && length < Self.characterLimit {
            let first = UInt32(text[index])
            var point = first
            var size = 1
            if first >= 0x80 {
                if first >= 0xE0 && first < 0xF0 && index &+ 2 < text.count {
                    point = (first & 0x0F) << 12 | UInt32(text[index &+ 1] & 0x3F) << 6
                    point |= UInt32(text[index &+ 2] & 0x3F)
                    size = 3
                } else if first >= 0xC0 && first < 0xE0 && index &+ 1 < text.count {
                    point = (first & 0x1F) << 6 | UInt32(text[index &+ 1] & 0x3F)
                    size = 2
                } else if first >= 0xF0 && index &+ 3 < text.count {
                    point = (first & 0x07) << 18 | UInt32(text[index &+ 1] & 0x3F) << 12
                    point |= UInt32(text[index &+ 2] & 0x3F) << 6 | UInt32(text[index &+ 3] & 0x3F)
                    size = 4
                }
            }
            index &+= size
            length &+= 1
            points[length] = point
            cjk &+= point >= 0x2E80 && point < 0xFE00 ? 1 : 0
            let isWord = Self.isWord(point)
            words &+= isWord && !inWord ? 1 : 0
            inWord = isWord
        }
        points[length &+ 1] = Self.textEnd
        return length
    }

    /// A letter of an alphabet, a digit or an apostrophe.
    @inline(__always)
    private static func isWord(_ point: UInt32) -> Bool {
        point &- 0x61 < 26 || point &- 0x30 < 10 || point == 0x27 || (point >= 0xC0 && point < 0x0530)
    }

    /// Every n-gram of the characters and the two marks around them, but neither mark alone.
    @inline(__always)
    private mutating func addCharacters(_ length: Int) {
        // The end of what is written stays in a register; as a property it would be stored for every feature.
        var output = hashes + count
        let end = length &+ 2
        let order = Int(space.characterOrder)
        for start in 0..<end {
            var hash = Self.step(Family.characters, UInt64(points[start]))
            output.pointee = hash
            output += start > 0 && start < end &- 1 ? 1 : 0
            let stop = min(start &+ order, end)
            var index = start &+ 1
            while index < stop {
                hash = Self.step(hash, UInt64(points[index]))
                output.pointee = hash
                output += 1
                index &+= 1
            }
        }
        if length <= Int(space.wholeTextLimit) && length > 2 {
            var hash = Family.whole
            for index in 1...length {
                hash = Self.step(hash, UInt64(points[index]))
            }
            output.pointee = hash
            output += 1
        }
        if space.hasGaps && length > 2 {
            for index in 1...length &- 2 {
                output.pointee = Self.step(
                    Self.step(Family.gaps, UInt64(points[index])),
                    UInt64(points[index &+ 2])
                )
                output += 1
            }
        }
        count = output - hashes
    }

    private mutating func addWords(_ length: Int) {
        var previous: UInt64 = 0
        var beforePrevious: UInt64 = 0
        var index = 1
        while index <= length {
            guard Self.isWord(points[index]) else {
                // A word of another script between two words parts them; a blank or a comma does not.
                if points[index] >= 0x2E80 {
                    previous = 0
                    beforePrevious = 0
                }
                index &+= 1
                continue
            }
            var word = Family.words
            while index <= length && Self.isWord(points[index]) {
                word = Self.step(word, UInt64(points[index]))
                index &+= 1
            }
            emit(word)
            if space.wordOrder > 1 && previous != 0 {
                let pair = Self.step(Self.step(Family.wordPairs, previous), word)
                emit(pair)
                if space.wordOrder > 2 && beforePrevious != 0 {
                    emit(Self.step(Self.step(Self.step(Family.wordPairs, beforePrevious), previous), word))
                }
            }
            beforePrevious = previous
            previous = word
        }
    }

    @inline(__always)
    private mutating func emit(shape kind: UInt64, _ value: UInt64) {
        emit(Self.step(Self.step(Family.shape, kind), value))
    }

    private mutating func addShape(_ shape: TextShape) {
        emit(shape: 0, UInt64(shape.kinds))
        emit(shape: 1, Self.magnitude(shape.characters))
        if shape.longestRun > 3 {
            emit(shape: 2, Self.magnitude(shape.longestRun))
        }
        if shape.questions > 0 {
            emit(shape: 3, UInt64(min(shape.questions, 3)))
        }
        if shape.exclamations > 0 {
            emit(shape: 4, UInt64(min(shape.exclamations, 3)))
        }
        if shape.letters >= 4 && Int(shape.capitals) * 5 >= Int(shape.letters) * 4 {
            emit(shape: 5, 1)
        }
        if shape.kaomoji != .none {
            emit(shape: 6, UInt64(shape.kaomoji.rawValue))
        }
    }

    /// Twice the binary logarithm, roughly: 0, 2, 4, 5, 6, 6, 7, 7, 8….
    @inline(__always)
    private static func magnitude(_ value: UInt16) -> UInt64 {
        guard value > 0 else { return 0 }
        let bits = 16 &- value.leadingZeroBitCount
        let half = bits > 1 ? (value >> UInt16(bits &- 2)) & 1 : 0
        return UInt64(2 &* bits) + UInt64(half)
    }

    private mutating func addLexicon(_ verdict: Sentiment) {
        let label = UInt64(verdict.label.rawValue)
        let base = Self.step(Family.lexicon, label)
        emit(base)
        emit(Self.step(base, 16 &+ UInt64(verdict.emotion.rawValue)))
        emit(Self.step(Family.lexicon, 32 &+ UInt64((Int(verdict.score) &+ 1000) / 200)))
        if !verdict.affective {
            emit(Self.step(Family.lexicon, 64))
        }
    }
}
