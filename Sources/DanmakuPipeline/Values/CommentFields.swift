/// Where the variable fields of one comment lie: one run of bytes, in the order text, id, name, uid, price.
///
/// Sixteen bytes instead of five ranges, because hundreds of thousands of these wait in queues and in the log.
package struct CommentFields: Sendable, Equatable {
    /// The offset of the run in its buffer.
    package var start: UInt32
    /// Bytes of text, 1…1,024.
    package var textCount: UInt16
    /// Bytes of id, 0…128.
    package var idCount: UInt8
    /// Bytes of name, 0…64.
    package var nameCount: UInt8
    /// Bytes of uid, 0…128; only kept where `privacy.expose-uid` is on.
    package var uidCount: UInt8
    /// Bytes of price, 0…32.
    package var priceCount: UInt8
    /// Whether the id was a JSON integer.
    package var idIsInteger: Bool
    /// The kind.
    package var kind: CommentKind

    /// Creates the fields of a comment.
    package init(
        start: Int,
        textCount: Int,
        idCount: Int = 0,
        nameCount: Int = 0,
        uidCount: Int = 0,
        priceCount: Int = 0,
        idIsInteger: Bool = false,
        kind: CommentKind = .chat
    ) {
        self.start = UInt32(start)
        self.textCount = UInt16(textCount)
        self.idCount = UInt8(idCount)
        self.nameCount = UInt8(nameCount)
        self.uidCount = UInt8(uidCount)
        self.priceCount = UInt8(priceCount)
        self.idIsInteger = idIsInteger
        self.kind = kind
    }

    /// The text, as indices of the buffer.
    @inlinable
    package var text: Range<Int> {
        Int(start)..<(Int(start) + Int(textCount))
    }

    /// The id, as indices of the buffer; empty if absent.
    @inlinable
    package var id: Range<Int> {
        text.upperBound..<(text.upperBound + Int(idCount))
    }

    /// The name, as indices of the buffer; empty if absent.
    @inlinable
    package var name: Range<Int> {
        id.upperBound..<(id.upperBound + Int(nameCount))
    }

    /// The uid, as indices of the buffer; empty if absent or not exposed.
    @inlinable
    package var uid: Range<Int> {
        name.upperBound..<(name.upperBound + Int(uidCount))
    }

    /// The price, as indices of the buffer; empty if absent.
    @inlinable
    package var price: Range<Int> {
        uid.upperBound..<(uid.upperBound + Int(priceCount))
    }

    /// The whole run, as indices of the buffer.
    @inlinable
    package var all: Range<Int> {
        Int(start)..<price.upperBound
    }
}
