/// One term of a lexicon and what it does to the text that it stands in.
package struct LexiconEntry: Sendable, Equatable {
    /// What a term does.
    package enum Role: String, Sendable, CaseIterable {
        /// Carries a feeling of its own: `value` is its valence, −1…1.
        case feeling
        /// Means nothing, and keeps shorter terms inside it from matching (好像 is not 好).
        case plain
        /// Turns the next feeling around: `value` is the factor, usually −0.7.
        case negator
        /// Strengthens or weakens the next feeling, or the one just before it: `value` is the factor.
        case booster
        /// Marks the whole text as not meant: `value` is the factor on its score.
        case irony
        /// But: what was said before it weighs `value`.
        case contrast
        /// Asks: a feeling that is asked after is `value` of a feeling.
        case question
        /// A vote, when nothing else is said.
        case vote
        /// A command to a bot, when the text begins with it.
        case command
        /// A password of a lottery, when nothing else is said.
        case lottery
        /// What is said because it is the custom: gifts thanked for, openings and endings.
        case ritual
    }

    /// Where a term must stand to count.
    package struct Place: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// The text must say nothing else.
        package static let whole = Place(rawValue: 1)
        /// Nothing but punctuation may follow.
        package static let end = Place(rawValue: 2)
        /// Nothing but punctuation may precede.
        package static let start = Place(rawValue: 4)
        /// A Latin term that may go on as a longer word (amaz* matches amazing).
        package static let stem = Place(rawValue: 8)
    }

    /// The term in normalised form.
    package var term: [UInt8]
    /// What it does.
    package var role: Role
    /// Valence or factor, as ``role`` says.
    package var value: Float
    /// The emotion of a feeling.
    package var emotion: Sentiment.Emotion
    /// Where it must stand.
    package var place: Place
}
