package import SentimentModel

extension JSONWriter {
    /// Appends the five members of a verdict: `"score":…,"label":…,"emotion":…,"confidence":…,"affective":…`.
    package mutating func sentiment(_ sentiment: Sentiment) {
        raw("\"score\":")
        thousandths(sentiment.score)
        raw(",\"label\":\"")
        raw(sentiment.label.name)
        raw("\",\"emotion\":\"")
        raw(sentiment.emotion.name)
        raw("\",\"confidence\":")
        thousandths(sentiment.confidence)
        raw(",\"affective\":")
        boolean(sentiment.affective)
    }
}

extension Sentiment.Label {
    /// The name on the wire.
    package var name: StaticString {
        switch self {
        case .negative: "negative"
        case .neutral: "neutral"
        case .positive: "positive"
        }
    }
}

extension Sentiment.Emotion {
    /// The name on the wire.
    package var name: StaticString {
        switch self {
        case .none: "none"
        case .happy: "happy"
        case .angry: "angry"
        case .sad: "sad"
        case .surprised: "surprised"
        }
    }
}
