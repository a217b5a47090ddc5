import DanmakuTestKit
import Foundation
import Testing

@testable import SentimentModel

@Suite struct ShippedModelTests {
    @Test func isFoundAboveTheExecutable() throws {
        let folder = try TemporaryFolder()
        let deep = folder.url.appendingPathComponent("build/release")
        try FileManager.default.createDirectory(at: deep, withIntermediateDirectories: true)
        let program = deep.appendingPathComponent("danmaku")
        try Data().write(to: program)
        let models = folder.url.appendingPathComponent("Models")
        try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
        try Data([1]).write(to: models.appendingPathComponent("default.dkm"))
        let found = try #require(ShippedModel.path(executable: program.path, workingDirectory: "/"))
        #expect(found.hasSuffix("/Models/default.dkm"))
        #expect(ShippedModel.path(executable: "/nonexistent/danmaku", workingDirectory: deep.path) == found)
    }

    @Test func isNotInventedWhereThereIsNone() throws {
        let folder = try TemporaryFolder()
        let path = ShippedModel.path(executable: "/nonexistent/danmaku", workingDirectory: folder.url.path)
        #expect(path == nil || !(path ?? "").hasPrefix(folder.url.path))
    }

    /// The file in the repository, not one that a test made.
    private static let committed = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent()
        .appendingPathComponent("../../../" + ShippedModel.relativePath)
        .standardizedFileURL.path

    @Test(
        arguments: [
            ("哈哈哈哈哈哈", .positive, .happy),
            ("太好看了", .positive, .happy),
            ("awsl", .positive, .happy),
            ("666", .positive, .happy),
            ("太强了", .positive, .happy),
            ("好恶心", .negative, nil),
            ("我哭了", .negative, .sad),
            ("i love this song", .positive, .happy),
            ("this is terrible", .negative, nil),
            ("KEKW", .positive, .happy),
            ("Sadge", .negative, .sad),
            ("かわいい", .positive, .happy),
            ("下一首是什么", .neutral, Sentiment.Emotion.none),
            ("扣1", .neutral, Sentiment.Emotion.none),
        ] as [(String, Sentiment.Label, Sentiment.Emotion?)]
    )
    func answersWhatNobodyWouldDispute(_ text: String, _ label: Sentiment.Label, _ emotion: Sentiment.Emotion?) throws {
        let scorer = LinearScorer(model: try LinearModel(path: Self.committed))
        var results: [Sentiment] = []
        scorer.score(TextBatch(texts: [text]), into: &results)
        let answer = try #require(results.first)
        #expect(answer.label == label)
        if let emotion {
            #expect(answer.emotion == emotion)
        }
    }

    @Test func fitsIntoTheRepository() throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: Self.committed)
        #expect(try #require(attributes[.size] as? Int) <= 16 << 20)
    }
}
