/// What a character is for the normaliser and for features made from its output.
///
/// The raw values are part of the model's feature space: appending is fine, renumbering is not.
package enum CharacterKind: UInt8, CaseIterable {
    /// Anything that no other kind names.
    case other = 0
    case han = 1
    /// A letter of the Latin, Greek or Cyrillic script.
    case letter = 2
    case digit = 3
    case kana = 4
    case hangul = 5
    /// Emoji, arrows, boxes, dingbats.
    case symbol = 6
    case punctuation = 7

    // From here on a character asks for more than being copied.
    case question = 8
    case exclamation = 9
    case bracketOpen = 10
    case bracketClose = 11
    case parenthesisOpen = 12
    case space = 13
    /// Invisible: it leaves no trace.
    case dropped = 14
    /// Not a character: a whole `[emote]`.
    case emote = 15

    /// The first kind that the normaliser's loop treats specially.
    static let firstSpecial: UInt8 = 8

    /// The kind of a character that is its own normal form.
    static func of(_ point: UInt32) -> CharacterKind {
        switch point {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000:
            .space
        case 0x00...0x1F, 0x7F...0x9F, 0xAD, 0x0300...0x036F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5,
            0x180B...0x180F, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0x20D0...0x20FF, 0x3099, 0x309A,
            0x3164, 0xD800...0xDFFF, 0xFE00...0xFE0F, 0xFE20...0xFE2F, 0xFEFF, 0xFF9E...0xFFA0, 0xFFF0...0xFFFB,
            0xFFFE, 0xFFFF, 0x1F3FB...0x1F3FF, 0xE0000...0xE0FFF:
            .dropped
        case 0x3F: .question
        case 0x21: .exclamation
        case 0x5B: .bracketOpen
        case 0x5D: .bracketClose
        case 0x28: .parenthesisOpen
        case 0x30...0x39: .digit
        case 0x41...0x5A, 0x61...0x7A, 0xAA, 0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x02AF, 0x0370...0x052F,
            0x1E00...0x1FFF:
            .letter
        case 0x21...0x7E, 0xA1...0xBF, 0x2010...0x205E, 0x3001...0x3004, 0x3008...0x301F, 0x30FB, 0xFE30...0xFE6B:
            .punctuation
        case 0x3041...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9D: .kana
        case 0x3005...0x3007, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: .han
        case 0x1100...0x11FF, 0x3131...0x318E, 0xAC00...0xD7A3: .hangul
        case 0x2100...0x2BFF, 0x3200...0x33FF, 0x1F000...0x1FAFF: .symbol
        default: .other
        }
    }
}
