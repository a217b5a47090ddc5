import DanmakuTestKit

/// Makes items that are nearly always nearly right: from a grammar of the contract, then mutated.
struct ItemGenerator {
    private static let keys = [
        "room", "text", "id", "uid", "name", "sentAt", "kind", "price", "r\\u006fom", "\\u0074ext", "texts", "", "z",
        "sent\\u0041t", "room\\u0000", "hello", "键", "\\ud83d\\ude00", "a\\\"b", "kindkind", "Text",
    ]
    private static let pieces = [
        "666", "哈哈哈", "主播太强了", "lol ", "草", "😀", "e\u{301}", "\\n", "\\t", "\\r\\n", "\\u0000", "\\u007f", "\\u0085",
        "\\ud83d\\ude00", "\\uD83D\\uDE00", "\\ud83d", "\\ude00", "\\ud83d\\u0041", "\\\"", "\\\\", "\\/", "\\b", "\\f",
        "\\u4e3b", "\\u64AD", "\\u20ac", "\\x", "\\u12", "\\u+123", "\\", "\"", "\u{7F}", "\u{85}", "\u{9F}", "\u{A0}",
        "\u{3000}", "\u{2028}", "\u{FEFF}", "\u{FFFF}", "\u{10FFFF}", " ", "  ", "\t", "\u{1}", "NaN", "{}", "],[",
        "abcdefgh", "abcdefg", "12345678901234567",
    ]
    private static let rooms = [
        "\"a\"", "\"huya-11342412\"", "\"A.b_c:d-9\"", "\"a b\"", "\"\"", "null", "\"\\u0061\"", "5",
    ]
    private static let kinds = [
        "\"chat\"", "\"paid\"", "\"gift\"", "\"marker\"", "\"system\"", "\"p\\u0061id\"", "\"cha\"", "\"x\"",
    ]
    private static let numbers = [
        "0", "-0", "30", "1763654400000", "-1", "1.5", "1e2", "1E+2", "-1.25e-3", "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808", "123456789012345678901234567890", "1e99", "1e100", "1e400", "-1e-400", "01", "1.", ".5",
        "+1", "-",
        "1e", "1e+", "0x10", "NaN", "Infinity", "-Infinity", "0.30000000000000004", "100000000000000000000000000000000",
        "0e00000000000000000000000000000001", "1.0", "1_0", "１",
    ]
    private static let blanks = ["", "", "", "", " ", "\t", "\r", "  ", " \t ", "\u{B}", "\u{A0}", "/**/"]
    private static let tokens = [
        ",", "}", "{", "[", "]", ":", "\"", "\\", "null", "true", "\u{0}", "\u{FEFF}", "0", "-", "e", "\\u", "\\ud800",
    ]
    private static let badUTF8: [[UInt8]] = [
        [0xFF], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xB0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        [0xE4, 0xB8],
        [0x80], [0xF0, 0x9F, 0x98], [0xC2], [0xEF, 0xBF], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE, 0xFF],
        [0xF0, 0x8F, 0xBF, 0xBF],
    ]

    private var random: SeededGenerator

    /// Makes the same items for the same seed.
    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// One item without a line feed.
    mutating func next() -> [UInt8] {
        var item = Array(object(depth: 0, isComment: true).utf8)
        if chance(2) {
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                mutate(&item)
            }
        }
        return item.filter { $0 != 0x0A }
    }

    private mutating func object(depth: Int, isComment: Bool) -> String {
        var members: [String] = []
        if isComment, !chance(10) {
            members.append(member("room", chance(8) ? pick(Self.rooms) : "\"a\""))
        }
        if isComment, !chance(10) {
            members.append(member("text", string()))
        }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let key = pick(Self.keys)
            members.append(member(key, chance(6) ? value(depth: depth) : fitting(key, depth: depth)))
        }
        if chance(2) {
            members.shuffle(using: &random)
        }
        return blank() + "{" + blank() + members.joined(separator: blank() + ",") + blank() + "}" + blank()
    }

    private mutating func member(_ key: String, _ value: String) -> String {
        blank() + "\"\(key)\"" + blank() + ":" + blank() + value
    }

    private mutating func fitting(_ key: String, depth: Int) -> String {
        switch key {
        case "room", "r\\u006fom": "\"a\""
        case "text", "name", "\\u0074ext": string()
        case "id", "uid": chance(2) ? string() : pick(Self.numbers)
        case "sentAt", "price", "sent\\u0041t": pick(Self.numbers)
        case "kind": pick(Self.kinds)
        default: value(depth: depth)
        }
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<9, using: &random) {
        case 0, 1: return string()
        case 2, 3: return pick(Self.numbers)
        case 4: return pick(["null", "true", "false", "nul", "True", "undefined"])
        case 5 where depth < 4: return object(depth: depth + 1, isComment: false)
        case 6 where depth < 4:
            let elements = (0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth: depth + 1) }
            return "[" + blank() + elements.joined(separator: blank() + "," + blank()) + blank() + "]"
        case 7 where chance(8):
            let levels = Int.random(in: 55...75, using: &random)
            let (open, close) = chance(2) ? ("[", "]") : ("{\"k\":", "}")
            return String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)
        default: return "\"x\""
        }
    }

    private mutating func string() -> String {
        if chance(40) {
            return "\"" + String(repeating: pick(Self.pieces), count: Int.random(in: 1...400, using: &random)) + "\""
        }
        // Most pieces are good ones; a string of all kinds would hardly ever be right.
        let good = chance(3) ? Self.pieces.count : 15
        let parts = (0..<Int.random(in: 0...5, using: &random))
            .map { _ in
                Self.pieces[Int.random(in: 0..<good, using: &random)]
            }
        return "\"" + parts.joined() + "\""
    }

    private mutating func mutate(_ item: inout [UInt8]) {
        let at = Int.random(in: 0...item.count, using: &random)
        let to = min(item.count, at + Int.random(in: 1...8, using: &random))
        switch Int.random(in: 0..<7, using: &random) {
        case 0 where at < item.count: item[at] = UInt8.random(in: 0...255, using: &random)
        case 1 where at < item.count: item[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: item.removeSubrange(at..<to)
        case 3: item.insert(contentsOf: item[at..<to], at: at)
        case 4: item.insert(contentsOf: Array(pick(Self.tokens).utf8), at: at)
        case 5: item.insert(contentsOf: pick(Self.badUTF8), at: at)
        default: item.removeSubrange(at...)
        }
    }

    private mutating func blank() -> String {
        chance(3) ? Self.blanks[Int.random(in: 0..<(chance(30) ? Self.blanks.count : 9), using: &random)] : ""
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    /// True once in so many times.
    private mutating func chance(_ times: Int) -> Bool {
        Int.random(in: 0..<times, using: &random) == 0
    }
}

extension Array {
    fileprivate mutating func removeSubrange(_ range: PartialRangeFrom<Int>) {
        removeSubrange(range.lowerBound..<count)
    }
}
