import DanmakuPipeline
import DanmakuTestKit
import SentimentModel
import Testing

@Suite("The built-in scorer behind the pipeline's protocol")
struct LexiconContractTests {
    let scorer = InProcessScorer(name: "lexicon", LexiconScorer.builtIn)

    @Test("it keeps the scorer's contract")
    func contract() async {
        #expect(await ScorerContract.violations(of: scorer) == [])
    }

    @Test("it gets the canary right, so that a breaker around it can close")
    func canary() async throws {
        #expect(Canary.standard.accepts(try await scorer.score(Canary.standard.batch)))
    }
}
