/// The binary form of log entries, for a log that several processes or runs share.
///
/// A record is one entry before it has a sequence: a byte with the version, the room's name, a byte with the kind, the body.
/// Integers are LEB128 in their shortest form, signed ones folded (0, −1, 1, −2, …); texts and lists have their count before
/// them. What is decoded encodes to the same bytes. The receipts of results are left out, because they are times of one
/// process's clock.
///
/// Decoding trusts nothing: it never traps, whatever the bytes are, and takes memory in proportion to them. It checks all that
/// encoding a frame relies on: the room's name, UTF-8, ascending indices, ranges.
package enum EntryCodec {
    /// The version that is written, and the only one that is read.
    package static let version: UInt8 = 1
    /// The most bytes of a record: far more than a flush, far less than the offsets within a block can name.
    package static let maxBytes = 16 << 20

    /// The kinds of entries on disk and on the wire.
    enum Kind: UInt8 {
        case results = 1
        case mood = 2
        case alert = 3
    }

    /// The bits of a result's first byte.
    enum ResultFlags {
        static let kind: UInt8 = 0b0000_0111
        static let idIsInteger: UInt8 = 0b0000_1000
        static let isScored: UInt8 = 0b0001_0000
        static let isFallback: UInt8 = 0b0010_0000
        static let hasSentAt: UInt8 = 0b0100_0000
        static let hasUser: UInt8 = 0b1000_0000
    }

    /// The bits of a verdict's first byte.
    enum SentimentFlags {
        static let label: UInt8 = 0b0000_0011
        static let emotion: UInt8 = 0b0001_1100
        static let emotionShift: UInt8 = 2
        static let affective: UInt8 = 0b0010_0000
        static let all = label | emotion | affective
    }

    /// The bits of a mood's first byte.
    enum MoodFlags {
        static let isFull: UInt8 = 0b001
        static let degraded: UInt8 = 0b010
        static let hasMood: UInt8 = 0b100
        static let all = isFull | degraded | hasMood
    }

    /// The record of an entry.
    package static func encode(_ draft: EntryDraft) -> [UInt8] {
        var writer = RecordWriter(capacity: 128 + draft.content.footprint / 2)
        writer.byte(version)
        writer.text(draft.room[...])
        switch draft.content {
        case .results(let results):
            writer.byte(Kind.results.rawValue)
            encode(results, into: &writer)
        case .mood(let snapshot, let detail):
            writer.byte(Kind.mood.rawValue)
            encode(snapshot, detail, into: &writer)
        case .alert(let alert):
            writer.byte(Kind.alert.rawValue)
            encode(alert, into: &writer)
        }
        return writer.bytes
    }

    /// The entry of a record.
    ///
    /// - Parameter bytes: One record, and nothing after it.
    /// - Returns: The entry, without receipts.
    /// - Throws: What is wrong with the record, and where.
    package static func decode(_ bytes: [UInt8]) throws(EntryDecodingError) -> EntryDraft {
        var reader = RecordReader(bytes)
        guard bytes.count <= maxBytes else {
            throw reader.error(.tooLong)
        }
        let version = try reader.byte()
        guard version == Self.version else {
            throw reader.error(.unsupportedVersion(version))
        }
        let room = Array(bytes[try reader.text()])
        guard RoomName(room) != nil else {
            throw reader.error(.invalidRoom)
        }
        let kind = try reader.byte()
        let content: EntryContent
        switch Kind(rawValue: kind) {
        case .results: content = .results(try decodeResults(&reader))
        case .mood: content = try decodeMood(&reader)
        case .alert: content = .alert(try decodeAlert(&reader))
        case nil: throw reader.error(.unknownKind(kind))
        }
        guard reader.isAtEnd else {
            throw reader.error(.trailingBytes)
        }
        return EntryDraft(room: room, content: content)
    }
}

/// What is wrong with a record, and where.
package struct EntryDecodingError: Error, Equatable, CustomStringConvertible {
    /// What is wrong.
    package enum Code: Sendable, Equatable {
        /// The record ends before the entry does.
        case truncated
        /// More follows the entry.
        case trailingBytes
        /// The record is longer than ``EntryCodec/maxBytes``.
        case tooLong
        /// A version that this program does not know.
        case unsupportedVersion(UInt8)
        /// A kind of entry that this program does not know.
        case unknownKind(UInt8)
        /// A number is above its range, or not in its shortest form.
        case invalidNumber
        /// A flag or a case that does not exist.
        case invalidFlags
        /// An index that does not exist, or that does not ascend.
        case invalidIndex
        /// A text is not UTF-8.
        case invalidText
        /// The room's name is not valid.
        case invalidRoom
    }

    /// What is wrong.
    package let code: Code
    /// The byte after which it was noticed.
    package let offset: Int

    /// Creates an error.
    package init(code: Code, offset: Int) {
        self.code = code
        self.offset = offset
    }

    package var description: String {
        "log entry: \(code) at byte \(offset)"
    }
}
