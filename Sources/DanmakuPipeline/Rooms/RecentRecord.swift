import SentimentModel

/// How a result is laid out in the ring.
enum RecentRecord {
    private static let length = 2
    private static let counts = 6
    private static let flags = 2
    private static let time = 6
    private static let user = 8
    private static let verdict = 4

    /// The bits of the flags.
    private enum Flag {
        /// Three bits.
        static let kind: UInt64 = 0
        static let idIsInteger: UInt64 = 3
        static let isFallback: UInt64 = 4
        static let isScored: UInt64 = 5
        static let hasUser: UInt64 = 6
        static let affective: UInt64 = 7
        /// Two bits.
        static let label: UInt64 = 8
        /// Three bits.
        static let emotion: UInt64 = 10
        /// Two bits.
        static let sentForm: UInt64 = 13
    }

    /// How `sentAt` is kept.
    private enum SentForm: UInt64 {
        case absent = 0
        /// As the difference from `receivedAt`: within 24 days.
        case near = 1
        case far = 2

        init(_ result: CommentResult) {
            if result.sentAt == DecodedComment.absentTime {
                self = .absent
            } else if let difference = SentForm.difference(result), Int32(exactly: difference) != nil {
                self = .near
            } else {
                self = .far
            }
        }

        static func difference(_ result: CommentResult) -> Int64? {
            let (difference, overflow) = result.sentAt.subtractingReportingOverflow(result.receivedAt)
            return overflow ? nil : difference
        }

        var size: Int {
            switch self {
            case .absent: 0
            case .near: 4
            case .far: 8
            }
        }
    }

    /// Everything but the fields, which follow it in the ring.
    struct Header {
        /// Room for the longest header, and for the word that may reach beyond it.
        private(set) var bytes = InlineArray<44, UInt8>(repeating: 0)
        /// How many of the bytes are the header.
        private(set) var count = length

        /// Lays out the header of a result.
        init(_ result: CommentResult) {
            let fields = result.fields
            let sent = SentForm(result)
            append(
                UInt64(fields.textCount) | UInt64(fields.idCount) << 16 | UInt64(fields.nameCount) << 24
                    | UInt64(fields.uidCount) << 32 | UInt64(fields.priceCount) << 40,
                counts
            )
            append(RecentRecord.flags(of: result, sent), RecentRecord.flags)
            append(UInt64(bitPattern: result.receivedAt), time)
            switch sent {
            case .absent: break
            case .near: append(UInt64(bitPattern: result.sentAt - result.receivedAt), sent.size)
            case .far: append(UInt64(bitPattern: result.sentAt), sent.size)
            }
            if result.user != 0 {
                append(result.user, user)
            }
            if let sentiment = result.sentiment {
                append(UInt64(UInt16(bitPattern: sentiment.score)) | UInt64(sentiment.confidence) << 16, verdict)
            }
            let total = count + fields.all.count
            bytes[0] = UInt8(truncatingIfNeeded: total)
            bytes[1] = UInt8(truncatingIfNeeded: total >> 8)
        }

        /// Whole words are stored; the next one overwrites what was too much.
        private mutating func append(_ value: UInt64, _ size: Int) {
            var span = bytes.mutableSpan
            var raw = span.mutableBytes
            raw.storeBytes(of: value.littleEndian, toByteOffset: count, as: UInt64.self)
            count += size
        }
    }

    private static func flags(of result: CommentResult, _ sent: SentForm) -> UInt64 {
        var flagged = UInt64(result.fields.kind.rawValue) << Flag.kind | sent.rawValue << Flag.sentForm
        flagged |= bit(result.fields.idIsInteger, Flag.idIsInteger) | bit(result.isFallback, Flag.isFallback)
        flagged |= bit(result.user != 0, Flag.hasUser)
        if let sentiment = result.sentiment {
            flagged |= bit(true, Flag.isScored) | bit(sentiment.affective, Flag.affective)
            flagged |= UInt64(sentiment.label.rawValue) << Flag.label
            flagged |= UInt64(sentiment.emotion.rawValue) << Flag.emotion
        }
        return flagged
    }

    /// Reads a record whose length was read; the cursor is left at its fields.
    static func read(seq: UInt64, from ring: [UInt8], at cursor: inout RingCursor) -> CommentResult {
        let counted = cursor.read(counts, from: ring)
        let flagged = cursor.read(flags, from: ring)
        let isSet = { (flag: UInt64) in flagged >> flag & 1 == 1 }
        let receivedAt = Int64(cursor.read(time, from: ring))
        var sentAt = DecodedComment.absentTime
        switch SentForm(rawValue: flagged >> Flag.sentForm & 3)! {
        case .absent: break
        case .near: sentAt = receivedAt + Int64(Int32(truncatingIfNeeded: cursor.read(4, from: ring)))
        case .far: sentAt = Int64(bitPattern: cursor.read(8, from: ring))
        }
        let author = isSet(Flag.hasUser) ? cursor.read(user, from: ring) : 0
        var sentiment: Sentiment?
        if isSet(Flag.isScored) {
            let numbers = cursor.read(verdict, from: ring)
            sentiment = Sentiment(
                label: Sentiment.Label(rawValue: UInt8(flagged >> Flag.label & 3))!,
                emotion: Sentiment.Emotion(rawValue: UInt8(flagged >> Flag.emotion & 7))!,
                score: Int16(truncatingIfNeeded: numbers),
                confidence: UInt16(truncatingIfNeeded: numbers >> 16),
                affective: isSet(Flag.affective)
            )
        }
        return CommentResult(
            fields: CommentFields(
                start: 0,
                textCount: Int(counted & 0xFFFF),
                idCount: Int(counted >> 16 & 0xFF),
                nameCount: Int(counted >> 24 & 0xFF),
                uidCount: Int(counted >> 32 & 0xFF),
                priceCount: Int(counted >> 40 & 0xFF),
                idIsInteger: isSet(Flag.idIsInteger),
                kind: CommentKind(rawValue: UInt8(flagged & 7))!
            ),
            seq: seq,
            receivedAt: receivedAt,
            sentAt: sentAt,
            user: author,
            sentiment: sentiment,
            isFallback: isSet(Flag.isFallback)
        )
    }

    private static func bit(_ value: Bool, _ position: UInt64) -> UInt64 {
        value ? 1 << position : 0
    }
}
