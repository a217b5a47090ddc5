/// A face in round brackets, by what it shows.
///
/// Faces are too many to list: what tells them is a pair of eyes and a mouth between brackets. The few without
/// brackets (qaq, orz, t_t) are entries of the lexicon.
public enum Kaomoji: UInt8, Sendable, CaseIterable {
    case none = 0
    /// (≧▽≦), (^_^), (・ω・)
    case joy = 1
    /// (;ω;), (T_T), (>_<)
    case sad = 2
    /// (╬ಠ益ಠ), (╯°□°)╯
    case angry = 3
    /// (°Д°), (⊙o⊙)
    case surprised = 4
    /// A face that shows none of these: (-_-), (=_=)
    case other = 5

    /// The most characters between the brackets.
    private static let longestFace = 14

    /// The first face of a normalised text.
    static func first(in text: UnsafeBufferPointer<UInt8>) -> Kaomoji {
        var index = 0
        while index < text.count {
            if text[index] == 0x28 {
                let face = face(in: text, after: index &+ 1)
                if face != .none {
                    return face
                }
            }
            index &+= 1
        }
        return .none
    }

    /// The face whose opening bracket stands just before an index.
    private static func face(in text: UnsafeBufferPointer<UInt8>, after start: Int) -> Kaomoji {
        var features = Features()
        var index = start
        var characters = 0
        while index < text.count && characters <= longestFace {
            let first = UInt32(text[index])
            if first == 0x29 {
                return features.verdict
            }
            let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            guard index &+ length <= text.count, length < 4 else { return .none }
            let point =
                switch length {
                case 1: first
                case 2: (first & 0x1F) << 6 | UInt32(text[index &+ 1] & 0x3F)
                default:
                    (first & 0x0F) << 12 | UInt32(text[index &+ 1] & 0x3F) << 6 | UInt32(text[index &+ 2] & 0x3F)
                }
            features.add(point)
            characters += 1
            index &+= length
        }
        return .none
    }

    /// What has been seen between the brackets so far.
    private struct Features {
        var eyes = 0
        var mouths = 0
        var words = 0
        var sad = 0
        var angry = 0
        var joyful = 0
        var round = 0
        var angles = 0

        mutating func add(_ point: UInt32) {
            guard let scalar = Unicode.Scalar(point) else { return }
            switch scalar {
            case "≧", "≦", "^", "◕", "✿", "♪", "☆", "★", "✧", "❤", "˘", "⌒", "♡":
                eyes += 1
                joyful += 1
            case "▽", "∀", "ω", "◡", "‿", "ヮ", "∇", "ᴗ", "ε":
                mouths += 1
                joyful += 1
            case ";", "╥", "ಥ", "┬", "っ", "つ", "ｔ", "t", "q", "ㅠ":
                eyes += 1
                sad += 1
            case ">", "<":
                // One alone is a wink or a hand.
                eyes += 1
                angles += 1
            case "﹏", "︿", "へ", "⌓", "︵":
                mouths += 1
                sad += 1
            case "ಠ", "╬", "凸", "#", "╯", "눈", "メ":
                eyes += 1
                angry += 1
            case "益", "皿":
                mouths += 1
                angry += 2
            case "°", "⊙", "◎", "☉", "゜", "゚", "○", "●", "◉", "o", "0":
                eyes += 1
                round += 1
            case "д", "□", "口", "ロ", "△", "ﾛ":
                mouths += 1
                round += 1
            case "´", "`", "・", "•", "·", "=", "-", "￣", "*", "。", "'", "\"", "¯", "~", "x", "@", "．", "|", "ˊ", "ˋ":
                eyes += 1
            case "_", ".", "3", "人", "ー", "w", "v":
                mouths += 1
            default:
                words += 1
            }
        }

        var verdict: Kaomoji {
            guard eyes >= 2, mouths >= 1 || round >= 3, words <= 2 else { return .none }
            if angry > 0 && (angry >= 2 || round > 0) {
                return .angry
            }
            let sad = sad + (angles >= 2 ? 2 : 0)
            if sad >= 2 || (sad == 1 && joyful <= 1) {
                return .sad
            }
            if joyful > 0 {
                return .joy
            }
            return round >= 2 ? .surprised : .other
        }
    }
}
