import Foundation

/// Where the generator's texts come from: a recording, or the mix that live rooms show.
enum CommentMix {
    /// The texts of a recording of `t_ms<TAB>text` lines (or of plain lines), in order.
    static func recorded(path: String, limit: Int) throws -> [[UInt8]] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var texts: [[UInt8]] = []
        for line in bytes.split(separator: 0x0A) {
            let text = line.firstIndex(of: 0x09).map { line[($0 + 1)...] } ?? line
            if text.contains(where: { $0 > 0x20 }) {
                texts.append(Array(text.prefix(1_000)))
            }
            if texts.count == limit {
                break
            }
        }
        guard !texts.isEmpty else {
            throw LoadError("\(path) holds no texts")
        }
        return texts
    }

    /// Made-up danmaku in the proportions of live rooms: 15 % laughing runs, 9 % runs of digits, 3 % punctuation,
    /// 5 % with emote codes, 30 % out of a hundred hot phrases, the rest composed of words by a Zipf law.
    static func synthetic(count: Int, seed: UInt64) -> [[UInt8]] {
        var random = SplitMix64(state: seed)
        let hot = (0..<100).map { _ in composed(words: Int.random(in: 1...3, using: &random), &random) }
        return (0..<count)
            .map { _ in
                let text: String
                switch Int.random(in: 0..<100, using: &random) {
                case 0..<15: text = String(repeating: "哈", count: Int.random(in: 2...14, using: &random))
                case 15..<24:
                    let digits = ["6", "233", "1", "8", "5"]
                    text = String(
                        repeating: digits[zipf(digits.count, &random)],
                        count: Int.random(in: 1...9, using: &random)
                    )
                case 24..<27: text = String(repeating: ["？", "！", "。", "?"][zipf(4, &random)], count: 3)
                case 27..<32:
                    text = composed(words: 2, &random) + ["[doge]", "[热]", "[666]", "Kappa"][zipf(4, &random)]
                case 32..<62: text = hot[zipf(hot.count, &random)]
                default: text = composed(words: 1 + zipf(9, &random), &random)
                }
                return Array(text.utf8)
            }
    }

    private static let words = [
        "主播", "太强了", "好听", "这", "什么", "真的", "可以", "加油", "笑死", "不会吧", "好可爱", "来了", "开始", "这波",
        "没了", "稳了", "感谢", "老板", "大气", "今天", "几点", "下播", "歌名", "求", "牛啊", "可惜", "无语", "泪目", "破防了",
        "好耶", "就这", "再来", "一个", "晚安", "nice", "gg", "awsl", "草", "强", "菜", "冲", "别急", "翻车", "名场面",
    ]

    private static func composed(words count: Int, _ random: inout SplitMix64) -> String {
        (0..<count).map { _ in words[zipf(words.count, &random)] }.joined()
    }

    /// A rank below `count`, the first ones far more often than the last.
    private static func zipf(_ count: Int, _ random: inout SplitMix64) -> Int {
        min(count - 1, Int(pow(Double(count), Double.random(in: 0..<1, using: &random))) - 1)
    }
}

/// A seeded generator, so that two runs send the same.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
