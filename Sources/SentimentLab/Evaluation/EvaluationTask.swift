import SentimentModel

/// What is evaluated.
package enum EvaluationTask: String, Sendable, CaseIterable {
    /// Negative, neutral, positive.
    case polarity
    /// None, happy, angry, sad, surprised.
    case emotion

    /// The names of the task's classes, in the order of ``Sentiment``'s raw values.
    package var classes: [String] {
        switch self {
        case .polarity: Sentiment.Label.allCases.map { "\($0)" }
        case .emotion: Sentiment.Emotion.allCases.map { "\($0)" }
        }
    }

    /// The class that a file's label means; data sets name and split emotions differently.
    ///
    /// Fear has no class of ours and counts as none; disgust and disapproval count as angry.
    package func index(ofLabel name: String) -> Int? {
        if let index = classes.firstIndex(of: name) {
            return index
        }
        return self == .emotion ? Self.emotion(ofLabel: name).map { Int($0.rawValue) } : nil
    }

    private static func emotion(ofLabel name: String) -> Sentiment.Emotion? {
        switch name {
        case "neutral", "other", "fear", "nervousness", "caring", "desire": Sentiment.Emotion.none
        case "startled", "surprise", "realization", "confusion", "curiosity": .surprised
        case "joy", "happiness", "like", "optimism", "love", "admiration", "amusement", "approval", "excitement",
            "gratitude", "pride", "relief":
            .happy
        case "anger", "annoyance", "disapproval", "disgust": .angry
        case "sadness", "disappointment", "embarrassment", "grief", "remorse": .sad
        default: nil
        }
    }
}
