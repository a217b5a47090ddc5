/// Brings a text into the one form that lexicons, features, phrases and repeat keys are written in.
///
/// Width, case, Latin accents and traditional characters are folded; what is invisible vanishes; blanks are single;
/// whatever is repeated more than three times in a row, be it a character, a short unit, a word or an `[emote]`, is
/// cut to three, and ``TextShape`` remembers how often it stood there. Invalid UTF-8 is skipped byte by byte.
///
/// The output is never longer than the input. The mapping is fixed by tables of ours and not by the standard
/// library's version of Unicode, so that a model trained on one machine means the same on another.
public struct TextNormaliser {
    /// Bytes that an output buffer needs beyond the length of the input: characters are stored four bytes at a time.
    public static let slack = 8

    /// An `[emote]` has at most so many characters between its brackets.
    private static let emoteCharacters = 16

    private let entries: UnsafePointer<CharacterTable.Entry>

    /// Creates a normaliser; its table is built with the first one.
    public init() {
        entries = CharacterTable.shared.entries
    }

    /// Normalises one text.
    ///
    /// - Parameters:
    ///   - text: UTF-8 or any other bytes.
    ///   - output: Room for `text.count + slack` bytes.
    ///   - shape: Receives what normalising takes away; pass a fresh one.
    /// - Returns: The number of bytes written.
    public func normalise(
        _ text: UnsafeBufferPointer<UInt8>,
        into output: UnsafeMutablePointer<UInt8>,
        shape: inout TextShape
    ) -> Int {
        guard let input = text.baseAddress else { return 0 }
        var pass = Pass(output: output)
        let count = text.count
        var index = 0
        while index < count {
            let first = UInt32(input[index])
            let entry: CharacterTable.Entry
            if first < 0x80 {
                entry = entries[Int(first)]
                index &+= 1
            } else if first >= 0xE0 && first < 0xF0 && index &+ 2 < count {
                let second = UInt32(input[index &+ 1])
                let third = UInt32(input[index &+ 2])
                let point = (first & 0x0F) << 12 | (second & 0x3F) << 6 | third & 0x3F
                guard second & 0xC0 == 0x80, third & 0xC0 == 0x80, point >= 0x800 else {
                    index &+= 1
                    continue
                }
                entry = entries[Int(point)]
                index &+= 3
            } else if first >= 0xC2 && first < 0xE0 && index &+ 1 < count {
                let second = UInt32(input[index &+ 1])
                guard second & 0xC0 == 0x80 else {
                    index &+= 1
                    continue
                }
                entry = entries[Int((first & 0x1F) << 6 | second & 0x3F)]
                index &+= 2
            } else {
                let point = Self.supplementary(input + index, count: count &- index)
                guard point != 0 else {
                    index &+= 1
                    continue
                }
                index &+= 4
                let folded = CharacterTable.fold(supplementary: point)
                guard folded >= 0x10000 else {
                    pass.append(entries[Int(folded)])
                    continue
                }
                pass.append(supplementary: folded)
                continue
            }
            pass.append(entry)
        }
        return pass.finish(&shape)
    }

    /// The character above the basic plane that starts here, or 0 if the bytes are not one.
    @inline(__always)
    private static func supplementary(_ input: UnsafePointer<UInt8>, count: Int) -> UInt32 {
        guard count >= 4, input[0] >= 0xF0, input[0] < 0xF5 else { return 0 }
        let (second, third, fourth) = (UInt32(input[1]), UInt32(input[2]), UInt32(input[3]))
        guard second & 0xC0 == 0x80, third & 0xC0 == 0x80, fourth & 0xC0 == 0x80 else { return 0 }
        let point = UInt32(input[0] & 0x07) << 18 | (second & 0x3F) << 12 | (third & 0x3F) << 6 | fourth & 0x3F
        return point >= 0x10000 && point <= 0x10FFFF ? point : 0
    }
}

extension TextNormaliser {
    /// The output side of normalising one text.
    fileprivate struct Pass {
        private let output: UnsafeMutablePointer<UInt8>
        private var end = 0
        private var runs = RunFolder()
        private var characters = 0
        private var letters = 0
        private var capitals = 0
        private var questions = 0
        private var exclamations = 0
        private var kinds: UInt32 = 0

        /// Where the word being written began, and the one before it.
        private var wordStart = 0
        private var previousWord = 0..<0
        private var wordRun: Int32 = 1

        /// Where an open bracket was written, or -1.
        private var bracket = -1
        private var bracketCharacters = 0
        private var runsBeforeBracket = RunFolder()

        @inline(__always)
        init(output: UnsafeMutablePointer<UInt8>) {
            self.output = output
        }

        @inline(__always)
        mutating func append(_ entry: CharacterTable.Entry) {
            let kind = UInt8(truncatingIfNeeded: entry >> 26 & 0x0F)
            if kind >= CharacterKind.firstSpecial {
                appendSpecial(entry, kind)
                return
            }
            characters &+= 1
            kinds |= 1 << UInt32(kind)
            letters &+= kind == CharacterKind.letter.rawValue ? 1 : 0
            capitals &+= Int(entry >> 30 & 1)
            write(entry)
        }

        @inline(__always)
        private mutating func write(_ entry: CharacterTable.Entry) {
            if runs.keeps(entry & 0x03FF_FFFF) {
                UnsafeMutableRawPointer(output + end).storeBytes(of: entry.littleEndian, as: UInt32.self)
                end &+= Int(entry >> 24 & 0x03)
            }
        }

        mutating func append(supplementary point: UInt32) {
            let kind = CharacterKind.of(point)
            guard kind != .dropped else { return }
            characters &+= 1
            kinds |= 1 << UInt32(kind.rawValue)
            if runs.keeps(0xF000_0000 | point) {
                output[end] = UInt8(0xF0 | point >> 18)
                output[end &+ 1] = UInt8(0x80 | point >> 12 & 0x3F)
                output[end &+ 2] = UInt8(0x80 | point >> 6 & 0x3F)
                output[end &+ 3] = UInt8(0x80 | point & 0x3F)
                end &+= 4
            }
        }

        @inline(never)
        private mutating func appendSpecial(_ entry: CharacterTable.Entry, _ kind: UInt8) {
            switch kind {
            case CharacterKind.dropped.rawValue:
                return
            case CharacterKind.space.rawValue:
                bracket = -1
                endWord()
                if end > 0 && output[end &- 1] != 0x20 {
                    output[end] = 0x20
                    end &+= 1
                }
                wordStart = end
                runs.breakStretch()
                return
            case CharacterKind.question.rawValue:
                questions &+= 1
            case CharacterKind.exclamation.rawValue:
                exclamations &+= 1
            case CharacterKind.bracketOpen.rawValue:
                bracket = end
                bracketCharacters = characters &+ 1
                runsBeforeBracket = runs
            default:
                break
            }
            characters &+= 1
            kinds |= 1 << UInt32(kind)
            write(entry)
            if kind == CharacterKind.bracketClose.rawValue {
                endEmote()
            }
        }

        /// Takes `[…]` just written as one unit, so that a row of the same emote is cut like a row of a character.
        private mutating func endEmote() {
            let start = bracket
            bracket = -1
            let inside = characters &- bracketCharacters &- 1
            guard start >= 0, inside >= 1, inside <= TextNormaliser.emoteCharacters else { return }
            var hash: UInt32 = 0x811C_9DC5
            for index in start..<end {
                hash = (hash ^ UInt32(output[index])) &* 0x0100_0193
            }
            let longestInside = runs.longest
            runs = runsBeforeBracket
            kinds |= 1 << UInt32(CharacterKind.emote.rawValue)
            if !runs.keeps(0xE000_0000 | hash & 0x0FFF_FFFF) {
                end = start
            }
            runs.longest = max(runs.longest, longestInside)
        }

        /// Takes back the word just written if it is the fourth of its kind in a row.
        private mutating func endWord() {
            let length = end &- wordStart
            guard length > 0 else { return }
            var same = length == previousWord.count
            var offset = 0
            while same && offset < length {
                same = output[wordStart &+ offset] == output[previousWord.lowerBound &+ offset]
                offset &+= 1
            }
            guard same else {
                previousWord = wordStart..<end
                wordRun = 1
                return
            }
            wordRun &+= 1
            runs.longest = max(runs.longest, wordRun)
            if wordRun > 3 {
                end = wordStart
            }
        }

        mutating func finish(_ shape: inout TextShape) -> Int {
            if wordStart > 0 {
                endWord()
            }
            if end > 0 && output[end &- 1] == 0x20 {
                end &-= 1
            }
            shape.characters = UInt16(clamping: characters)
            shape.longestRun = characters == 0 ? 0 : UInt16(clamping: runs.longest)
            shape.letters = UInt16(clamping: letters)
            shape.capitals = UInt16(clamping: capitals)
            shape.questions = UInt8(clamping: questions)
            shape.exclamations = UInt8(clamping: exclamations)
            shape.kinds = UInt16(truncatingIfNeeded: kinds)
            if shape.contains(.parenthesisOpen) {
                shape.kaomoji = Kaomoji.first(in: UnsafeBufferPointer(start: output, count: end))
            }
            return end
        }
    }
}
