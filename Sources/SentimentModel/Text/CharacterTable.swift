/// What every character of the basic plane is normalised to, ready to be written out.
///
/// One look-up answers everything the normaliser's loop asks: the UTF-8 bytes to write, how many, the kind, and
/// whether a capital was folded. Characters above the basic plane are rare enough for arithmetic.
struct CharacterTable {
    /// Bits 0–23 the UTF-8 bytes, the first one lowest; 24–25 their number; 26–29 the kind; 30 "was a capital".
    typealias Entry = UInt32

    /// 65,536 entries, immutable once built.
    let entries: UnsafePointer<Entry>

    /// Built once, never freed: every batch of every thread reads it.
    nonisolated(unsafe) static let shared = CharacterTable()

    private static let capitalBit: Entry = 1 << 30

    private init() {
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: 0x10000)
        for point in 0..<UInt32(0x10000) {
            entries[Int(point)] = Self.entry(point)
        }
        func fold(_ source: UInt32, to target: UInt32) {
            entries[Int(source)] = entries[Int(target)]
        }
        for letter in UInt32(0x41)...0x5A {
            entries[Int(letter)] = Self.entry(letter + 0x20) | Self.capitalBit
        }
        for wide in UInt32(0xFF01)...0xFF5E {
            fold(wide, to: wide - 0xFEE0)
        }
        CharacterPairs.literal.withUTF8Buffer { utf8 in
            var source: UInt32?
            var index = 0
            while index < utf8.count {
                let (point, length) = Self.decode(utf8, at: index)
                index += length
                if point <= 0x20 {
                    continue
                }
                if let from = source {
                    fold(from, to: point)
                    source = nil
                } else {
                    source = point
                }
            }
        }
        for (source, target) in CharacterPairs.numbered {
            fold(UInt32(source), to: UInt32(target))
        }
        self.entries = UnsafePointer(entries)
    }

    /// The entry of a character that stands for itself.
    private static func entry(_ point: UInt32) -> Entry {
        let kind = CharacterKind.of(point)
        if kind == .dropped {
            return Entry(kind.rawValue) << 26
        }
        if kind == .space {
            return 0x20 | 1 << 24 | Entry(kind.rawValue) << 26
        }
        let bytes: UInt32
        let length: UInt32
        if point < 0x80 {
            bytes = point
            length = 1
        } else if point < 0x800 {
            bytes = (0xC0 | point >> 6) | (0x80 | point & 0x3F) << 8
            length = 2
        } else {
            bytes = (0xE0 | point >> 12) | (0x80 | point >> 6 & 0x3F) << 8 | (0x80 | point & 0x3F) << 16
            length = 3
        }
        return bytes | length << 24 | Entry(kind.rawValue) << 26
    }

    /// Decodes one character of at most three bytes of the valid UTF-8 of our own literal.
    private static func decode(_ utf8: UnsafeBufferPointer<UInt8>, at index: Int) -> (UInt32, Int) {
        let first = UInt32(utf8[index])
        if first < 0x80 {
            return (first, 1)
        }
        let second = UInt32(utf8[index + 1] & 0x3F)
        if first < 0xE0 {
            return ((first & 0x1F) << 6 | second, 2)
        }
        return ((first & 0x0F) << 12 | second << 6 | UInt32(utf8[index + 2] & 0x3F), 3)
    }

    /// What a character above the basic plane is normalised to: itself, or nothing, or a plain letter or digit.
    ///
    /// The mathematical alphabets, which decorated names and shouts are set in, become plain ones.
    static func fold(supplementary point: UInt32) -> UInt32 {
        switch point {
        case 0x1D400...0x1D6A3: 0x61 + (point - 0x1D400) % 26
        case 0x1D7CE...0x1D7FF: 0x30 + (point - 0x1D7CE) % 10
        default: point
        }
    }
}
