/// What normalising takes away from a text, or is cheap to see while doing it.
public struct TextShape: Sendable, Equatable {
    /// Visible characters before anything was cut, at most 65,535; a whole `[emote]` counts as its characters.
    public var characters: UInt16 = 0
    /// The most often that a character, a short unit or a word was repeated in a row: 1 without repeats, 0 if empty.
    public var longestRun: UInt16 = 0
    /// Latin, Greek and Cyrillic letters before anything was cut.
    public var letters: UInt16 = 0
    /// How many of ``letters`` were ASCII capitals.
    public var capitals: UInt16 = 0
    /// Question marks of any script, at most 255.
    public var questions: UInt8 = 0
    /// Exclamation marks of any script, at most 255.
    public var exclamations: UInt8 = 0
    /// One bit per ``CharacterKind`` that occurs, at its raw value.
    public var kinds: UInt16 = 0
    /// The first face in round brackets, such as (≧▽≦).
    public var kaomoji: Kaomoji = .none

    /// The shape of an empty text.
    public init() {}

    /// Whether a character of this kind occurs.
    @inline(__always)
    package func contains(_ kind: CharacterKind) -> Bool {
        kinds & (1 << UInt16(kind.rawValue)) != 0
    }
}
