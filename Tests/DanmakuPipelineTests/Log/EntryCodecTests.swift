import DanmakuPipeline
import SentimentModel
import Testing

@Suite("The binary form of log entries")
struct EntryCodecTests {
    // MARK: - Round trips

    private static func text(_ dice: inout FanOutDice, most: Int) -> [UInt8] {
        let alphabet: [Character] = ["a", "6", "\"", "\\", "\n", "\u{0}", "é", "好", "😂", " "]
        var text = ""
        for _ in 0..<dice.roll(12) {
            text.append(alphabet[dice.roll(alphabet.count)])
        }
        while text.utf8.count > most {
            text.removeLast()
        }
        return Array(text.utf8)
    }

    private static func number(_ dice: inout FanOutDice) -> Int {
        switch dice.roll(4) {
        case 0: dice.roll(1000)
        case 1: -dice.roll(1000)
        case 2: Int(truncatingIfNeeded: dice.next())
        default: [0, 1, -1, .max, .min][dice.roll(5)]
        }
    }

    private static func result(seq: UInt64, _ dice: inout FanOutDice) -> (CommentResult, [UInt8]) {
        let kind = CommentKind.allCases[dice.roll(CommentKind.allCases.count)]
        let idIsInteger = dice.chance(30)
        let text = text(&dice, most: 1024)
        let id = idIsInteger ? Array("\(number(&dice))".utf8) : Self.text(&dice, most: 128)
        let name = Self.text(&dice, most: 64)
        let uid = Self.text(&dice, most: 128)
        let price = Array(["", "30", "0.5", "1e10", "-2.25E+3"][dice.roll(5)].utf8)
        let bytes = Array("??".utf8) + text + id + name + uid + price
        let fields = CommentFields(
            start: 2,
            textCount: text.count,
            idCount: id.count,
            nameCount: name.count,
            uidCount: uid.count,
            priceCount: price.count,
            idIsInteger: idIsInteger,
            kind: kind
        )
        let sentiment = Sentiment(
            label: Sentiment.Label.allCases[dice.roll(3)],
            emotion: Sentiment.Emotion.allCases[dice.roll(5)],
            score: Int16(dice.roll(2001) - 1000),
            confidence: UInt16(dice.roll(1001)),
            affective: dice.chance(50)
        )
        let result = CommentResult(
            fields: fields,
            seq: seq,
            receivedAt: Int64(number(&dice)),
            sentAt: dice.chance(50) ? DecodedComment.absentTime : Int64(dice.roll(1000)),
            user: dice.chance(50) ? 0 : dice.next() | 1,
            sentiment: dice.chance(70) ? sentiment : nil,
            isFallback: dice.chance(20)
        )
        return (result, bytes)
    }

    private static func results(_ dice: inout FanOutDice) -> PublishedResults {
        var block = ResultBlock()
        let first = UInt64(dice.roll(1 << 40))
        for seq in 0..<UInt64(dice.roll(20)) {
            let (result, bytes) = result(seq: first + seq, &dice)
            block.append(result, fieldsFrom: bytes)
        }
        let displayed = block.results.indices.filter { _ in dice.chance(40) }
            .map { PublishedResults.Displayed(index: UInt32($0), repeats: UInt32(1 + dice.roll(1 << 20))) }
        return PublishedResults(
            block: block,
            displayed: displayed,
            omitted: displayed.isEmpty ? 0 : UInt32(dice.roll(1 << 31)),
            receipts: [.init(receivedAt: 7, count: 3)]
        )
    }

    private static func mood(_ dice: inout FanOutDice) -> (MoodSnapshot, MoodSnapshot.Detail) {
        var snapshot = MoodSnapshot(at: Int64(number(&dice)))
        snapshot.mood = dice.chance(20) ? nil : number(&dice)
        snapshot.trend = number(&dice)
        snapshot.commentsPerSecond = number(&dice)
        snapshot.uniqueCommenters = number(&dice)
        snapshot.coverage = number(&dice)
        snapshot.degraded = dice.chance(50)
        snapshot.totalComments = number(&dice)
        snapshot.totalPaid = number(&dice)
        guard dice.chance(60) else {
            return (snapshot, .brief)
        }
        snapshot.windows = (0..<4)
            .map { _ in
                var window = MoodSnapshot.Window()
                window.comments = number(&dice)
                window.scored = number(&dice)
                window.mean = number(&dice)
                window.positive = number(&dice)
                window.neutral = number(&dice)
                window.negative = number(&dice)
                window.happy = number(&dice)
                window.angry = number(&dice)
                window.sad = number(&dice)
                window.surprised = number(&dice)
                return window
            }
        for _ in 0..<dice.roll(11) {
            snapshot.phraseBytes += Array("6".utf8) + text(&dice, most: 63)
            snapshot.phrases.append(
                .init(
                    end: snapshot.phraseBytes.count,
                    count: number(&dice),
                    mood: number(&dice),
                    affective: dice.chance(50)
                )
            )
        }
        return (snapshot, .full)
    }

    private static func draft(_ dice: inout FanOutDice) -> EntryDraft {
        let room = Fixture.bytes(["a", "huya:1", "twitch.x_y-z", String(repeating: "z", count: 64)][dice.roll(4)])
        switch dice.roll(10) {
        case 0...5:
            return .results(results(&dice), room: room)
        case 6...8:
            let (snapshot, detail) = mood(&dice)
            return .mood(snapshot, detail: detail, room: room)
        default:
            let alert = RoomAlert(
                kind: RoomAlert.Kind.allCases[dice.roll(RoomAlert.Kind.allCases.count)],
                isRaised: dice.chance(50),
                at: Int64(number(&dice)),
                value: number(&dice),
                baseline: number(&dice),
                phrases: (0..<dice.roll(4)).map { _ in text(&dice, most: 64) }
            )
            return .alert(alert, room: room)
        }
    }

    /// The frames of an entry at every level that sees it.
    private static func frames(_ draft: EntryDraft) -> [[UInt8]] {
        let log = LogReplica(ringBytes: 1 << 30, epoch: "e")
        log.append([draft], now: 0)
        return LogReader(log: log) {}
            .entries([1])
            .flatMap { entry in
                DetailLevel.allCases.filter { entry.isVisible(at: $0) }
                    .map { entry.frame(at: $0, epoch: log.epoch).frame.bytes }
            }
    }

    private static func failure(_ bytes: [UInt8]) -> EntryDecodingError.Code? {
        do throws(EntryDecodingError) {
            _ = try EntryCodec.decode(bytes)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("any entry comes back: the same bytes again, the same frames, the same values", .computes)
    func roundTrip() throws {
        let seed = UInt64.random(in: 0...999_999_999)
        print("EntryCodecTests.roundTrip seed \(seed)")
        var dice = FanOutDice(seed: seed)
        for _ in 0..<400 {
            let draft = Self.draft(&dice)
            let bytes = EntryCodec.encode(draft)
            let decoded = try EntryCodec.decode(bytes)
            #expect(decoded.room == draft.room, "seed \(seed)")
            #expect(EntryCodec.encode(decoded) == bytes, "seed \(seed)")
            #expect(Self.frames(decoded) == Self.frames(draft), "seed \(seed)")
            #expect(Tally(of: decoded.content) == Tally(of: draft.content), "seed \(seed)")
            switch (draft.content, decoded.content) {
            case (.mood(let mood, let detail), .mood(let again, let againDetail)):
                #expect(again == mood && againDetail == detail, "seed \(seed)")
            case (.alert(let alert), .alert(let again)):
                #expect(again == alert, "seed \(seed)")
            case (.results(let results), .results(let again)):
                #expect(again.displayed == results.displayed && again.omitted == results.omitted, "seed \(seed)")
                #expect(again.block.bytes == results.block.bytes, "seed \(seed)")
                #expect(again.receipts.isEmpty)
            default:
                Issue.record("seed \(seed): the kind changed")
            }
        }
    }

    @Test("no record can be cut, and nothing may follow it", .computes)
    func truncations() {
        let seed = UInt64.random(in: 0...999_999_999)
        print("EntryCodecTests.truncations seed \(seed)")
        var dice = FanOutDice(seed: seed)
        for _ in 0..<60 {
            let bytes = EntryCodec.encode(Self.draft(&dice))
            for count in 0..<bytes.count {
                #expect(Self.failure(Array(bytes[..<count])) == .truncated, "seed \(seed): \(count) of \(bytes.count)")
            }
            #expect(Self.failure(bytes + [UInt8(dice.roll(256))]) == .trailingBytes, "seed \(seed)")
        }
    }

    @Test("no byte that is wrong makes it fail otherwise than by throwing", .computes)
    func mutations() throws {
        let seed = UInt64.random(in: 0...999_999_999)
        print("EntryCodecTests.mutations seed \(seed)")
        var dice = FanOutDice(seed: seed)
        for _ in 0..<2000 {
            var bytes = EntryCodec.encode(Self.draft(&dice))
            for _ in 0..<(1 + dice.roll(3)) {
                bytes[dice.roll(bytes.count)] = UInt8(dice.roll(256))
            }
            if let decoded = try? EntryCodec.decode(bytes) {
                #expect(EntryCodec.encode(decoded) == bytes, "seed \(seed)")
                _ = Self.frames(decoded)
            }
        }
    }

    // MARK: - What is refused

    /// An alert of room `a`: raised spike, all numbers 0, no phrases.
    private static let alert: [UInt8] = [1, 1, 0x61, 3, 0, 1, 0, 0, 0, 0]
    /// Results of room `a`: one chat `6` that `display` shows.
    private static let results: [UInt8] = [1, 1, 0x61, 1, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0x36, 1, 0, 1, 0]

    private static func changed(_ bytes: [UInt8], _ index: Int, _ byte: UInt8) -> [UInt8] {
        var changed = bytes
        changed[index] = byte
        return changed
    }

    @Test("the two records of the table below are whole")
    func valid() {
        #expect(Self.failure(Self.alert) == nil)
        #expect(Self.failure(Self.results) == nil)
    }

    private static func joined(_ parts: [UInt8]...) -> [UInt8] {
        parts.reduce([], +)
    }

    private static func first(_ count: Int, of bytes: [UInt8]) -> [UInt8] {
        Array(bytes[..<count])
    }

    /// The highest bits of a number of 64 bits, all set; one more byte follows.
    private static let nineBytes = [UInt8](repeating: 0xFF, count: 9)

    private static let invalidUser = joined(
        first(5, of: results),
        [0x80, 1, 0],
        [UInt8](repeating: 0, count: 8),
        [1, 0, 0, 0, 0, 0x36, 1, 0, 1, 0]
    )
    private static let invalidSentAt = joined(
        first(5, of: results),
        [0x40, 1, 0],
        nineBytes,
        [1, 1, 0, 0, 0, 0, 0x36, 1, 0, 1, 0]
    )
    private static let invalidID = joined(first(5, of: results), [0x08, 1, 0, 1, 1, 0, 0, 0, 0x36, 0x61, 0, 0])

    /// Records, and why they are refused.
    private static let refusals: [([UInt8], EntryDecodingError.Code)] = [
        ([], .truncated),
        (changed(alert, 0, 0), .unsupportedVersion(0)),
        (changed(alert, 0, 2), .unsupportedVersion(2)),
        (changed(alert, 1, 0), .invalidRoom),
        (changed(alert, 2, 0x22), .invalidRoom),
        (changed(alert, 2, 0xFF), .invalidText),
        (changed(alert, 3, 0), .unknownKind(0)),
        (changed(alert, 3, 9), .unknownKind(9)),
        (changed(alert, 4, 6), .invalidFlags),
        (changed(alert, 5, 2), .invalidFlags),
        (changed(alert, 9, 1), .truncated),
        (changed(alert, 9, 0x80), .truncated),
        // A number that is longer than it has to be, and one of 65 bits.
        (joined(first(6, of: alert), [0x80, 0, 0, 0, 0]), .invalidNumber),
        (joined(first(6, of: alert), nineBytes, [2, 0, 0, 0]), .invalidNumber),
        // More phrases and more results than there are bytes.
        (joined(first(9, of: alert), nineBytes, [1]), .truncated),
        (joined(first(4, of: results), nineBytes, [1]), .truncated),
        (changed(results, 5, 7), .invalidFlags),
        // The flags announce what is then none.
        (invalidUser, .invalidNumber),
        (invalidSentAt, .invalidNumber),
        // A displayed comment that does not exist, one that stands for no comment, one twice.
        (changed(results, 15, 1), .invalidIndex),
        (changed(results, 16, 0), .invalidNumber),
        (joined(first(14, of: results), [2, 0, 1, 0, 1, 0]), .invalidIndex),
        // Omitted comments where nothing is displayed.
        (joined(first(14, of: results), [0, 1]), .invalidNumber),
        (changed(results, 13, 0x80), .invalidText),
        // The id `a` of which the flags say that it is a number.
        (invalidID, .invalidNumber),
    ]

    @Test("what is refused, and why", arguments: Self.refusals)
    func refused(_ bytes: [UInt8], _ code: EntryDecodingError.Code) {
        #expect(Self.failure(bytes) == code)
    }

    @Test("a record beyond the bound is refused before it is read")
    func tooLong() {
        let bytes = [UInt8](repeating: EntryCodec.version, count: EntryCodec.maxBytes + 1)
        #expect(Self.failure(bytes) == .tooLong)
    }
}
