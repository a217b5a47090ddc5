import SentimentModel

extension EntryCodec {
    /// The least bytes of a result: its flags, two numbers and five counts.
    private static let minResultBytes = 8

    static func encode(_ results: PublishedResults, into writer: inout RecordWriter) {
        let block = results.block
        writer.unsigned(UInt64(block.results.count))
        var receivedAt: Int64 = 0
        for result in block.results {
            encode(result, after: receivedAt, into: &writer)
            writer.raw(block.bytes[result.fields.all])
            receivedAt = result.receivedAt
        }
        writer.unsigned(UInt64(results.displayed.count))
        for displayed in results.displayed {
            writer.unsigned(UInt64(displayed.index))
            writer.unsigned(UInt64(displayed.repeats))
        }
        writer.unsigned(UInt64(results.omitted))
    }

    private static func encode(_ result: CommentResult, after receivedAt: Int64, into writer: inout RecordWriter) {
        let fields = result.fields
        var flags = fields.kind.rawValue
        flags |= fields.idIsInteger ? ResultFlags.idIsInteger : 0
        flags |= result.sentiment != nil ? ResultFlags.isScored : 0
        flags |= result.isFallback ? ResultFlags.isFallback : 0
        flags |= result.sentAt != DecodedComment.absentTime ? ResultFlags.hasSentAt : 0
        flags |= result.user != 0 ? ResultFlags.hasUser : 0
        writer.byte(flags)
        writer.unsigned(result.seq)
        // A difference, because comments of one flush come within milliseconds.
        writer.signed(result.receivedAt &- receivedAt)
        if result.sentAt != DecodedComment.absentTime {
            writer.signed(result.sentAt &- result.receivedAt)
        }
        if result.user != 0 {
            writer.fixed(result.user)
        }
        if let sentiment = result.sentiment {
            var flags = sentiment.label.rawValue | sentiment.emotion.rawValue << SentimentFlags.emotionShift
            flags |= sentiment.affective ? SentimentFlags.affective : 0
            writer.byte(flags)
            writer.signed(Int64(sentiment.score))
            writer.unsigned(UInt64(sentiment.confidence))
        }
        writer.unsigned(UInt64(fields.textCount))
        writer.byte(fields.idCount)
        writer.byte(fields.nameCount)
        writer.byte(fields.uidCount)
        writer.byte(fields.priceCount)
    }

    static func decodeResults(_ reader: inout RecordReader) throws(EntryDecodingError) -> PublishedResults {
        let count = try reader.count(of: minResultBytes)
        var block = ResultBlock()
        block.results.reserveCapacity(count)
        var receivedAt: Int64 = 0
        for _ in 0..<count {
            let result = try decodeResult(after: receivedAt, &reader)
            block.append(result, fieldsFrom: reader.bytes)
            receivedAt = result.receivedAt
        }
        var displayed: [PublishedResults.Displayed] = []
        let shown = try reader.count(of: 2)
        displayed.reserveCapacity(shown)
        for _ in 0..<shown {
            let index = try reader.unsigned(through: UInt64(UInt32.max))
            let repeats = try reader.unsigned(through: UInt64(UInt32.max))
            guard index < count, displayed.last.map({ $0.index < index }) ?? true else {
                throw reader.error(.invalidIndex)
            }
            guard repeats > 0 else {
                throw reader.error(.invalidNumber)
            }
            displayed.append(.init(index: UInt32(index), repeats: UInt32(repeats)))
        }
        // An entry that shows nothing at `display` says nothing there.
        let omitted = try reader.unsigned(through: displayed.isEmpty ? 0 : UInt64(UInt32.max))
        return PublishedResults(block: block, displayed: displayed, omitted: UInt32(omitted), receipts: [])
    }

    private static func decodeResult(
        after previous: Int64,
        _ reader: inout RecordReader
    ) throws(EntryDecodingError) -> CommentResult {
        let flags = try reader.byte()
        guard let kind = CommentKind(rawValue: flags & ResultFlags.kind) else {
            throw reader.error(.invalidFlags)
        }
        let seq = try reader.unsigned()
        let receivedAt = previous &+ (try reader.signed())
        var sentAt = DecodedComment.absentTime
        if flags & ResultFlags.hasSentAt != 0 {
            sentAt = receivedAt &+ (try reader.signed())
            guard sentAt != DecodedComment.absentTime else {
                throw reader.error(.invalidNumber)
            }
        }
        var user: UInt64 = 0
        if flags & ResultFlags.hasUser != 0 {
            user = try reader.fixed()
            guard user != 0 else {
                throw reader.error(.invalidNumber)
            }
        }
        let sentiment = try flags & ResultFlags.isScored != 0 ? decodeSentiment(&reader) : nil
        let counts = (
            text: Int(try reader.unsigned(through: UInt64(UInt16.max))), id: Int(try reader.byte()),
            name: Int(try reader.byte()), uid: Int(try reader.byte()), price: Int(try reader.byte())
        )
        let fields = CommentFields(
            start: reader.position,
            textCount: counts.text,
            idCount: counts.id,
            nameCount: counts.name,
            uidCount: counts.uid,
            priceCount: counts.price,
            idIsInteger: flags & ResultFlags.idIsInteger != 0,
            kind: kind
        )
        _ = try reader.text(counts.text)
        let id = try reader.text(counts.id)
        _ = try reader.text(counts.name)
        _ = try reader.text(counts.uid)
        let price = try reader.text(counts.price)
        // A frame takes these two as they are.
        guard !fields.idIsInteger || id.isEmpty || reader.isNumber(id), price.isEmpty || reader.isNumber(price) else {
            throw reader.error(.invalidNumber)
        }
        return CommentResult(
            fields: fields,
            seq: seq,
            receivedAt: receivedAt,
            sentAt: sentAt,
            user: user,
            sentiment: sentiment,
            isFallback: flags & ResultFlags.isFallback != 0
        )
    }

    private static func decodeSentiment(_ reader: inout RecordReader) throws(EntryDecodingError) -> Sentiment {
        let flags = try reader.byte()
        let emotionBits = (flags & SentimentFlags.emotion) >> SentimentFlags.emotionShift
        guard flags & ~SentimentFlags.all == 0, let label = Sentiment.Label(rawValue: flags & SentimentFlags.label),
            let emotion = Sentiment.Emotion(rawValue: emotionBits)
        else {
            throw reader.error(.invalidFlags)
        }
        let score = try reader.signed()
        guard (-1000...1000).contains(score) else {
            throw reader.error(.invalidNumber)
        }
        let confidence = try reader.unsigned(through: 1000)
        return Sentiment(
            label: label,
            emotion: emotion,
            score: Int16(score),
            confidence: UInt16(confidence),
            affective: flags & SentimentFlags.affective != 0
        )
    }
}
