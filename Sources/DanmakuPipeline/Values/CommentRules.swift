import SentimentModel

/// The rules of a comment ("A comment" of the contract), applied to the fields as a source has found them.
///
/// Every source goes through here, whatever its format. Strings lie in a buffer of the source's and are well-formed UTF-8;
/// they are put in order in their place, so that nothing is copied or allocated. A field that is never given is absent.
///
/// Of several faults `invalid_field` is told first, then those of `room`, then those of `text`.
struct CommentRules {
    /// The most bytes of a text, trimmed.
    static let maxTextBytes = 1024
    /// The most bytes of `id` and `uid`.
    static let maxIdentifierBytes = 128
    /// Where `name` is cut.
    static let maxNameBytes = 64
    /// The most bytes of a `price`.
    static let maxPriceBytes = 32

    private var isInvalid = false
    private var room: TextRange?
    private var text: FoundString?
    private var id = TextRange.empty
    private var idIsInteger = false
    private var uid = TextRange.empty
    private var name = TextRange.empty
    private var price = TextRange.empty
    private var sentAt = DecodedComment.absentTime
    private var kind = CommentKind.chat

    init() {}

    /// A field has the wrong type or is out of its range.
    mutating func refuse() {
        isInvalid = true
    }

    /// The room, if it is not known from elsewhere.
    @inline(__always)
    mutating func setRoom(_ found: FoundString) {
        room = found.range
    }

    /// The text.
    @inline(__always)
    mutating func setText(_ found: FoundString) {
        text = found
    }

    /// The id: a string, or the digits of an integer.
    @inline(__always)
    mutating func setID(_ found: FoundString, isInteger: Bool, in buffer: inout MutableSpan<UInt8>) {
        id = identifier(found, in: &buffer)
        idIsInteger = isInteger
    }

    /// The uid: a string, or the digits of an integer.
    @inline(__always)
    mutating func setUID(_ found: FoundString, in buffer: inout MutableSpan<UInt8>) {
        uid = identifier(found, in: &buffer)
    }

    /// The author's name; what is too long is cut.
    @inline(__always)
    mutating func setName(_ found: FoundString, in buffer: inout MutableSpan<UInt8>) {
        let cleaned = CommentText.cleaned(found, in: &buffer)
        name = CommentText.cut(cleaned, to: Self.maxNameBytes, in: buffer.span)
    }

    /// The kind by its name on the wire; an unknown one is ``CommentKind/chat``.
    @inline(__always)
    mutating func setKind(_ found: FoundString, in buffer: Span<UInt8>) {
        setKind(CommentKind(buffer.extracting(unchecked: found.range.indices)))
    }

    /// The kind.
    @inline(__always)
    mutating func setKind(_ kind: CommentKind) {
        self.kind = kind
    }

    /// The source's own time in milliseconds since 1970; `nil` for a number that is not one of 64 bits.
    @inline(__always)
    mutating func setTime(_ milliseconds: Int64?) {
        if let milliseconds, milliseconds != DecodedComment.absentTime {
            sentAt = milliseconds
        } else {
            isInvalid = true
        }
    }

    /// The price: a number as JSON writes it.
    mutating func setPrice(_ number: TextRange, in buffer: Span<UInt8>) {
        price = number
        isInvalid = isInvalid || !Self.isAmount(buffer.extracting(unchecked: number.indices))
    }

    /// The comment, or what is wrong with it.
    ///
    /// - Parameters:
    ///   - buffer: What all fields lie in.
    ///   - fixedRoom: A room that is known from elsewhere; its name has to stand at the very front of the buffer.
    ///   - item: The line or index, for ``DecodedComment/item``.
    /// - Returns: The comment, or the first fault.
    @inline(__always)
    func comment(
        in buffer: inout MutableSpan<UInt8>,
        fixedRoom: RoomName?,
        item: UInt64
    ) -> Result<DecodedComment, CommentError> {
        guard !isInvalid else {
            return .failure(.invalidField)
        }
        let roomRange: TextRange
        let hash: UInt64
        if let fixedRoom {
            if let room, !fixedRoom.isEqual(to: buffer.span.extracting(unchecked: room.indices)) {
                return .failure(.roomMismatch)
            }
            roomRange = TextRange(start: 0, count: fixedRoom.bytes.count)
            hash = fixedRoom.hash
        } else {
            guard let room else {
                return .failure(.roomMissing)
            }
            guard let value = RoomName.hash(of: buffer.span.extracting(unchecked: room.indices)) else {
                return .failure(.roomInvalid)
            }
            roomRange = room
            hash = value
        }
        guard let raw = text else {
            return .failure(.textMissing)
        }
        let text = CommentText.trimmed(raw, in: &buffer)
        guard !text.isEmpty else {
            return .failure(.textEmpty)
        }
        guard text.count <= Self.maxTextBytes else {
            return .failure(.textTooLong)
        }
        var comment = DecodedComment(room: roomRange, roomHash: hash, text: text, item: item)
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
    private mutating func identifier(_ found: FoundString, in buffer: inout MutableSpan<UInt8>) -> TextRange {
        let range = CommentText.cleaned(found, in: &buffer)
        isInvalid = isInvalid || range.count > Self.maxIdentifierBytes
        return range
    }

    /// Whether a number is short, and small enough for every reader's floating point: an exponent of two digits.
    private static func isAmount(_ number: Span<UInt8>) -> Bool {
        guard number.count <= maxPriceBytes else {
            return false
        }
        var digits = 0
        var isExponent = false
        for index in 0..<number.count {
            let byte = number[unchecked: index]
            if byte | 0x20 == UInt8(ascii: "e") {
                isExponent = true
            } else if isExponent, byte &- UInt8(ascii: "0") < 10, digits > 0 || byte != UInt8(ascii: "0") {
                digits += 1
            }
        }
        return digits <= 2
    }
}

/// A string of a comment where its source has put it: well-formed UTF-8, and not yet put in order.
struct FoundString {
    /// Where it lies.
    var range: TextRange
    /// Whether it may hold a C0 control, DEL or a C1 control.
    var hasControls: Bool

    @inline(__always)
    init(_ range: TextRange, hasControls: Bool) {
        self.range = range
        self.hasControls = hasControls
    }
}
