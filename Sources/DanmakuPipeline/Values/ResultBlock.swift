package import SentimentModel

/// One published comment with its verdict, compact: its texts lie in the bytes of its ``ResultBlock``.
package struct CommentResult: Sendable {
    /// Where its fields lie.
    package var fields: CommentFields
    /// The room's own count of published comments, from 1, without holes.
    package var seq: UInt64
    /// Milliseconds since 1970.
    package var receivedAt: Int64
    /// Milliseconds since 1970, or ``DecodedComment/absentTime``.
    package var sentAt: Int64
    /// The keyed hash of `uid`; 0 if it has none (a hash of the name is not a user).
    package var user: UInt64
    /// The verdict, or `nil` for kinds that are not scored.
    package var sentiment: Sentiment?
    /// Whether the fallback scorer gave the verdict.
    package var isFallback: Bool

    /// Creates a result.
    package init(
        fields: CommentFields,
        seq: UInt64,
        receivedAt: Int64,
        sentAt: Int64,
        user: UInt64,
        sentiment: Sentiment?,
        isFallback: Bool
    ) {
        self.fields = fields
        self.seq = seq
        self.receivedAt = receivedAt
        self.sentAt = sentAt
        self.user = user
        self.sentiment = sentiment
        self.isFallback = isFallback
    }
}

/// Results of one room in order, and the bytes of all their fields.
package struct ResultBlock: Sendable {
    /// The fields of all results.
    package var bytes: [UInt8] = []
    /// The results in ascending `seq`.
    package var results: [CommentResult] = []

    /// Creates an empty block.
    package init() {}

    /// Bytes of memory that the block's contents take.
    package var footprint: Int {
        bytes.count + results.count * MemoryLayout<CommentResult>.stride
    }

    /// Copies one result and its fields in from another buffer.
    package mutating func append(_ result: CommentResult, fieldsFrom source: [UInt8]) {
        var copy = result
        copy.fields.start = UInt32(bytes.count)
        bytes.append(contentsOf: source[result.fields.all])
        results.append(copy)
    }

    /// Appends one result as the JSON object of the contract ("A result").
    ///
    /// - Parameters:
    ///   - index: Which result.
    ///   - room: The room's name; it needs no escaping.
    ///   - writer: Where the object goes.
    package func encode(_ index: Int, room: [UInt8], into writer: inout JSONWriter) {
        let result = results[index]
        let fields = result.fields
        writer.raw("{\"seq\":")
        writer.integer(result.seq)
        if !fields.id.isEmpty {
            writer.raw(",\"id\":")
            if fields.idIsInteger {
                writer.raw(bytes[fields.id])
            } else {
                writer.string(bytes, fields.id)
            }
        }
        writer.raw(",\"room\":\"")
        writer.raw(room)
        writer.raw("\",\"text\":")
        writer.string(bytes, fields.text)
        if !fields.uid.isEmpty {
            writer.raw(",\"user\":")
            writer.string(bytes, fields.uid)
        } else if result.user != 0 {
            writer.raw(",\"user\":\"")
            Self.encodeUser(result.user, into: &writer)
            writer.raw("\"")
        }
        if !fields.name.isEmpty {
            writer.raw(",\"name\":")
            writer.string(bytes, fields.name)
        }
        writer.raw(",\"kind\":\"")
        writer.raw(fields.kind.name)
        writer.raw("\"")
        if !fields.price.isEmpty {
            writer.raw(",\"price\":")
            writer.raw(bytes[fields.price])
        }
        if result.sentAt != DecodedComment.absentTime {
            writer.raw(",\"sentAt\":")
            writer.integer(result.sentAt)
        }
        writer.raw(",\"receivedAt\":")
        writer.integer(result.receivedAt)
        if let sentiment = result.sentiment {
            writer.raw(",")
            writer.sentiment(sentiment)
            if result.isFallback {
                writer.raw(",\"source\":\"fallback\"")
            }
        }
        writer.raw("}")
    }

    /// Thirteen digits of base 32, so that 64 bits survive JavaScript's numbers.
    private static func encodeUser(_ user: UInt64, into writer: inout JSONWriter) {
        let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
        for digit in 0..<13 {
            writer.bytes.append(alphabet.utf8Start[Int((user >> (60 - 5 * UInt64(digit))) & 31)])
        }
    }
}
