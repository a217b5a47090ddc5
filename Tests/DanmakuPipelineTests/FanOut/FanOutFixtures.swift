import DanmakuPipeline
import SentimentModel

/// SplitMix64 (Steele, Lea, Flood 2014): a seed is enough to repeat a run.
struct FanOutDice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    mutating func roll(_ sides: Int) -> Int {
        Int.random(in: 0..<sides, using: &self)
    }

    mutating func chance(_ percent: Int) -> Bool {
        roll(100) < percent
    }
}

enum Fixture {
    static let second: Int64 = 1_000_000_000

    static func time(_ nanoseconds: Int64) -> Timestamp {
        Timestamp(nanoseconds: nanoseconds, milliseconds: 1_763_654_400_000 + nanoseconds / 1_000_000)
    }

    /// A result and the buffer its fields lie in.
    static func result(_ text: String, seq: UInt64, kind: CommentKind = .chat) -> (CommentResult, [UInt8]) {
        let bytes = Array("??".utf8) + Array(text.utf8) + Array("id\(seq)".utf8)
        let fields = CommentFields(
            start: 2,
            textCount: text.utf8.count,
            idCount: bytes.count - 2 - text.utf8.count,
            kind: kind
        )
        let sentiment = Sentiment(label: .positive, emotion: .happy, score: 830, confidence: 910, affective: true)
        let result = CommentResult(
            fields: fields,
            seq: seq,
            receivedAt: 1_763_654_400_012,
            sentAt: DecodedComment.absentTime,
            user: 0,
            sentiment: kind.isScored ? sentiment : nil,
            isFallback: false
        )
        return (result, bytes)
    }

    /// A flush of some comments, of which `display` shows some.
    static func results(_ seqs: ClosedRange<UInt64>, text: String = "666", shown: Int? = nil, omitted: Int = 0)
        -> PublishedResults
    {
        var block = ResultBlock()
        for seq in seqs {
            let (result, bytes) = result(text, seq: seq)
            block.append(result, fieldsFrom: bytes)
        }
        let displayed = (0..<(shown ?? seqs.count)).map { PublishedResults.Displayed(index: UInt32($0), repeats: 1) }
        return PublishedResults(
            block: block,
            displayed: displayed,
            omitted: displayed.isEmpty ? 0 : UInt32(omitted),
            receipts: [.init(receivedAt: 0, count: UInt32(seqs.count))]
        )
    }

    static func draft(_ room: String, _ seqs: ClosedRange<UInt64>, text: String = "666") -> EntryDraft {
        .results(results(seqs, text: text), room: Array(room.utf8))
    }

    /// A brief mood that takes some bytes of memory more.
    static func mood(_ room: String, size: Int = 40) -> EntryDraft {
        var snapshot = MoodSnapshot(at: 1_763_654_400_000)
        snapshot.mood = 100
        snapshot.phraseBytes = [UInt8](repeating: 0x78, count: size)
        snapshot.phrases = [.init(end: size, count: 2, mood: 100, affective: true)]
        return .mood(snapshot, detail: .brief, room: Array(room.utf8))
    }

    static func alert(_ room: String, phrase: [UInt8] = bytes("666")) -> EntryDraft {
        let alert = RoomAlert(
            kind: .spike,
            isRaised: true,
            at: 1_763_654_400_000,
            value: 3100,
            baseline: 800,
            phrases: [phrase]
        )
        return .alert(alert, room: Array(room.utf8))
    }

    static func bytes(_ text: String) -> [UInt8] {
        Array(text.utf8)
    }

    /// Rooms for snapshots, a few at a time.
    static func names(_ rooms: [String], from start: Int, limit: Int = 3) -> RoomNames {
        let end = min(rooms.count, start + limit)
        return RoomNames(names: rooms[start..<end].map(bytes), next: end < rooms.count ? end : nil)
    }
}
