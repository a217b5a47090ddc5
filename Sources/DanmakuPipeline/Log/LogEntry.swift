/// One entry of the log: what one flush of a room publishes, one mood or one alert.
///
/// It knows its neighbours by sequence only (the ring does), so that an entry that is still being written to a client keeps
/// no other one alive.
package final class LogEntry: Sendable {
    /// Its place in this process's copy of the log, from 1, without holes.
    package let sequence: UInt64
    /// What clients know it by: ascending, perhaps with gaps, and the same in every copy of the log.
    package let id: UInt64
    /// The room's name.
    package let room: [UInt8]
    /// The room's number in the log's table.
    package let roomIndex: RoomIndex
    /// What it publishes.
    package let content: EntryContent
    /// Which levels see it.
    let kind: EntryClass
    /// What its room had published up to and including this entry.
    package let roomTally: Tally
    /// What all rooms had published up to and including this entry.
    package let logTally: Tally
    /// Its own share of those.
    package let share: Tally
    /// Bytes of memory it holds, without its frames.
    package let footprint: Int
    /// The frames that were made of it; they leave the ring with it.
    let frames = OrderedMutex(.insideLog, EntryFrames())

    init(
        sequence: UInt64,
        id: UInt64,
        draft: EntryDraft,
        share: Tally,
        roomIndex: RoomIndex,
        roomTally: Tally,
        logTally: Tally
    ) {
        self.sequence = sequence
        self.id = id
        room = draft.room
        self.roomIndex = roomIndex
        content = draft.content
        kind = EntryClass(draft.content)
        self.share = share
        self.roomTally = roomTally
        self.logTally = logTally
        // 704 bytes are the object itself, its tallies, its slot in the ring, its sequence in two lists.
        footprint = 704 + draft.content.footprint
    }

    /// Whether the entry is an event at a level.
    package func isVisible(at level: DetailLevel) -> Bool {
        kind.isVisible(at: level)
    }
}

/// A room's number in the log's table: stable while the room has entries in the ring or is watched, used again after.
package typealias RoomIndex = Int32
