extension EntryCodec {
    static func encode(_ snapshot: MoodSnapshot, _ detail: MoodSnapshot.Detail, into writer: inout RecordWriter) {
        var flags: UInt8 = 0
        flags |= detail == .full ? MoodFlags.isFull : 0
        flags |= snapshot.degraded ? MoodFlags.degraded : 0
        flags |= snapshot.mood != nil ? MoodFlags.hasMood : 0
        writer.byte(flags)
        writer.signed(snapshot.at)
        if let mood = snapshot.mood {
            writer.signed(Int64(mood))
        }
        for number in [
            snapshot.trend, snapshot.commentsPerSecond, snapshot.uniqueCommenters, snapshot.coverage,
            snapshot.totalComments, snapshot.totalPaid,
        ] {
            writer.signed(Int64(number))
        }
        writer.unsigned(UInt64(snapshot.windows.count))
        for window in snapshot.windows {
            for member in windowMembers {
                writer.signed(Int64(window[keyPath: member]))
            }
        }
        writer.unsigned(UInt64(snapshot.phrases.count))
        var start = 0
        for phrase in snapshot.phrases {
            writer.text(snapshot.phraseBytes[start..<phrase.end])
            writer.signed(Int64(phrase.count))
            writer.signed(Int64(phrase.mood))
            writer.byte(phrase.affective ? 1 : 0)
            start = phrase.end
        }
    }

    /// A mood and how much of it is shown.
    static func decodeMood(_ reader: inout RecordReader) throws(EntryDecodingError) -> EntryContent {
        let flags = try reader.byte()
        guard flags & ~MoodFlags.all == 0 else {
            throw reader.error(.invalidFlags)
        }
        var snapshot = MoodSnapshot(at: try reader.signed())
        if flags & MoodFlags.hasMood != 0 {
            snapshot.mood = try reader.integer()
        }
        snapshot.degraded = flags & MoodFlags.degraded != 0
        snapshot.trend = try reader.integer()
        snapshot.commentsPerSecond = try reader.integer()
        snapshot.uniqueCommenters = try reader.integer()
        snapshot.coverage = try reader.integer()
        snapshot.totalComments = try reader.integer()
        snapshot.totalPaid = try reader.integer()
        for _ in 0..<(try reader.unsigned(through: UInt64(MoodSnapshot.windowNames.count))) {
            var window = MoodSnapshot.Window()
            for member in windowMembers {
                window[keyPath: member] = try reader.integer()
            }
            snapshot.windows.append(window)
        }
        for _ in 0..<(try reader.count(of: 5)) {
            let text = try reader.text()
            guard !text.isEmpty else {
                throw reader.error(.invalidText)
            }
            snapshot.phraseBytes += reader.bytes[text]
            let count = try reader.integer()
            let mood = try reader.integer()
            let phrase = MoodSnapshot.Phrase(
                end: snapshot.phraseBytes.count,
                count: count,
                mood: mood,
                affective: try reader.boolean()
            )
            snapshot.phrases.append(phrase)
        }
        return .mood(snapshot, flags & MoodFlags.isFull != 0 ? .full : .brief)
    }

    static func encode(_ alert: RoomAlert, into writer: inout RecordWriter) {
        writer.byte(alert.kind.rawValue)
        writer.byte(alert.isRaised ? 1 : 0)
        writer.signed(alert.at)
        writer.signed(Int64(alert.value))
        writer.signed(Int64(alert.baseline))
        writer.unsigned(UInt64(alert.phrases.count))
        for phrase in alert.phrases {
            writer.text(phrase[...])
        }
    }

    static func decodeAlert(_ reader: inout RecordReader) throws(EntryDecodingError) -> RoomAlert {
        guard let kind = RoomAlert.Kind(rawValue: try reader.byte()) else {
            throw reader.error(.invalidFlags)
        }
        let isRaised = try reader.boolean()
        let at = try reader.signed()
        let value = try reader.integer()
        let baseline = try reader.integer()
        var phrases: [[UInt8]] = []
        for _ in 0..<(try reader.count(of: 1)) {
            phrases.append(Array(reader.bytes[try reader.text()]))
        }
        return RoomAlert(
            kind: kind,
            isRaised: isRaised,
            at: at,
            value: value,
            baseline: baseline,
            phrases: phrases
        )
    }

    /// The members of a window, in the order of the record.
    private static var windowMembers: [WritableKeyPath<MoodSnapshot.Window, Int>] {
        [
            \.comments, \.scored, \.mean, \.positive, \.neutral, \.negative, \.happy, \.angry, \.sad, \.surprised,
        ]
    }
}
