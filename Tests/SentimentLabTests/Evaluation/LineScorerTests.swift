import DanmakuTestKit
import SentimentLab
import SentimentModel
import Testing

@Suite("Scoring lines")
struct LineScorerTests {
    private func score(_ input: [UInt8], blocks: [Int] = [], read: @escaping LineScorer.Reader = LineScorer.wholeLine)
        -> [String]
    {
        var lines = LineScorer(scorer: LexiconScorer.builtIn, read: read)
        var output: [UInt8] = []
        var start = 0
        for size in blocks + [input.count] {
            let end = min(input.count, start + size)
            input[start..<end].withUnsafeBufferPointer { lines.take($0, into: &output) }
            start = end
        }
        lines.finish(into: &output)
        #expect(output.isEmpty || output.last == 0x0A)
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("A result has the fields of the contract and the probabilities")
    func fields() {
        #expect(
            score(Array("1\n".utf8)) == [
                #"{"label":"neutral","score":0,"emotion":"none","confidence":1,"affective":false,"#
                    + #""probabilities":{"negative":0,"neutral":1,"positive":0}}"#
            ]
        )
        #expect(score(Array("太强了".utf8))[0].hasPrefix(#"{"label":"positive","score":0."#))
    }

    @Test(
        "One line in, one line out",
        arguments: [
            ("", 0), ("\n", 1), ("a", 1), ("a\n", 1), ("a\n\n", 2), ("\n\n\nb", 4), ("a\r\n\r\nb", 3), ("\0\n\r", 2),
        ]
    )
    func counts(input: String, count: Int) {
        #expect(score(Array(input.utf8)).count == count)
    }

    @Test("Order and count hold for any bytes, however they are cut into blocks", .computes)
    func anyBytes() {
        var random = SeededGenerator(seed: 31)
        for _ in 0..<60 {
            let words = ["哈哈", "恶心", "", "1", "x", "\r", "😂"]
            var input: [UInt8] = []
            for _ in 0..<Int.random(in: 0...3000, using: &random) {
                input.append(contentsOf: words.randomElement(using: &random)!.utf8)
                if Bool.random(using: &random) {
                    input.append(UInt8.random(in: 0...255, using: &random))
                }
                input.append(0x0A)
            }
            let expected = input.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
                .map { line in
                    score(Array(line) + [0x0A])[0]
                }
            let blocks = (0..<20).map { _ in Int.random(in: 0...500, using: &random) }
            #expect(score(input, blocks: blocks) == expected, "seed 31")
        }
    }

    @Test("The text of a table is what follows the first tab")
    func columns() {
        let results = score(Array("12\t太强了\n太强了\n\t恶心\t好\n".utf8), read: LineScorer.lastColumns)
        #expect(
            results.map { $0.prefix(20) } == [
                #"{"label":"positive","#, #"{"label":"positive","#, #"{"label":"negative","#,
            ]
        )
    }

    @Test("A line that cannot be read has its error in its place")
    func problems() {
        let results = score(Array("a\n!\n\n!\n".utf8)) { line, text in
            text.append(contentsOf: line)
            return line.first == 0x21 ? "invalid_json" : nil
        }
        #expect(results.map { $0.contains("error") } == [false, true, false, true])
        #expect(results[1] == #"{"error":"invalid_json"}"#)
    }

    @Test("Implied probabilities add up and are highest for the label")
    func shares() {
        for label in Sentiment.Label.allCases {
            for score in [-1000, -300, 0, 300, 1000] as [Int16] {
                let verdict = Sentiment(label: label, emotion: .none, score: score, confidence: 550, affective: true)
                let shares = PolarityShares(verdict)
                let all = [shares.negative, shares.neutral, shares.positive]
                #expect(abs(all.reduce(0) { $0 + Int($1) } - 1000) <= 1)
                #expect(all.max() == all[Int(label.rawValue)])
            }
        }
    }
}
