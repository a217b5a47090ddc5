import DanmakuTestKit
import Testing

@testable import SentimentLab

@Suite struct TrainingInputTests {
    @Test func readsFileDescriptions() throws {
        #expect(try TrainingFile(parsing: "a.tsv") == TrainingFile(path: "a.tsv"))
        #expect(try TrainingFile(parsing: "a.emotion.tsv").task == .emotion)
        #expect(try TrainingFile(parsing: "a.emotion.tsv:task=polarity").task == .polarity)
        let full = try TrainingFile(parsing: "b.tsv:weight=0.5:domain=other:limit=10")
        #expect(full == TrainingFile(path: "b.tsv", weight: 0.5, domain: .other, limit: 10))
    }

    @Test(arguments: ["a:b", "a:weight=0", "a:weight=nan", "a:task=x", "a:domain=x", "a:limit=-1", "a:what=1"])
    func refusesFileDescriptions(argument: String) {
        #expect(throws: TrainingError.self) { try TrainingFile(parsing: argument) }
    }

    @Test func readsLabels() {
        let reader = LabelReader(task: .polarity, names: ["pos": "positive"])
        #expect(reader.target("pos")?.values == SIMD8(0, 0, 1, 0, 0, 0, 0, 0))
        #expect(reader.target("negative")?.hasEmotion == false)
        #expect(reader.target("happy") == nil)
        let soft = reader.target("1,2,1;0,0,0,0,5")
        #expect(soft?.values == SIMD8(0.25, 0.5, 0.25, 0, 0, 0, 0, 1))
        #expect(soft?.hasEmotion == true)
        let emotions = LabelReader(task: .emotion, names: [:])
        #expect(emotions.target("startled")?.values == SIMD8(0, 0, 0, 0, 0, 0, 0, 1))
        #expect(emotions.target("fear")?.values == SIMD8(0, 0, 0, 1, 0, 0, 0, 0))
    }

    @Test(arguments: ["0.1,0.9", "0,0,0", "0.5,-0.5,1", "1,0,0;1", "1,0,0;1,0,0,0,0;1", "1,x,0", ""])
    func refusesLabels(label: String) {
        #expect(LabelReader(task: .polarity, names: [:]).target(label) == nil)
    }

    @Test func generatorIsTheReference() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }

    @Test func vocabularyKeepsWhatIsFrequent() {
        let occurrences: [UInt64] = [5 << 40, 7 << 40, 5 << 40, 9 << 40, 7 << 40, 5 << 40]
        let vocabulary = Vocabulary(occurrences, minimumCount: 2)
        #expect(vocabulary.count == 2)
        #expect(vocabulary.number(of: 5 << 40) == 0)
        #expect(vocabulary.number(of: 7 << 40) == 1)
        #expect(vocabulary.number(of: 9 << 40) == nil)
        #expect(vocabulary.counts == [3, 2])
    }
}
