import DanmakuTestKit
import SentimentLab
import SentimentModel
import Testing

@Suite("The lexicon scorer on real danmaku")
struct LexiconDataTests {
    private static let danmaku = "labelled/zh.danmaku_marked.polarity.dev.tsv"

    @Test(
        "It keeps what it was measured at",
        .enabled(if: SharedData.exists(danmaku), "no shared data beside the repository")
    )
    func measured() throws {
        let texts = try LabelledTexts(bytes: SharedData.bytes(Self.danmaku), task: .polarity)
        let report = Evaluator(task: .polarity).evaluate(LexiconScorer.builtIn, on: texts)
        #expect(report.confusion.accuracy > 0.82)
        #expect(report.confusion.macroF1 > 0.55)
        #expect(report.committedAccuracy > 0.95)
    }
}
