package import DanmakuPipeline
import SentimentModel

/// What every ``SentimentScorer`` promises; each conformer's tests run it.
///
///     #expect(await ScorerContract.violations(of: scorer) == [])
package enum ScorerContract {
    /// Texts of all sorts: none visible, long, of many scripts, with marks that stand alone.
    private static let texts = [
        "主播太强了哈哈哈哈哈哈", "666666", "？？？", "好", "これは最高です", "this is great!!!", "垃圾", "👍👍🏽🏴‍☠️",
        "(╯°□°)╯︵ ┻━┻", "\u{301}\u{200d}\u{feff}", " ", String(repeating: "草", count: 341),
        String(repeating: "w", count: 1024),
    ]

    /// Tries a scorer and says in words what it got wrong; empty if nothing.
    package static func violations(of scorer: any SentimentScorer) async -> [String] {
        var found: [String] = []
        if scorer.name.isEmpty || scorer.model.isEmpty {
            found.append("the name and the model must not be empty")
        }
        let name = scorer.name
        do {
            let none = try await scorer.score(TextBatch(texts: []))
            if !none.isEmpty {
                found.append("an empty batch has \(none.count) verdicts")
            }
            let together = try await scorer.score(TextBatch(texts: texts))
            if together.count != texts.count {
                found.append("\(texts.count) texts have \(together.count) verdicts")
                return found
            }
            let backwards = try await scorer.score(TextBatch(texts: texts.reversed()))
            if Array(backwards.reversed()) != together {
                found.append("the order of a batch changes its verdicts")
            }
            for (text, sentiment) in zip(texts, together) {
                found += violations(sentiment, of: text)
                if try await scorer.score(TextBatch(text)) != [sentiment] {
                    found.append("\(text.debugDescription) alone is scored otherwise than in company")
                }
            }
            let many = (0..<600).map { texts[$0 % texts.count] }
            if try await scorer.score(TextBatch(texts: many)) != many.indices.map({ together[$0 % texts.count] }) {
                found.append("a batch of 600 is scored otherwise than its parts")
            }
        } catch {
            found.append("an ordinary batch throws \(error)")
        }
        if scorer.name != name {
            found.append("the name changes")
        }
        return found
    }

    private static func violations(_ sentiment: Sentiment, of text: String) -> [String] {
        var found: [String] = []
        let text = text.debugDescription
        if !(-1000...1000 ~= sentiment.score) || sentiment.confidence > 1000 {
            found.append("\(text): score \(sentiment.score) or confidence \(sentiment.confidence) is out of range")
        }
        switch sentiment.label {
        case .positive where sentiment.score < 0, .negative where sentiment.score > 0:
            found.append("\(text): the label \(sentiment.label) contradicts the score \(sentiment.score)")
        case .positive, .negative, .neutral:
            break
        }
        if !sentiment.affective, sentiment.score != 0 || sentiment.label != .neutral {
            found.append("\(text): it is not affective and yet \(sentiment.label) with \(sentiment.score)")
        }
        return found
    }
}
