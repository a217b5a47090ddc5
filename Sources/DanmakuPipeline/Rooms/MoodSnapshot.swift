/// A room's aggregate at one moment: the mood object of the contract, as integers.
///
/// Every mean and score is in thousandths. A snapshot is a value of its own: it may be kept in the log and encoded
/// on any thread, long after its room has moved on.
package struct MoodSnapshot: Sendable, Equatable {
    /// How much is taken and encoded.
    package enum Detail: Sendable {
        /// Without windows and phrases.
        case brief
        /// All of it.
        case full
    }

    /// What one window holds.
    package struct Window: Sendable, Equatable {
        /// Published comments of every kind.
        package var comments = 0
        /// Those with a verdict; the three labels add up to it.
        package var scored = 0
        /// The mean score of the affective ones in thousandths; 0 if there are none.
        package var mean = 0
        /// Comments labelled positive.
        package var positive = 0
        /// Comments labelled neutral, the non-affective among them.
        package var neutral = 0
        /// Comments labelled negative.
        package var negative = 0
        /// Comments whose emotion is happy.
        package var happy = 0
        /// Comments whose emotion is angry.
        package var angry = 0
        /// Comments whose emotion is sad.
        package var sad = 0
        /// Comments whose emotion is surprised.
        package var surprised = 0

        /// Creates an empty window.
        package init() {}
    }

    /// A hot phrase; its text lies in ``MoodSnapshot/phraseBytes``.
    package struct Phrase: Sendable, Equatable {
        /// Where its normalised text ends in ``MoodSnapshot/phraseBytes``; it begins where the one before ends.
        package var end: Int
        /// How often it was written of late, at least (``HotPhrases`` defines it).
        package var count: Int
        /// The mean score in thousandths.
        package var mood: Int
        /// False for votes, passwords and rituals, which say nothing of the mood.
        package var affective: Bool

        /// Creates a phrase.
        package init(end: Int, count: Int, mood: Int, affective: Bool) {
            self.end = end
            self.count = count
            self.mood = mood
            self.affective = affective
        }
    }

    /// Milliseconds since 1970.
    package var at: Int64
    /// The mood of the last minute in thousandths, or `nil` without an affective comment in it.
    package var mood: Int?
    /// The mood less that of the last five minutes, in thousandths; 0 without a mood.
    package var trend = 0
    /// Thousandths of comments a second (``RoomAggregate`` defines over how long).
    package var commentsPerSecond = 0
    /// Different uids, else names, within an hour, estimated.
    package var uniqueCommenters = 0
    /// The share of the last minute's comments that were scored, in thousandths; 1000 only if none was lost.
    package var coverage = 1000
    /// Whether any scorer's breaker is open.
    package var degraded = false
    /// Published comments since the room began.
    package var totalComments = 0
    /// Published paid comments since the room began.
    package var totalPaid = 0
    /// The windows of 1, 5, 15 and 60 minutes; empty in a brief snapshot.
    package var windows: [Window] = []
    /// The hottest first; empty in a brief snapshot.
    package var phrases: [Phrase] = []
    /// The texts of the phrases, one after the other.
    package var phraseBytes: [UInt8] = []

    /// The mood of a room without comments: zeros, and `mood` null.
    package init(at: Int64) {
        self.at = at
    }

    /// The windows' names on the wire, in the order of ``windows``.
    package static let windowNames: [StaticString] = ["1m", "5m", "15m", "60m"]

    /// Bytes of memory that the snapshot takes.
    package var footprint: Int {
        MemoryLayout<MoodSnapshot>.size + windows.count * MemoryLayout<Window>.stride
            + phrases.count * MemoryLayout<Phrase>.stride + phraseBytes.count
    }

    /// Appends the mood object of the contract.
    ///
    /// - Parameters:
    ///   - room: The room's name; it needs no escaping.
    ///   - detail: Whether windows and phrases go along. A brief snapshot encoded as full has empty ones.
    ///   - writer: Where the object goes.
    package func encode(room: [UInt8], detail: Detail, into writer: inout JSONWriter) {
        writer.raw("{\"room\":\"")
        writer.raw(room)
        writer.raw("\",\"at\":")
        writer.integer(at)
        writer.raw(",\"mood\":")
        if let mood {
            writer.thousandths(mood)
        } else {
            writer.raw("null")
        }
        writer.raw(",\"trend\":")
        writer.thousandths(trend)
        writer.raw(",\"commentsPerSecond\":")
        writer.thousandths(commentsPerSecond)
        writer.raw(",\"uniqueCommenters\":")
        writer.integer(uniqueCommenters)
        if detail == .full {
            encodeWindows(into: &writer)
        }
        writer.raw(",\"coverage\":")
        writer.thousandths(coverage)
        writer.raw(",\"degraded\":")
        writer.boolean(degraded)
        if detail == .full {
            encodePhrases(into: &writer)
        }
        writer.raw(",\"totals\":{\"comments\":")
        writer.integer(totalComments)
        writer.raw(",\"paid\":")
        writer.integer(totalPaid)
        writer.raw("}}")
    }

    private func encodeWindows(into writer: inout JSONWriter) {
        writer.raw(",\"windows\":{")
        for (index, name) in Self.windowNames.enumerated() {
            writer.raw(index == 0 ? "\"" : ",\"")
            writer.raw(name)
            writer.raw("\":")
            (index < windows.count ? windows[index] : Window()).encode(into: &writer)
        }
        writer.raw("}")
    }

    private func encodePhrases(into writer: inout JSONWriter) {
        writer.raw(",\"phrases\":[")
        var start = 0
        for phrase in phrases {
            writer.raw(start == 0 ? "{\"text\":" : ",{\"text\":")
            writer.string(phraseBytes, start..<phrase.end)
            writer.raw(",\"count\":")
            writer.integer(phrase.count)
            writer.raw(",\"mood\":")
            writer.thousandths(phrase.mood)
            writer.raw(",\"affective\":")
            writer.boolean(phrase.affective)
            writer.raw("}")
            start = phrase.end
        }
        writer.raw("]")
    }
}

extension MoodSnapshot.Window {
    /// Appends `{"comments":…,"scored":…,"mean":…,"positive":…,"neutral":…,"negative":…,"emotions":{…}}`.
    func encode(into writer: inout JSONWriter) {
        writer.raw("{\"comments\":")
        writer.integer(comments)
        writer.raw(",\"scored\":")
        writer.integer(scored)
        writer.raw(",\"mean\":")
        writer.thousandths(mean)
        writer.raw(",\"positive\":")
        writer.integer(positive)
        writer.raw(",\"neutral\":")
        writer.integer(neutral)
        writer.raw(",\"negative\":")
        writer.integer(negative)
        writer.raw(",\"emotions\":{\"happy\":")
        writer.integer(happy)
        writer.raw(",\"angry\":")
        writer.integer(angry)
        writer.raw(",\"sad\":")
        writer.integer(sad)
        writer.raw(",\"surprised\":")
        writer.integer(surprised)
        writer.raw("}}")
    }
}
