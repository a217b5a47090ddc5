import Foundation
import SentimentModel

/// One case of the behaviour suite: what any viewer would expect of one text or of two (Ribeiro et al., CheckList, 2020).
struct BehaviourCase {
    /// What has to hold.
    enum Expectation {
        /// The text has this label and, if given, this emotion.
        case label(Sentiment.Label, Sentiment.Emotion?)
        /// Both texts have the same label.
        case same
        /// The second text has no lower score than the first.
        case notLower
        /// The second text has no higher score than the first.
        case notHigher
        /// The two texts have different labels.
        case turned
    }

    /// Cases of one template differ in names, fillings and spelling only.
    let template: Int
    let expectation: Expectation
    let texts: [String]

    /// Whether the case may be trained on: half of the templates never are.
    var mayTrain: Bool {
        template % 2 == 1
    }

    /// Reads a line: template, kind, expected, text and, for two texts, the second one, with tabs between them.
    init?(line: Substring) {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard fields.count >= 4, let template = Int(fields[0]) else {
            return nil
        }
        self.template = template
        texts = Array(fields[3...])
        switch (fields[1], texts.count) {
        case ("is", 1):
            guard let label = Self.label(fields[2]) else {
                return nil
            }
            expectation = .label(label, Self.emotion(fields[2]))
        case ("same", 2): expectation = .same
        case ("notlower", 2): expectation = .notLower
        case ("nothigher", 2): expectation = .notHigher
        case ("turned", 2): expectation = .turned
        default: return nil
        }
    }

    private static func label(_ code: String) -> Sentiment.Label? {
        switch code.first {
        case "p": .positive
        case "o": .neutral
        case "n": .negative
        default: nil
        }
    }

    private static func emotion(_ code: String) -> Sentiment.Emotion? {
        switch code.dropFirst() {
        case "h": .happy
        case "a": .angry
        case "s": .sad
        case "u": .surprised
        case "-": Sentiment.Emotion.none
        default: nil
        }
    }

    /// Whether the answers for the texts are as expected, emotions apart.
    func holds(for answers: [Sentiment]) -> Bool {
        switch expectation {
        case .label(let label, _): answers[0].label == label
        case .same: answers[0].label == answers[1].label
        case .notLower: answers[1].score >= answers[0].score
        case .notHigher: answers[1].score <= answers[0].score
        case .turned: answers[0].label != answers[1].label
        }
    }

    /// Whether the answer has the expected emotion; `nil` if none is expected.
    func hasEmotion(_ answers: [Sentiment]) -> Bool? {
        guard case .label(_, let emotion?) = expectation else {
            return nil
        }
        return answers[0].emotion == emotion
    }
}
