import DanmakuTestKit
import Foundation
import SentimentLab
import SentimentModel
import Testing

@Suite("VADER")
struct VaderScorerTests {
    private func figures(_ text: some Collection<UInt8>, _ scorer: VaderScorer) -> String {
        let polarity = scorer.polarity(of: text)
        // Adding zero turns -0 into 0, as the original prints it.
        return String(
            format: "%.4f %.3f %.3f %.3f",
            polarity.compound + 0,
            polarity.negative,
            polarity.neutral,
            polarity.positive
        )
    }

    @Test("It says what the original says, on cases written for its rules")
    func cases() {
        let scorer = VaderScorer()
        for (text, expected) in VaderReference.cases {
            #expect(figures(text.utf8, scorer) == expected, "\(text)")
        }
    }

    @Test(
        "It says what the original says, on every row of the gold sets",
        .computes,
        .enabled(if: SharedData.exists("vader"), "no shared data beside the repository"),
        arguments: VaderReference.sets
    )
    func goldSets(name: String, rows: Int, digest: UInt64) throws {
        let scorer = VaderScorer()
        let lines = try SharedData.bytes("vader/en.vader_\(name).gold.tsv").split(separator: 0x0A)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for line in lines {
            let tab = try #require(line.firstIndex(of: 0x09))
            for byte in figures(line[(tab + 1)...], scorer).utf8 + [0x0A] {
                hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
            }
        }
        #expect(lines.count == rows)
        #expect(hash == digest)
    }

    @Test("A lexicon in VADER's format replaces the valences")
    func ownLexicon() throws {
        let lexicon = try VaderLexicon(file: Array("blub\t3.0\t0.5\t[3, 3]\r\n\nmeh\t-2\nmeh\t-3\n".utf8))
        let scorer = VaderScorer(lexicon: lexicon)
        #expect(scorer.polarity(of: "so blub".utf8).compound > scorer.polarity(of: "blub".utf8).compound)
        #expect(scorer.polarity(of: "meh".utf8).compound == -3 / (9.0 + 15).squareRoot())
        #expect(scorer.polarity(of: "good".utf8).compound == 0)
        let refusal = #expect(throws: LexiconError.self) { try VaderLexicon(file: Array("a\t1\nx\n".utf8)) }
        #expect(refusal?.line == 2)
        #expect(throws: LexiconError.self) { try VaderLexicon(file: Array("a\tone".utf8)) }
    }

    @Test("As a scorer it labels by the sign and takes any bytes")
    func scorer() {
        var results: [Sentiment] = []
        var bytes = Array("I love itI hate itthe table".utf8)
        bytes.append(contentsOf: [0xFF, 0xE4, 0xBD])
        let batch = TextBatch(
            bytes: bytes,
            ranges: [
                TextRange(start: 0, count: 9), TextRange(start: 9, count: 9), TextRange(start: 18, count: 9),
                TextRange(start: 27, count: 3), .empty,
            ]
        )
        VaderScorer().score(batch, into: &results)
        #expect(results.map(\.label) == [.positive, .negative, .neutral, .neutral, .neutral])
    }
}
