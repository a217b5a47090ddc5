package import SentimentModel

/// Texts whose sign everybody agrees on: a scorer that was given up has to get these right before it gets comments.
///
/// The probe needs no user traffic and risks no user's comment.
package struct Canary: Sendable {
    /// The texts, as a batch.
    package let batch: TextBatch
    private let labels: [Sentiment.Label]

    /// Creates a canary from texts and their polarity.
    package init(_ texts: [(text: String, label: Sentiment.Label)]) {
        batch = TextBatch(texts: texts.map(\.text))
        labels = texts.map(\.label)
    }

    /// Chinese, English and Japanese, each both ways.
    package static let standard = Canary([
        ("太好了，我好喜欢", .positive),
        ("主播真棒", .positive),
        ("垃圾，恶心死了", .negative),
        ("太难看了，失望", .negative),
        ("this is great, I love it", .positive),
        ("terrible, I hate this", .negative),
        ("最高！大好き", .positive),
        ("最悪、嫌い", .negative),
    ])

    /// Whether an answer comes from a scorer that works.
    ///
    /// It must have one row a text, and more rows of the right sign than of the wrong one, at least a quarter of all:
    /// a scorer of one language alone, which calls the others neutral, passes; all zeros and swapped classes do not.
    package func accepts(_ answer: [Sentiment]) -> Bool {
        guard answer.count == labels.count else {
            return false
        }
        var right = 0
        var wrong = 0
        for (sentiment, label) in zip(answer, labels) {
            if sentiment.label == label {
                right += 1
            } else if sentiment.label != .neutral {
                wrong += 1
            }
        }
        return right > wrong && right * 4 >= labels.count
    }
}
