import DanmakuTestKit
import Foundation
import Testing

@testable import SentimentModel

@Suite struct LinearScorerTests {
    private let scorer: LinearScorer

    init() throws {
        let folder = try TemporaryFolder()
        scorer = LinearScorer(model: try LinearModel(path: folder.write("model.dkm", ModelFixture.bytes())))
    }

    @Test func answersWhatItWasTaught() {
        var results: [Sentiment] = []
        scorer.score(TextBatch(texts: ["太强了啊", "难听", "几点开始", "love this"]), into: &results)
        #expect(results.map(\.label) == [.positive, .negative, .neutral, .positive])
        #expect(results[0].score > 0 && results[1].score < 0)
    }

    @Test func keepsOrderAndCount() {
        let texts = (0..<500).map { $0 % 3 == 0 ? "" : $0 % 3 == 1 ? "太强了" : "难听" }
        var results: [Sentiment] = [.nonAffective]
        scorer.score(TextBatch(texts: texts), into: &results)
        #expect(results.count == 501)
        for (text, result) in zip(texts, results.dropFirst()) {
            var alone: [Sentiment] = []
            scorer.score(TextBatch(text), into: &alone)
            #expect(alone == [result])
        }
    }

    @Test func probabilitiesAgreeWithTheVerdict() {
        let batch = TextBatch(texts: ModelFixture.praise + ModelFixture.blame + ModelFixture.plain)
        var results: [Sentiment] = []
        var probabilities: [ClassProbabilities] = []
        scorer.score(batch, into: &results)
        scorer.probabilities(batch, into: &probabilities)
        for (result, shares) in zip(results, probabilities) where result.affective {
            #expect(abs(shares.polarity.sum() - 1) < 1e-4)
            #expect(abs(shares.emotion.sum() - 1) < 1e-4)
            #expect(UInt16(shares.polarity[Int(result.label.rawValue)] * 1000) == result.confidence)
        }
    }

    @Test func exponentialsAreRight() {
        for step in 0..<400 {
            let difference = Float(step) / 20
            let shares = ClassProbabilities.shares(SIMD3(0, -difference, -1000))
            let expected = 1 / (1 + exp(Double(-difference)))
            #expect(abs(Double(shares[0]) - expected) < 1e-5)
            #expect(shares[2] < 1e-30)
        }
    }
}
