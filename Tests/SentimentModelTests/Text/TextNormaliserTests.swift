import DanmakuTestKit
import SentimentModel
import Testing

@Suite("Normalising")
struct TextNormaliserTests {
    private func normalised(_ text: String) -> String {
        TextBatch(text).normalisedText(0)
    }

    private func shape(_ text: String) -> TextShape {
        TextBatch(text).shapes[0]
    }

    @Test(
        "Golden vectors: a model file is valid only as long as these hold",
        arguments: [
            ("", ""),
            ("主播太强了", "主播太强了"),
            ("ＡＢＣ　ｘｙｚ！？１２３", "abc xyz!?123"),
            ("Hello WORLD", "hello world"),
            ("  a \t\r\n b  ", "a b"),
            ("太強了 這個國家 發財", "太强了 这个国家 发财"),
            ("頭髮、後來", "头发,后来"),
            ("Café NAÏVE Ünïcode ÿ", "cafe naive unicode y"),
            ("e\u{301}", "e"),
            ("ΑΒΓ Привет", "αβγ привет"),
            ("can’t “quote” — x", "can't \"quote\" - x"),
            ("a\u{200B}b\u{FEFF}c\u{34F}\u{E0000}\u{E0041}d", "abcd"),
            ("❤️♥♡", "❤❤❤"),
            ("👍🏽👍", "👍👍"),
            ("𝐇𝐞𝐥𝐥𝐨 𝟟𝟟", "hello 77"),
            ("ｶﾜｲｲ", "カワイイ"),
            ("①②Ⓐ", "12a"),
            ("㊙", "秘"),
            ("【doge】［热］", "[doge][热]"),
            ("……‥", "………"),
            ("¿Qué? ¡No!", "?que? !no!"),
            ("哈", "哈"),
            ("哈哈哈", "哈哈哈"),
            ("哈哈哈哈", "哈哈哈"),
            ("哈哈哈哈哈哈哈哈哈哈哈哈", "哈哈哈"),
            ("6666666", "666"),
            ("？?？???", "???"),
            ("hahahahahahaha", "hahaha"),
            ("233233233233", "233233233"),
            ("牛逼牛逼牛逼牛逼牛逼", "牛逼牛逼牛逼"),
            ("太强了太强了太强了太强了太", "太强了太强了太强了"),
            ("下次一定下次一定下次一定下次一定", "下次一定下次一定下次一定"),
            ("KEKW KEKW KEKW KEKW KEKW", "kekw kekw kekw"),
            ("LUL LUL LUL LUL that", "lul lul lul that"),
            ("6 6 6 6 6 6", "6 6 6"),
            ("[doge][doge][doge][doge][doge]", "[doge][doge][doge]"),
            ("[DOGE] [Doge] [doge] [doge]", "[doge] [doge] [doge]"),
            ("好[热]", "好[热]"),
            ("😂😂😂😂😂", "😂😂😂"),
            ("啊啊啊啊？？？？", "啊啊啊???"),
        ]
    )
    func goldenVectors(text: String, expected: String) {
        #expect(normalised(text) == expected)
    }

    @Test("A second pass never adds")
    func neverAdds() {
        var random = SeededGenerator(seed: 20_260_101)
        let alphabet = Array("哈6a[]doge 強强！!?？。ｗw😂❤️()≧▽")
        for _ in 0..<2000 {
            let text = String(
                (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            )
            let once = normalised(text)
            // Cutting may bring equal stretches together, so that a second pass cuts again: it never adds.
            #expect(normalised(once).utf8.count <= once.utf8.count, "\(text), seed 20260101")
        }
    }

    @Test("The shape remembers what was cut")
    func shapes() {
        #expect(shape("").longestRun == 0)
        #expect(shape("哈").longestRun == 1)
        #expect(shape("哈哈哈哈哈哈").longestRun == 6)
        #expect(shape("233233233233233").longestRun == 5)
        #expect(shape("lul lul LUL lul lul").longestRun == 5)
        #expect(shape("[doge][doge][doge][doge]").longestRun == 4)
        #expect(shape("WHAT？？!").questions == 2)
        #expect(shape("WHAT？？!").exclamations == 1)
        #expect(shape("WHAT a").capitals == 4)
        #expect(shape("WHAT a").letters == 5)
        #expect(shape("强强强强").characters == 4)
        #expect(shape("[热]").contains(.emote))
        #expect(!shape("[a b]").contains(.emote))
        #expect(shape("😂").contains(.symbol))
        #expect(shape("ですね").contains(.kana))
    }

    @Test(
        "Faces in brackets",
        arguments: [
            ("(≧▽≦)", Kaomoji.joy), ("(^_^)", .joy), ("（´；ω；｀）", .sad), ("(T_T)", .sad), ("(;´д`)", .sad),
            ("(╯°□°)╯", .angry), ("(╬ಠ益ಠ)", .angry), ("(°Д°)", .surprised), ("(⊙o⊙)", .surprised),
            ("(>_<)", .sad), ("(<ゝω・)", .joy), ("(-_-)", .other), ("好耶(・ω・)", .joy), ("(笑)", .none), ("(2020)", .none),
            ("(what)", .none),
            ("f(x)=3", .none), ("(", .none), ("(a_b", .none),
        ]
    )
    func faces(text: String, expected: Kaomoji) {
        #expect(shape(text).kaomoji == expected)
    }

    @Test("Bytes that are no UTF-8 are skipped, one at a time")
    func invalidBytes() {
        let cases: [([UInt8], String)] = [
            ([0xFF, 0x61], "a"), ([0xE4, 0xBD], ""), ([0xE4, 0x61, 0xA0], "a"), ([0xC0, 0x80, 0x62], "b"),
            ([0xED, 0xA0, 0x80], ""), ([0xF0, 0x9F, 0x98], ""), ([0xF8, 0x88, 0x80, 0x80, 0x80], ""),
            ([0xE0, 0x80, 0xAF, 0x2F], "/"), ([0xF4, 0x90, 0x80, 0x80, 0x31], "1"), ([0x00, 0x41, 0x7F], "a"),
        ]
        for (bytes, expected) in cases {
            let batch = TextBatch(bytes: bytes, ranges: [TextRange(start: 0, count: bytes.count)])
            #expect(batch.normalisedText(0) == expected, "\(bytes)")
        }
    }

    @Test("Random bytes never crash, never grow, and come out as valid UTF-8")
    func randomBytes() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random))
                .map { _ in
                    Bool.random(using: &random)
                        ? UInt8.random(in: 0...255, using: &random)
                        : [0x5B, 0x5D, 0x28, 0x20, 0xE5, 0xF0].randomElement(using: &random)!
                }
            let batch = TextBatch(bytes: bytes, ranges: [TextRange(start: 0, count: bytes.count)])
            #expect(batch.normalised.count <= bytes.count)
            #expect(Array(batch.normalisedText(0).utf8) == batch.normalised, "\(bytes), seed 7")
        }
    }

    @Test("A batch keeps order and count, with empty and overlapping texts")
    func batches() {
        let bytes = Array("abc你好".utf8)
        let ranges = [
            TextRange(start: 3, count: 6), .empty, TextRange(start: 0, count: 3), TextRange(start: 0, count: 9),
            TextRange(start: 9, count: 0),
        ]
        let batch = TextBatch(bytes: bytes, ranges: ranges)
        #expect((0..<batch.count).map(batch.normalisedText) == ["你好", "", "abc", "abc你好", ""])
        #expect(TextBatch(bytes: [], ranges: [.empty, .empty]).shapes.count == 2)
        #expect(TextBatch(bytes: [], ranges: []).count == 0)
    }
}
