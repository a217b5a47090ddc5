import DanmakuTestKit
import Foundation
import SentimentModel
import Testing

@testable import SentimentLab

@Suite(.computes) struct TrainerTests {
    @Test func theSameSeedMakesTheSameFile() throws {
        #expect(try ModelFixture.bytes() == ModelFixture.bytes())
        var other = ModelFixture.settings()
        other.seed = 2
        #expect(try ModelFixture.bytes() != ModelFixture.bytes(settings: other))
    }

    @Test func textsOfDevAndTestFilesAreNotLearntFrom() throws {
        let folder = try TemporaryFolder()
        let train = try folder.write("train.tsv", ["positive\t好听", "negative\t难听", "neutral\t第一次看", "positive\t太强了"])
        let dev = try folder.write("dev.tsv", ["positive\t好听！！！！！！！"])
        let test = try folder.write("test.tsv", ["neutral\t ＴＡＩ太强了", "negative\t太强了"])
        var kept: (rows: Int, overlapping: Int)?
        _ = try Trainer(settings: ModelFixture.settings())
            .train(
                on: [TrainingFile(path: train)],
                dev: [TrainingFile(path: dev)],
                excluding: [test]
            ) { event in
                if case .read(_, let rows, let overlapping, _) = event {
                    kept = (rows, overlapping)
                }
            }
        #expect(kept?.rows == 3)
        #expect(kept?.overlapping == 1)
    }

    @Test func stopsWhenDevNoLongerImproves() throws {
        let folder = try TemporaryFolder()
        let train = try folder.write("train.tsv", ModelFixture.lines(count: 300, seed: 1))
        let dev = try folder.write("dev.tsv", ["positive\t好听呢", "negative\t难听呢", "neutral\t几点开始呢"])
        var settings = ModelFixture.settings()
        settings.epochs = 50
        settings.pruneAfter = 0
        settings.patience = 2
        var epochs = 0
        _ = try Trainer(settings: settings)
            .train(
                on: [TrainingFile(path: train)],
                dev: [TrainingFile(path: dev)],
                excluding: []
            ) { event in
                if case .epoch = event {
                    epochs += 1
                }
            }
        #expect(epochs < 20)
    }

    @Test func unknownLabelsAreAnErrorUnlessSkipped() throws {
        let folder = try TemporaryFolder()
        let train = try folder.write("train.tsv", ["positive\t好听", "meh\t难听"])
        var settings = ModelFixture.settings()
        #expect(throws: TrainingError.self) {
            try Trainer(settings: settings).train(on: [TrainingFile(path: train)], dev: [], excluding: []) { _ in }
        }
        settings.skipsUnknownLabels = true
        _ = try Trainer(settings: settings).train(on: [TrainingFile(path: train)], dev: [], excluding: []) { _ in }
        settings.labelNames = ["meh": "negative"]
        settings.skipsUnknownLabels = false
        _ = try Trainer(settings: settings).train(on: [TrainingFile(path: train)], dev: [], excluding: []) { _ in }
    }

    @Test func learnsFromATeachersProbabilities() throws {
        let folder = try TemporaryFolder()
        let lines = ModelFixture.lines(count: 300, seed: 3)
            .map { line in
                line.replacing("negative", with: "0.8,0.1,0.1;0.1,0,0.9,0,0")
                    .replacing("neutral", with: "0.1,0.8,0.1;1,0,0,0,0")
                    .replacing("positive", with: "0.1,0.1,0.8;0.1,0.9,0,0,0")
            }
        let train = try folder.write("train.tsv", lines)
        let bytes = try Trainer(settings: ModelFixture.settings())
            .train(
                on: [TrainingFile(path: train)],
                dev: [],
                excluding: []
            ) { _ in }
        let scorer = LinearScorer(model: try LinearModel(path: folder.write("model.dkm", bytes)))
        var results: [Sentiment] = []
        scorer.score(TextBatch(texts: ["太强了", "难听", "几点开始"]), into: &results)
        #expect(results.map(\.label) == [.positive, .negative, .neutral])
        #expect(results.map(\.emotion) == [.happy, .angry, .none])
    }
}
