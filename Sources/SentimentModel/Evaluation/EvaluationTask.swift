/// What is evaluated.
public enum EvaluationTask: String, Sendable, CaseIterable {
    /// Negative, neutral, positive.
    case polarity
    /// None, happy, angry, sad, surprised.
    case emotion

    /// The names of the task's classes, in the order of ``Sentiment``'s raw values.
    public var classes: [String] {
        switch self {
        case .polarity: Sentiment.Label.allCases.map { "\($0)" }
        case .emotion: Sentiment.Emotion.allCases.map { "\($0)" }
        }
    }

    /// The class that a file's label means; data sets name some emotions differently.
    ///
    /// Fear has no class of ours and counts as none.
    public func index(ofLabel name: String) -> Int? {
        if let index = classes.firstIndex(of: name) {
            return index
        }
        guard self == .emotion else { return nil }
        switch name {
        case "neutral", "neural", "fear", "other", "disgust": return Int(Sentiment.Emotion.none.rawValue)
        case "startled", "surprise": return Int(Sentiment.Emotion.surprised.rawValue)
        case "joy", "happiness", "like", "optimism", "love": return Int(Sentiment.Emotion.happy.rawValue)
        case "anger": return Int(Sentiment.Emotion.angry.rawValue)
        case "sadness": return Int(Sentiment.Emotion.sad.rawValue)
        default: return nil
        }
    }
}
