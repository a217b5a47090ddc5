/// One flush, mood or alert of a room before the log has given it a sequence.
///
/// It is a value: nothing is encoded before a subscriber needs a frame of it.
package struct EntryDraft: Sendable {
    /// The room's name.
    package let room: [UInt8]
    /// What is published.
    package let content: EntryContent

    /// Creates a draft.
    package init(room: [UInt8], content: EntryContent) {
        self.room = room
        self.content = content
    }

    /// The results of one flush (``RoomFlush`` makes these).
    package static func results(_ results: PublishedResults, room: [UInt8]) -> EntryDraft {
        EntryDraft(room: room, content: .results(results))
    }

    /// A mood as it was taken of the room.
    package static func mood(_ snapshot: MoodSnapshot, detail: MoodSnapshot.Detail, room: [UInt8]) -> EntryDraft {
        EntryDraft(room: room, content: .mood(snapshot, detail))
    }

    /// An alert of the room.
    package static func alert(_ alert: RoomAlert, room: [UInt8]) -> EntryDraft {
        EntryDraft(room: room, content: .alert(alert))
    }
}

/// What an entry publishes.
package enum EntryContent: Sendable {
    /// Comments: `sentiment` at the levels `display` and `full`.
    case results(PublishedResults)
    /// A room's aggregate and how much of it is shown: `mood` at every level.
    ///
    /// Indirect, because most entries are results and a snapshot is three times their size.
    indirect case mood(MoodSnapshot, MoodSnapshot.Detail)
    /// An alert: `alert` at every level.
    case alert(RoomAlert)

    /// Bytes of memory that the content takes, for the ring's bound.
    package var footprint: Int {
        switch self {
        case .results(let results): results.footprint
        case .mood(let snapshot, _): snapshot.footprint
        case .alert(let alert): alert.footprint
        }
    }
}
