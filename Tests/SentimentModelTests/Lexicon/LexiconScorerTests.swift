import DanmakuTestKit
import SentimentModel
import Testing

@Suite("The lexicon scorer")
struct LexiconScorerTests {
    private func read(_ text: String, _ scorer: LexiconScorer = .builtIn) -> Sentiment {
        var results: [Sentiment] = []
        scorer.score(TextBatch(text), into: &results)
        return results[0]
    }

    private func lexicon(_ lines: String) throws -> LexiconScorer {
        try LexiconScorer(file: Array(lines.utf8))
    }

    @Test(
        "Slang, emotes, emoji and faces of three languages",
        arguments: [
            ("哈哈哈哈哈哈", Sentiment.Label.positive), ("主播太强了", .positive), ("好可爱啊！", .positive),
            ("666666", .positive), ("yyds", .positive), ("AWSL", .positive), ("好帥", .positive), ("草", .positive),
            ("泰裤辣", .positive), ("绝了", .positive), ("谢谢你", .positive), ("(≧▽≦)", .positive), ("❤️❤️", .positive),
            ("恶心", .negative), ("太菜了", .negative), ("退钱！", .negative), ("别刷了", .negative), ("呜呜呜呜", .negative),
            ("你妈死了", .negative), ("好可怜", .negative), ("垃圾游戏", .negative), ("🤮", .negative),
            ("POGGERS", .positive), ("KEKW KEKW KEKW", .positive), ("thank you so much", .positive), ("LOL", .positive),
            ("this is sooo goood", .positive), (":)", .positive), ("i hate this", .negative), ("Sadge", .negative),
            ("what a boring game", .negative), ("BibleThump", .negative),
            ("かわいい", .positive), ("ｗｗｗｗ", .positive), ("8888888", .positive), ("つまらない", .negative),
            ("泣いた", .neutral), ("下手くそ", .negative),
            ("这是哪里", .neutral), ("2021年来的", .neutral), ("the video starts at nine", .neutral), ("", .neutral),
            ("？？？", .neutral), ("好像是这样", .neutral), ("安装软件", .neutral), ("美国", .neutral),
        ]
    )
    func polarity(text: String, expected: Sentiment.Label) {
        #expect(read(text).label == expected, "\(text): \(read(text))")
    }

    @Test(
        "Emotions",
        arguments: [
            ("哈哈哈", Sentiment.Emotion.happy), ("呜呜呜", .sad), ("垃圾", .angry), ("卧槽", .surprised), ("？？？", .surprised),
            ("吓死我了", .surprised), ("路过", .none), ("这是哪里", .none), ("😭", .sad), ("😡", .angry),
        ]
    )
    func emotion(text: String, expected: Sentiment.Emotion) {
        #expect(read(text).emotion == expected)
    }

    @Test(
        "Votes, passwords, commands and customs have no feeling",
        arguments: [
            "1", "111", "11111", "扣1", "2", "B", "bbb", "#好运连连#", "!song", "！点歌", "点歌 晴天", "老板大气！", "打卡", "+1",
            "谢谢小燕赠送的1个小心心~",
        ]
    )
    func nonAffective(text: String) {
        #expect(read(text) == .nonAffective)
    }

    @Test("A custom said with feeling has feeling", arguments: ["打卡，主播太强了", "666", "#上墙# 好可爱"])
    func affective(text: String) {
        #expect(read(text).affective)
    }

    @Test("Negation turns, intensity strengthens, distance fades")
    func modifiers() throws {
        let scorer = try lexicon(
            "好\tfeeling\t0.5\n坏\tfeeling\t-0.5\n不\tnegator\t-0.7\n太\tbooster\t1.5\n死了\tbooster\t1.5\t-\tend\n"
        )
        let plain = read("好", scorer).score
        #expect(read("不好", scorer).score < 0)
        #expect(read("不坏", scorer).score > 0)
        #expect(read("不坏", scorer).score < plain)
        #expect(read("太好", scorer).score > plain)
        #expect(read("好死了", scorer).score > plain)
        #expect(read("不太好", scorer).score < 0)
        #expect(read("不一二三四五好", scorer).score == plain)
        #expect(read("不,好", scorer).score == plain)
        #expect(read("好好", scorer).score == plain)
        #expect(read("好好好好好好好", scorer).score > plain)
        #expect(read("好!", scorer).score > plain)
        #expect(read("好?", scorer).score < plain)
    }

    @Test("Irony damps, but cuts, a question asks")
    func frames() throws {
        let scorer = try lexicon(
            "好\tfeeling\t0.5\n坏\tfeeling\t-0.5\n[doge]\tirony\t0.3\n但\tcontrast\t0.5\n吗\tquestion\t0.5\nlove\tfeeling\t0.6\n"
        )
        #expect(read("好", scorer).label == .positive)
        #expect(read("好[doge]", scorer).label == .neutral)
        #expect(read("好,但坏", scorer).score < 0)
        #expect(read("好吗", scorer).score < read("好", scorer).score)
        #expect(read("LOVE", scorer).score > read("love", scorer).score)
    }

    @Test("Where a term must stand")
    func places() throws {
        let scorer = try lexicon(
            "6\tfeeling\t-0.5\t-\twhole\n冲\tfeeling\t0.5\t-\tend\n点歌\tcommand\t0\t-\tstart\namaz*\tfeeling\t0.5\nnot bad\tplain\t0\n"
                .replacing("not bad", with: "not+bad")
        )
        #expect(read("6", scorer).label == .negative)
        #expect(read("6!", scorer).label == .negative)
        #expect(read("6点", scorer).score == 0)
        #expect(read("16", scorer).score == 0)
        #expect(read("大家冲啊", scorer).label == .positive)
        #expect(read("冲突", scorer).label == .neutral)
        #expect(!read("点歌 x", scorer).affective)
        #expect(read("我要点歌", scorer).affective)
        #expect(read("amazingly", scorer).label == .positive)
        #expect(read("xamazing", scorer).label == .neutral)
    }

    @Test(
        "A damaged file is refused with its line",
        arguments: [
            ("好\tfeeling", 1), ("# x\n好\tgood\t1", 2), ("好\tfeeling\tx", 1), ("好\tfeeling\t2", 1),
            ("好\tfeeling\t0.5\tjolly", 1), ("好\tfeeling\t0.5\t-\tmiddle", 1), ("好\tfeeling\t0.5\n\n好\tplain\t0", 3),
            ("\tfeeling\t0.5", 1), ("\u{200B}\tfeeling\t0.5", 1), ("好\tbooster\tnan", 1),
        ]
    )
    func damagedFiles(file: String, line: Int) {
        #expect(throws: LexiconError.self) { try LexiconScorer(file: Array(file.utf8)) }
        do throws(LexiconError) {
            _ = try LexiconScorer(file: Array(file.utf8))
        } catch {
            #expect(error.line == line, "\(error)")
        }
    }

    @Test("A term is found wherever it stands, and nothing else is")
    func findsTerms() throws {
        var random = SeededGenerator(seed: 5)
        let alphabet = ["好", "坏", "强", "，", "д", "ё", "😂", "の", "々"]
        for round in 0..<300 {
            func string(_ lengths: ClosedRange<Int>) -> String {
                (0..<Int.random(in: lengths, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
                    .joined()
            }
            // As commands, one of them anywhere makes the text non-affective.
            var terms: Set<String> = []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                terms.insert(TextBatch(string(1...5)).normalisedText(0))
            }
            let scorer = try lexicon(terms.map { "\($0)\tcommand\t0" }.joined(separator: "\n"))
            for _ in 0..<20 {
                let batch = TextBatch(string(0...9))
                var results: [Sentiment] = []
                scorer.score(batch, into: &results)
                let text = Array(batch.normalised)
                let isFound = terms.contains { term in
                    let term = Array(term.utf8)
                    return text.count >= term.count
                        && (0...(text.count - term.count)).contains { text[$0..<($0 + term.count)].elementsEqual(term) }
                }
                #expect(
                    results[0].affective != isFound,
                    "\(batch.normalisedText(0)) of \(terms), round \(round), seed 5"
                )
            }
        }
    }

    @Test("Every text gets one result, whatever its bytes, and the same one twice")
    func anyBytes() {
        var random = SeededGenerator(seed: 99)
        var bytes: [UInt8] = []
        var ranges: [TextRange] = []
        let syllables = [
            "哈", "不", "好", "[doge", "]", "(", "!", "a", "sooo", " ", "6", "😂", "?", "。", "太", "#", "\u{FF}",
        ]
        for _ in 0..<3000 {
            let start = bytes.count
            for _ in 0..<Int.random(in: 0...10, using: &random) {
                if Int.random(in: 0..<8, using: &random) == 0 {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                } else {
                    bytes.append(contentsOf: syllables.randomElement(using: &random)!.utf8)
                }
            }
            ranges.append(TextRange(start: start, count: bytes.count - start))
        }
        let batch = TextBatch(bytes: bytes, ranges: ranges)
        var first: [Sentiment] = []
        var second: [Sentiment] = []
        LexiconScorer.builtIn.score(batch, into: &first)
        LexiconScorer.builtIn.score(batch, into: &second)
        #expect(first.count == ranges.count)
        #expect(first == second)
        #expect(first.allSatisfy { abs($0.score) <= 1000 && $0.confidence <= 1000 }, "seed 99")
    }
}
