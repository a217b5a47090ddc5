import SentimentModel

/// Reads the members of one comment's object and hands them to the ``CommentRules``: the first of duplicate keys wins.
struct CommentFieldSet {
    /// The keys that mean something, as little-endian words of their bytes.
    enum Key {
        static let room: UInt64 = 0x6D6F_6F72
        static let text: UInt64 = 0x7478_6574
        static let id: UInt64 = 0x6469
        static let uid: UInt64 = 0x64_6975
        static let name: UInt64 = 0x656D_616E
        static let sentAt: UInt64 = 0x7441_746E_6573
        static let kind: UInt64 = 0x646E_696B
        static let price: UInt64 = 0x65_6369_7270

        /// Whether a word is one of these keys.
        @inline(__always)
        static func isKnown(_ word: UInt64) -> Bool {
            switch word {
            case room, text, id, uid, name, sentAt, kind, price: true
            default: false
            }
        }
    }

    /// A set of fields.
    private struct Fields: OptionSet {
        let rawValue: UInt8
        static let room = Fields(rawValue: 1)
        static let text = Fields(rawValue: 2)
        static let id = Fields(rawValue: 4)
        static let uid = Fields(rawValue: 8)
        static let name = Fields(rawValue: 16)
        static let sentAt = Fields(rawValue: 32)
        static let kind = Fields(rawValue: 64)
        static let price = Fields(rawValue: 128)
    }

    private var seen: Fields = []
    private var rules = CommentRules()

    init() {}

    /// Reads the value of a key, or passes over it.
    @inline(__always)
    mutating func read(_ key: UInt64, from scanner: inout JSONScanner) throws(JSONScanner.Failure) {
        let byte = scanner.nextAfterBlanks()
        switch key {
        case Key.text where isFirst(.text):
            if let found = try string(byte, &scanner) {
                rules.setText(found)
            }
        case Key.room where isFirst(.room):
            if let found = try string(byte, &scanner) {
                rules.setRoom(found)
            }
        case Key.id where isFirst(.id):
            if let (found, isInteger) = try identifier(byte, &scanner) {
                scanner.withBuffer { rules.setID(found, isInteger: isInteger, in: &$0) }
            }
        case Key.uid where isFirst(.uid):
            if let (found, _) = try identifier(byte, &scanner) {
                scanner.withBuffer { rules.setUID(found, in: &$0) }
            }
        case Key.name where isFirst(.name):
            if let found = try string(byte, &scanner) {
                scanner.withBuffer { rules.setName(found, in: &$0) }
            }
        case Key.sentAt where isFirst(.sentAt):
            try time(byte, &scanner)
        case Key.kind where isFirst(.kind):
            if let found = try string(byte, &scanner) {
                scanner.withBuffer { rules.setKind(found, in: $0.span) }
            }
        case Key.price where isFirst(.price):
            try amount(byte, &scanner)
        default:
            try scanner.skipValue()
        }
    }

    /// The comment that was read, or what is wrong with it.
    @inline(__always)
    func comment(
        in scanner: JSONScanner,
        fixedRoom: RoomName?,
        item: UInt64
    ) -> Result<DecodedComment, CommentError> {
        scanner.withBuffer { rules.comment(in: &$0, fixedRoom: fixedRoom, item: item) }
    }

    @inline(__always)
    private mutating func isFirst(_ field: Fields) -> Bool {
        seen.insert(field).inserted
    }

    /// Reads a string; a value of another type is passed over, and is wrong unless it is `null`.
    @inline(__always)
    private mutating func string(
        _ byte: UInt8,
        _ scanner: inout JSONScanner
    ) throws(JSONScanner.Failure) -> FoundString? {
        guard byte == UInt8(ascii: "\"") else {
            try refuse(byte, &scanner)
            return nil
        }
        let token = try scanner.string()
        return FoundString(TextRange(start: token.start, count: token.count), hasControls: token.hasControls)
    }

    /// Passes over a value of the wrong type; `null` counts as absent.
    private mutating func refuse(_ byte: UInt8, _ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
        if byte != UInt8(ascii: "n") {
            rules.refuse()
        }
        try scanner.skipValue()
    }

    /// Reads a string or an integer.
    @inline(__always)
    private mutating func identifier(
        _ byte: UInt8,
        _ scanner: inout JSONScanner
    ) throws(JSONScanner.Failure) -> (found: FoundString, isInteger: Bool)? {
        guard Self.beginsNumber(byte) else {
            return try string(byte, &scanner).map { ($0, false) }
        }
        let token = try scanner.number()
        if !token.isInteger {
            rules.refuse()
        }
        return (FoundString(TextRange(start: token.start, count: token.count), hasControls: false), true)
    }

    private mutating func amount(_ byte: UInt8, _ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
        guard Self.beginsNumber(byte) else {
            return try refuse(byte, &scanner)
        }
        let token = try scanner.number()
        scanner.withBuffer { rules.setPrice(TextRange(start: token.start, count: token.count), in: $0.span) }
    }

    private mutating func time(_ byte: UInt8, _ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
        guard Self.beginsNumber(byte) else {
            return try refuse(byte, &scanner)
        }
        let token = try scanner.number()
        rules.setTime(scanner.integer(token))
    }

    @inline(__always)
    private static func beginsNumber(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "-")
    }
}
