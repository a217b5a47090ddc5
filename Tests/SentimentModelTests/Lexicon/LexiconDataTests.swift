import Foundation
import SentimentModel
import Testing

/// The shared data sets, which lie beside the repository where there are any.
enum SharedData {
    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/data")

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: path).path)
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: path)))
    }
}

@Suite("The lexicon scorer on real danmaku")
struct LexiconDataTests {
    private static let danmaku = "labelled/zh.danmaku_marked.polarity.dev.tsv"

    @Test(
        "It keeps what it was measured at",
        .enabled(if: SharedData.exists(danmaku), "no shared data beside the repository")
    )
    func measured() throws {
        let texts = try LabelledTexts(bytes: SharedData.bytes(Self.danmaku), task: .polarity)
        let report = Evaluator(task: .polarity)
            .evaluate(
                LexiconScorer.builtIn,
                on: texts,
                clock: ContinuousClock(),
                measuring: .zero
            )
        #expect(report.confusion.accuracy > 0.82)
        #expect(report.confusion.macroF1 > 0.55)
        #expect(report.committedAccuracy > 0.95)
    }
}
