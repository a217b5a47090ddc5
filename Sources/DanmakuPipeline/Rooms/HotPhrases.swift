/// The phrases that a room repeats: whole normalised texts of at most 16 characters, with count and mean score.
///
/// Counts decay by a factor *e* in 300 s: a phrase written steadily counts as often as in the last five minutes, and a
/// burst fades. Bounded by space saving (Metwally et al. 2005) in sets of eight counters: a new text takes the place of
/// the rarest of its set and inherits its count as possible error; shown is the count without the error, the least that
/// it can be. With all 128 counters in use, a text that makes up 2 % of the comments is all but sure to be kept.
/// The texts themselves are kept for the twelve hottest only.
struct HotPhrases: Sendable {
    /// Characters are Unicode scalars; an emoji that is joined of several counts several.
    static let maxCharacters = 16
    /// How many are shown.
    static let shown = 10

    /// Four bytes for each scalar.
    private static let maxBytes = 64
    private static let ways = 8
    private static let maxSets = 16
    /// Two more than are shown, so that the last places do not change hands at every comment.
    private static let maxTexts = 12
    private static let tickSeconds: Int64 = 10
    /// e^(−10/300) in 2⁻³²ths: what one tick leaves of a count.
    private static let decay: UInt64 = 4_154_161_520
    /// After so many ticks, 40 minutes, nothing is left that would be shown.
    private static let forgotten: Int64 = 240

    private struct Text {
        /// Whose text it is; means nothing if the place is free.
        var counter: UInt8 = 0
        /// Bytes; 0 if the place is free.
        var count: UInt8 = 0
    }

    private var counters: [PhraseCounter] = []
    private var texts: [Text] = []
    private var textBytes: [UInt8] = []
    /// No text belongs to a counter that is surely below this.
    private var textFloor: UInt32 = 0
    private var tick: Int64

    init(second: Int64) {
        tick = second / Self.tickSeconds
    }

    /// Counts one text.
    ///
    /// - Parameters:
    ///   - phrase: The normalised text; longer ones are passed over.
    ///   - score: Its score in thousandths.
    ///   - affective: Whether it says something of the mood; the last comment of a text decides for the text.
    ///   - second: When; a late one counts as if it came now.
    mutating func add(_ phrase: Span<UInt8>, score: Int16, affective: Bool, second: Int64) {
        advance(to: second)
        guard Self.isShort(phrase) else {
            return
        }
        let hash = PhraseCounter.hash(phrase)
        if counters.isEmpty {
            counters = [PhraseCounter](repeating: PhraseCounter(), count: Self.ways)
        }
        while true {
            let base = (Int(hash) % (counters.count / Self.ways)) * Self.ways
            var lowest = base
            for index in base..<base + Self.ways {
                if counters[index].hash == hash {
                    counters[index].count(score, affective: affective)
                    keepText(phrase, of: index)
                    return
                }
                if counters[index].weight < counters[lowest].weight {
                    lowest = index
                }
            }
            if counters[lowest].hash == 0 || counters.count == Self.ways * Self.maxSets {
                replace(lowest, hash: hash, score: score, affective: affective)
                return
            }
            grow()
        }
    }

    /// Lets the counts fade.
    mutating func advance(to second: Int64) {
        let next = second / Self.tickSeconds
        guard next > tick else {
            return
        }
        let elapsed = next - tick
        tick = next
        guard elapsed < Self.forgotten else {
            self = HotPhrases(second: second)
            return
        }
        var factor: UInt64 = 1 << 32
        for _ in 0..<elapsed {
            factor = (factor * Self.decay) >> 32
        }
        for index in counters.indices where counters[index].hash != 0 {
            counters[index].decay(by: factor)
            if counters[index].weight < PhraseCounter.one / 2 {
                free(index)
            }
        }
        textFloor = 0
    }

    /// Enters the hottest phrases into a snapshot, the hottest first; what was written once is not hot.
    func fill(_ snapshot: inout MoodSnapshot) {
        let held = texts.indices
            .filter { texts[$0].count > 0 && counters[Int(texts[$0].counter)].rounded > 1 }
            .sorted { left, right in
                let leftWeight = counters[Int(texts[left].counter)].certain
                let rightWeight = counters[Int(texts[right].counter)].certain
                return leftWeight == rightWeight
                    ? textBytes[range(of: left)].lexicographicallyPrecedes(textBytes[range(of: right)])
                    : leftWeight > rightWeight
            }
        for slot in held.prefix(Self.shown) {
            let counter = counters[Int(texts[slot].counter)]
            snapshot.phraseBytes.append(contentsOf: textBytes[range(of: slot)])
            snapshot.phrases.append(
                MoodSnapshot.Phrase(
                    end: snapshot.phraseBytes.count,
                    count: counter.rounded,
                    mood: MoodSums.rounded(Int(counter.mean), over: 1 << 16),
                    affective: counter.affective
                )
            )
        }
    }

    /// Bytes on the heap.
    var memoryBytes: Int {
        guard !counters.isEmpty else {
            return 0
        }
        return 96 + counters.capacity * MemoryLayout<PhraseCounter>.stride
            + texts.capacity * MemoryLayout<Text>.stride + textBytes.capacity
    }
}

// MARK: - Places

extension HotPhrases {
    private mutating func replace(_ index: Int, hash: UInt32, score: Int16, affective: Bool) {
        let inherited = counters[index].weight
        free(index)
        counters[index] = PhraseCounter(
            hash: hash,
            weight: min(inherited, UInt32.max / 2) + PhraseCounter.one,
            error: min(inherited, UInt32.max / 2),
            mean: Int32(score) << 16,
            affective: affective
        )
    }

    private mutating func free(_ index: Int) {
        let text = counters[index].text
        if text > 0 {
            texts[Int(text) - 1].count = 0
            textFloor = 0
        }
        counters[index] = PhraseCounter()
    }

    /// Twice as many sets: each splits into two by one more bit of the hash, so every counter finds a place.
    private mutating func grow() {
        let old = counters
        let sets = old.count / Self.ways * 2
        counters = [PhraseCounter](repeating: PhraseCounter(), count: sets * Self.ways)
        var filled = [Int](repeating: 0, count: sets)
        for counter in old where counter.hash != 0 {
            let set = Int(counter.hash) % sets
            let index = set * Self.ways + filled[set]
            filled[set] += 1
            counters[index] = counter
            if counter.text > 0 {
                texts[Int(counter.text) - 1].counter = UInt8(index)
            }
        }
    }

    /// Keeps the text of a counter that was hit, if it is among the hottest.
    private mutating func keepText(_ phrase: Span<UInt8>, of index: Int) {
        let certain = counters[index].certain
        guard counters[index].text == 0, certain > textFloor, counters[index].rounded > 1 else {
            return
        }
        guard let slot = textSlot(below: certain) else {
            return
        }
        if texts[slot].count > 0 {
            counters[Int(texts[slot].counter)].text = 0
        }
        texts[slot] = Text(counter: UInt8(index), count: UInt8(phrase.count))
        counters[index].text = UInt8(slot + 1)
        for offset in phrase.indices {
            textBytes[slot * Self.maxBytes + offset] = phrase[offset]
        }
    }

    /// A free place, or the place of the least hot that has one if it is below.
    private mutating func textSlot(below certain: UInt32) -> Int? {
        if let free = texts.firstIndex(where: { $0.count == 0 }) {
            return free
        }
        if texts.count < Self.maxTexts {
            // By one and not by doubling: the room's 32 KiB are dealt out to the byte.
            texts.reserveCapacity(texts.count + 1)
            textBytes.reserveCapacity(textBytes.count + Self.maxBytes)
            texts.append(Text())
            textBytes.append(contentsOf: repeatElement(0, count: Self.maxBytes))
            return texts.count - 1
        }
        var lowest = 0
        var floor = UInt32.max
        for slot in texts.indices {
            let weight = counters[Int(texts[slot].counter)].certain
            if weight < floor {
                floor = weight
                lowest = slot
            }
        }
        textFloor = floor
        return floor < certain ? lowest : nil
    }

    private func range(of slot: Int) -> Range<Int> {
        slot * Self.maxBytes..<slot * Self.maxBytes + Int(texts[slot].count)
    }

    private static func isShort(_ phrase: Span<UInt8>) -> Bool {
        guard !phrase.isEmpty, phrase.count <= maxBytes else {
            return false
        }
        guard phrase.count > maxCharacters else {
            return true
        }
        var characters = 0
        for index in phrase.indices where phrase[index] & 0xC0 != 0x80 {
            characters += 1
        }
        return characters <= maxCharacters
    }
}
