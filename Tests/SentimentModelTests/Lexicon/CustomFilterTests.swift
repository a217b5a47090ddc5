import DanmakuTestKit
import Testing

@testable import SentimentModel

@Suite struct CustomFilterTests {
    private func mayHoldCustom(_ text: String) -> Bool {
        let batch = TextBatch(text)
        let characters = batch.normalisedText(0).unicodeScalars.map(\.value)
        return characters.withUnsafeBufferPointer { LexiconScorer.builtIn.customs.mayHoldCustom($0) }
    }

    private func isCustom(_ text: String) -> Bool {
        var results: [Sentiment] = []
        LexiconScorer.builtIn.score(TextBatch(text), into: &results)
        return !results[0].affective
    }

    /// Whatever the lexicon takes for a custom, the filter lets through: every term alone, and among others.
    @Test(.computes) func neverHidesACustom() throws {
        let terms = try LexiconFile.parse(PackageResources.lexicon_tsv).map { String(decoding: $0.term, as: UTF8.self) }
        let seed: UInt64 = 5
        var random = SeededGenerator(seed: seed)
        let others = ["", "!", "老师", " ok", "666", "~", "[doge]", "；"]
        var customs = 0
        for round in 0..<40_000 {
            let count = round < terms.count ? 1 : Int(random.next() % 3) + 1
            var text = ""
            for _ in 0..<count {
                text += others[Int(random.next() % UInt64(others.count))]
                text += round < terms.count ? terms[round] : terms[Int(random.next() % UInt64(terms.count))]
            }
            if isCustom(text) {
                customs += 1
                #expect(mayHoldCustom(text), "seed \(seed), \(text)")
            }
        }
        #expect(customs > 500)
    }

    @Test(arguments: ["1", "22", "a", "!roll", "#抽我#", "打卡", "前排打卡", "/me dances"])
    func letsCustomsThrough(text: String) {
        #expect(mayHoldCustom(text))
    }

    @Test func passesMostOtherTexts() {
        let texts = ["这个主播好厉害啊", "太好听了吧", "what a beautiful song", "我觉得不太行", "今天吃什么呢朋友们", "心疼他一秒钟"]
        #expect(texts.filter(mayHoldCustom).count <= 1)
    }
}
