/// An alert of one room: something about its mood or its rate changed, or stopped being so.
package struct RoomAlert: Sendable, Equatable {
    /// What changed.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// Many more comments than usual.
        case spike = 0
        /// The mood fell.
        case moodDrop = 1
        /// The mood rose.
        case moodRise = 2
        /// Many negative comments.
        case flame = 3
        /// A scorer's breaker is open.
        case scorerDegraded = 4
        /// No comment for a long time.
        case sourceSilent = 5

        /// The name on the wire.
        package var name: StaticString {
            switch self {
            case .spike: "spike"
            case .moodDrop: "mood_drop"
            case .moodRise: "mood_rise"
            case .flame: "flame"
            case .scorerDegraded: "scorer_degraded"
            case .sourceSilent: "source_silent"
            }
        }
    }

    /// What changed.
    package var kind: Kind
    /// True when the alert is raised, false when it is cleared.
    package var isRaised: Bool
    /// Milliseconds since 1970.
    package var at: Int64
    /// What was measured, in thousandths.
    package var value: Int
    /// What was expected, in thousandths.
    package var baseline: Int
    /// The room's hot phrases at that time, as UTF-8.
    package var phrases: [[UInt8]]

    /// Creates an alert.
    package init(kind: Kind, isRaised: Bool, at: Int64, value: Int, baseline: Int, phrases: [[UInt8]]) {
        self.kind = kind
        self.isRaised = isRaised
        self.at = at
        self.value = value
        self.baseline = baseline
        self.phrases = phrases
    }

    /// Bytes of memory that the alert takes.
    package var footprint: Int {
        // 32 bytes are the header of an array.
        MemoryLayout<RoomAlert>.size
            + phrases.reduce(0) { $0 + MemoryLayout<[UInt8]>.stride + 32 + $1.count }
    }

    /// Appends the alert object of the contract.
    ///
    /// - Parameters:
    ///   - room: The room's name; it needs no escaping.
    ///   - writer: Where the object goes.
    package func encode(room: [UInt8], into writer: inout JSONWriter) {
        writer.raw("{\"room\":\"")
        writer.raw(room)
        writer.raw("\",\"alert\":\"")
        writer.raw(kind.name)
        writer.raw("\",\"state\":\"")
        writer.raw(isRaised ? "raised" : "cleared")
        writer.raw("\",\"at\":")
        writer.integer(at)
        writer.raw(",\"value\":")
        writer.thousandths(value)
        writer.raw(",\"baseline\":")
        writer.thousandths(baseline)
        writer.raw(",\"phrases\":[")
        for (index, phrase) in phrases.enumerated() {
            if index > 0 {
                writer.raw(",")
            }
            writer.string(phrase, phrase.indices)
        }
        writer.raw("]}")
    }
}
