/// What a comment is, as its source says (`kind` on the wire).
package enum CommentKind: UInt8, Sendable, CaseIterable {
    /// An ordinary comment; also any unknown value on the wire.
    case chat = 0
    /// A super chat or bits: never sampled, shed last.
    case paid = 1
    /// A gift notice: published, not scored.
    case gift = 2
    /// A viewer's mark of a moment (`#路灯 …`): published, not scored.
    case marker = 3
    /// A platform's notice: published, not scored.
    case system = 4

    /// Whether comments of this kind are scored and enter the mood.
    @inlinable
    package var isScored: Bool {
        self == .chat || self == .paid
    }

    /// The name on the wire.
    package var name: StaticString {
        switch self {
        case .chat: "chat"
        case .paid: "paid"
        case .gift: "gift"
        case .marker: "marker"
        case .system: "system"
        }
    }
}
