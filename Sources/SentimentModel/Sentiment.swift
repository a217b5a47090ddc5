/// What a scorer says of one text.
///
/// Scores and confidences are kept as thousandths in integers, so that summing them over a window is exact and
/// printing them needs no floating-point formatting.
public struct Sentiment: Sendable, Equatable {
    /// The polarity classes, in the order that every model file and confusion matrix of ours uses.
    public enum Label: UInt8, Sendable, CaseIterable {
        case negative = 0
        case neutral = 1
        case positive = 2
    }

    /// The emotion classes, in the order that every model file and confusion matrix of ours uses.
    public enum Emotion: UInt8, Sendable, CaseIterable {
        case none = 0
        case happy = 1
        case angry = 2
        case sad = 3
        case surprised = 4
    }

    /// The polarity.
    public var label: Label
    /// The dominant emotion, or ``Emotion/none``.
    public var emotion: Emotion
    /// Polarity and strength in thousandths, −1000…1000.
    public var score: Int16
    /// How sure the scorer is of ``label``, in thousandths, 0…1000.
    public var confidence: UInt16
    /// False for votes, commands, lottery passwords and gift rituals: they count in the rate and not in the mood.
    public var affective: Bool

    /// Creates a sentiment from its parts.
    public init(label: Label, emotion: Emotion, score: Int16, confidence: UInt16, affective: Bool) {
        self.label = label
        self.emotion = emotion
        self.score = score
        self.confidence = confidence
        self.affective = affective
    }

    /// The verdict on a text without feeling: neutral, score 0, not affective.
    public static let nonAffective = Sentiment(
        label: .neutral,
        emotion: .none,
        score: 0,
        confidence: 1000,
        affective: false
    )
}
