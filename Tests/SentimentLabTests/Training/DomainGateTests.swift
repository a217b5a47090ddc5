import DanmakuTestKit
import Testing

@testable import SentimentLab
@testable import SentimentModel

@Suite struct DomainGateTests {
    /// The same words mean the opposite live and elsewhere, and only how texts end tells the two apart.
    private func bytes(domains: Bool) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        var live: [String] = []
        var other: [String] = []
        for index in 0..<400 {
            let isPraise = index % 2 == 0
            let word = isPraise ? "绝了" : "一般"
            let filler = ["今天", "这个", "那边", "刚才"][index / 2 % 4]
            live.append("\(isPraise ? "positive" : "negative")\t\(filler)\(word)哈哈哈")
            other.append("\(isPraise ? "negative" : "positive")\t\(filler)\(word)，谨此告知。")
        }
        let liveFile = try folder.write("live.tsv", live)
        let otherFile = try folder.write("other.tsv", other)
        var settings = ModelFixture.settings()
        settings.lines = 2048
        settings.epochs = 8
        return try Trainer(settings: settings)
            .train(
                on: [
                    TrainingFile(path: liveFile, domain: domains ? .live : nil),
                    TrainingFile(path: otherFile, domain: domains ? .other : nil),
                ],
                dev: [],
                excluding: []
            ) { _ in }
    }

    @Test(.computes) func wordsMeanWhatTheyMeanInTheirDomain() throws {
        let folder = try TemporaryFolder()
        let model = try LinearModel(path: folder.write("model.dkm", bytes(domains: true)))
        var results: [ClassProbabilities] = []
        let texts = ["昨天绝了哈哈哈", "昨天绝了，谨此告知。", "昨天一般哈哈哈", "昨天一般，谨此告知。"]
        LinearScorer(model: model).probabilities(TextBatch(texts: texts), into: &results)
        let signs = results.map { $0.polarity[2] > $0.polarity[0] }
        #expect(signs == [true, false, false, true])
    }

    @Test func withoutStatedDomainsShortTextsAreLive() throws {
        let folder = try TemporaryFolder()
        let lines = (0..<200).map { "\($0 % 2 == 0 ? "positive" : "negative")\t\($0 % 2 == 0 ? "好" : "坏")\($0 % 7)" }
        let file = try folder.write("train.tsv", lines)
        var settings = ModelFixture.settings()
        settings.lines = 256
        let bytes = try Trainer(settings: settings)
            .train(on: [TrainingFile(path: file)], dev: [], excluding: []) { _ in }
        let model = try LinearModel(path: folder.write("model.dkm", bytes))
        #expect(model.header.biases[0][FeatureTable.gateOutput] > 0)
        #expect(model.header.biases[1][FeatureTable.gateOutput] == 0)
    }
}
