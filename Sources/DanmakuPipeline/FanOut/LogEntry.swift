import Synchronization

/// One entry of the log: what one flush of a room publishes, one mood or one alert.
///
/// It knows its neighbours by sequence only (the ring does), so that an entry somebody still writes keeps no other alive.
/// Its frames are encoded when a subscriber first needs them, and cached.
package final class LogEntry: Sendable {
    /// Its place in the log, from 1, without holes.
    package let sequence: UInt64
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
    /// Bytes of memory it holds, without its cached frames.
    package let footprint: Int

    private struct Frames {
        var display: Frame?
        var full: Frame?
        /// Where in the full frame the objects of the displayed comments lie.
        var displayedObjects: [Range<Int>] = []
    }

    private let frames = Mutex(Frames())

    init(
        sequence: UInt64,
        draft: EntryDraft,
        share: Tally,
        roomIndex: RoomIndex,
        roomTally: Tally,
        logTally: Tally
    ) {
        self.sequence = sequence
        room = draft.room
        self.roomIndex = roomIndex
        content = draft.content
        kind = EntryClass(draft.content)
        self.share = share
        self.roomTally = roomTally
        self.logTally = logTally
        footprint = Self.footprint(of: draft.content)
    }

    /// Whether the entry is an event at a level.
    package func isVisible(at level: DetailLevel) -> Bool {
        kind.isVisible(at: level)
    }

    /// The entry's frame at a level at which it is visible.
    ///
    /// - Returns: The frame, and how many bytes the cache grew by to make it (0 if it was there).
    package func frame(at level: DetailLevel, epoch: [UInt8]) -> (frame: Frame, grown: Int) {
        let id = EventID(epoch: epoch, sequence: sequence)
        return frames.withLock { frames in
            switch content {
            case .mood(let body):
                return Self.cached(&frames.full) { .body(body, event: "mood", id: id) }
            case .alert(let body):
                return Self.cached(&frames.full) { .body(body, event: "alert", id: id) }
            case .results(let results):
                if level == .full {
                    var objects: [Range<Int>] = []
                    let made = Self.cached(&frames.full) {
                        .full(results, room: room, id: id, displayed: &objects)
                    }
                    if made.grown > 0 {
                        frames.displayedObjects = objects
                    }
                    return made
                }
                let source = frames.full.map { ($0, frames.displayedObjects) }
                return Self.cached(&frames.display) {
                    .display(results, room: room, id: id, encoded: source)
                }
            }
        }
    }

    /// Drops the cached frames; they are encoded again if needed.
    package func dropFrames() {
        frames.withLock { $0 = Frames() }
    }

    private static func cached(_ slot: inout Frame?, make: () -> Frame) -> (frame: Frame, grown: Int) {
        if let frame = slot {
            return (frame, 0)
        }
        let frame = make()
        slot = frame
        return (frame, frame.footprint)
    }

    private static func footprint(of content: EntryContent) -> Int {
        // The object itself, its tallies, its slot in the ring, its sequence in two lists.
        let fixed = 696
        switch content {
        case .results(let results): return fixed + results.footprint
        case .mood(let body), .alert(let body): return fixed + body.footprint
        }
    }
}

/// A room's number in the log's table: stable while the room has entries in the ring or is watched, used again after.
package typealias RoomIndex = Int32
