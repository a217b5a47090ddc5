import SentimentModel

/// The fields of one comment while its object is read: the first of duplicate keys wins.
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
    private var isInvalid = false
    private var room: TextRange?
    private var text: TextRange?
    private var textHasControls = false
    private var id = TextRange.empty
    private var idIsInteger = false
    private var uid = TextRange.empty
    private var name = TextRange.empty
    private var price = TextRange.empty
    private var sentAt = DecodedComment.absentTime
    private var kind = CommentKind.chat

    init() {}

    /// Reads the value of a key, or passes over it.
    @inline(__always)
    mutating func read(_ key: UInt64, from scanner: inout JSONScanner) throws(JSONScanner.Failure) {
        let byte = scanner.nextAfterBlanks()
        switch key {
        case Key.text where isFirst(.text):
            if let token = try string(byte, &scanner) {
                text = TextRange(start: token.start, count: token.count)
                textHasControls = token.hasControls
            }
        case Key.room where isFirst(.room):
            if let token = try string(byte, &scanner) {
                room = TextRange(start: token.start, count: token.count)
            }
        case Key.id where isFirst(.id):
            (id, idIsInteger) = try identifier(byte, &scanner)
        case Key.uid where isFirst(.uid):
            uid = try identifier(byte, &scanner).range
        case Key.name where isFirst(.name):
            if let token = try string(byte, &scanner) {
                name = CommentText.cut(CommentText.cleaned(token, in: scanner.base), in: scanner.base)
            }
        case Key.sentAt where isFirst(.sentAt):
            try time(byte, &scanner)
        case Key.kind where isFirst(.kind):
            if let token = try string(byte, &scanner) {
                kind = CommentKind(UnsafeBufferPointer(start: scanner.base + token.start, count: token.count))
            }
        case Key.price where isFirst(.price):
            try amount(byte, &scanner)
        default:
            try scanner.skipValue()
        }
    }

    /// The comment that was read, or what is wrong with it.
    @inline(__always)
    mutating func comment(
        in scanner: JSONScanner,
        fixedRoom: CommentDecoder.FixedRoom?,
        item: UInt64
    ) -> Result<DecodedComment, CommentError> {
        guard !isInvalid else {
            return .failure(.invalidField)
        }
        let hash: UInt64
        switch resolveRoom(in: scanner, fixedRoom: fixedRoom) {
        case .success(let value): hash = value
        case .failure(let error): return .failure(error)
        }
        guard let raw = text else {
            return .failure(.textMissing)
        }
        let text = CommentText.trim(raw, hasControls: textHasControls, in: scanner.base)
        guard !text.isEmpty else {
            return .failure(.textEmpty)
        }
        guard text.count <= CommentDecoder.maxTextBytes else {
            return .failure(.textTooLong)
        }
        var comment = DecodedComment(room: room ?? .empty, roomHash: hash, text: text, item: item)
        comment.id = id
        comment.idIsInteger = idIsInteger
        comment.uid = uid
        comment.name = name
        comment.price = price
        comment.sentAt = sentAt
        comment.kind = kind
        return .success(comment)
    }

    @inline(__always)
    private mutating func resolveRoom(
        in scanner: JSONScanner,
        fixedRoom: CommentDecoder.FixedRoom?
    ) -> Result<UInt64, CommentError> {
        let given = room.map { UnsafeBufferPointer(start: scanner.base + Int($0.start), count: Int($0.count)) }
        if let fixedRoom {
            if let given, !given.elementsEqual(fixedRoom.name) {
                return .failure(.roomMismatch)
            }
            room = TextRange(start: 0, count: fixedRoom.name.count)
            return .success(fixedRoom.hash)
        }
        guard let given else {
            return .failure(.roomMissing)
        }
        return RoomName.isValid(given) ? .success(roomHash(given)) : .failure(.roomInvalid)
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
    ) throws(JSONScanner.Failure) -> JSONScanner.StringToken? {
        guard byte == UInt8(ascii: "\"") else {
            try refuse(byte, &scanner)
            return nil
        }
        return try scanner.string()
    }

    /// Passes over a value of the wrong type; `null` counts as absent.
    private mutating func refuse(_ byte: UInt8, _ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
        isInvalid = isInvalid || byte != UInt8(ascii: "n")
        try scanner.skipValue()
    }

    /// Reads a string or an integer of at most 128 bytes.
    @inline(__always)
    private mutating func identifier(
        _ byte: UInt8,
        _ scanner: inout JSONScanner
    ) throws(JSONScanner.Failure) -> (range: TextRange, isInteger: Bool) {
        var range = TextRange.empty
        var isInteger = false
        if Self.beginsNumber(byte) {
            let token = try scanner.number()
            range = TextRange(start: token.start, count: token.count)
            isInteger = true
            isInvalid = isInvalid || !token.isInteger
        } else if let token = try string(byte, &scanner) {
            range = CommentText.cleaned(token, in: scanner.base)
        }
        isInvalid = isInvalid || range.count > CommentDecoder.maxIdentifierBytes
        return (range, isInteger)
    }

    private mutating func amount(_ byte: UInt8, _ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
        guard Self.beginsNumber(byte) else {
            return try refuse(byte, &scanner)
        }
        let token = try scanner.number()
        price = TextRange(start: token.start, count: token.count)
        isInvalid = isInvalid || !CommentNumber.isAmount(token, in: scanner.base)
    }

    private mutating func time(_ byte: UInt8, _ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
        guard Self.beginsNumber(byte) else {
            return try refuse(byte, &scanner)
        }
        let token = try scanner.number()
        if let value = CommentNumber.integer(token, in: scanner.base), value != DecodedComment.absentTime {
            sentAt = value
        } else {
            isInvalid = true
        }
    }

    @inline(__always)
    private static func beginsNumber(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "-")
    }
}
