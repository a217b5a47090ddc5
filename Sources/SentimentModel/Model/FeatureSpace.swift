/// Which features a text has; a model file names the space that its weights belong to.
///
/// Changing what any of these switches mean, or a constant of ``FeatureHasher``, needs a new ``version``: weights
/// found under old hashes would answer for other n-grams.
public struct FeatureSpace: Sendable, Equatable {
    /// The meaning of the hashes, checked when a file is loaded.
    public static let version: UInt32 = 1

    /// The longest character n-gram, 1…6.
    public var characterOrder: UInt8
    /// The longest n-gram of alphabetic words, 0…3.
    public var wordOrder: UInt8
    /// Texts of at most so many characters are also one feature as a whole.
    public var wholeTextLimit: UInt8
    /// Texts of at most so many characters have the priors of short ones, and may be customs.
    public var shortTextLimit: UInt8
    /// Whether pairs of characters with one between them are features.
    public var hasGaps: Bool
    /// Whether the lexicon's verdict is a feature.
    public var hasLexicon: Bool

    /// Creates a space; the defaults are those of the model that ships.
    public init(
        characterOrder: UInt8 = 4,
        wordOrder: UInt8 = 2,
        wholeTextLimit: UInt8 = 12,
        shortTextLimit: UInt8 = 15,
        hasGaps: Bool = false,
        hasLexicon: Bool = false
    ) {
        self.characterOrder = characterOrder
        self.wordOrder = wordOrder
        self.wholeTextLimit = wholeTextLimit
        self.shortTextLimit = shortTextLimit
        self.hasGaps = hasGaps
        self.hasLexicon = hasLexicon
    }

    /// Whether every field is within its range.
    var isValid: Bool {
        (1...6).contains(characterOrder) && wordOrder <= 3
    }
}

/// The kind of text that decides which prior answers.
///
/// Danmaku, posts and English differ in how often they carry feeling at all: one prior for all three is wrong for each.
public enum TextGroup: UInt8, Sendable, CaseIterable {
    /// At most ``FeatureSpace/shortTextLimit`` characters: danmaku and chat.
    case short = 0
    /// Longer texts with Chinese, Japanese or Korean characters: posts and reviews.
    case long = 1
    /// Two words or more, all alphabetic.
    case alphabetic = 2
}
