import Synchronization

/// The frames of one log entry, one for each level of detail, shared by all subscribers.
///
/// A frame is encoded when a subscriber first needs it. The entry's lock is taken once an entry and event loop for what is
/// live (the hub keeps the frame that it wrote last), and once an entry and subscriber in a replay.
struct EntryFrames: Sendable {
    private var display: Frame?
    /// Of results; of a mood or an alert the one frame for all levels.
    private var full: Frame?
    /// Where in the full frame the objects of the displayed comments lie.
    private var displayedObjects: [Range<Int>] = []

    /// The frame of an entry at a level at which it is visible.
    ///
    /// - Returns: The frame, and how many bytes of memory the entry holds more because of it (0 if it was there).
    mutating func frame(of entry: LogEntry, at level: DetailLevel, id: EventID) -> (frame: Frame, grown: Int) {
        switch entry.content {
        case .mood(let snapshot, let detail):
            return Self.cached(&full) { .mood(snapshot, detail: detail, room: entry.room, id: id) }
        case .alert(let alert):
            return Self.cached(&full) { .alert(alert, room: entry.room, id: id) }
        case .results(let results) where level == .full:
            var objects = displayedObjects
            defer { displayedObjects = objects }
            return Self.cached(&full) { .full(results, room: entry.room, id: id, displayed: &objects) }
        case .results(let results):
            let source = full.map { (full: $0, objects: displayedObjects) }
            return Self.cached(&display) { .display(results, room: entry.room, id: id, encoded: source) }
        }
    }

    private static func cached(_ slot: inout Frame?, make: () -> Frame) -> (frame: Frame, grown: Int) {
        if let frame = slot {
            return (frame, 0)
        }
        let frame = make()
        slot = frame
        return (frame, frame.footprint)
    }
}

extension LogEntry {
    /// The entry's frame at a level at which it is visible.
    ///
    /// - Returns: The frame, and how many bytes of memory the entry holds more because of it (0 if it was there).
    package func frame(at level: DetailLevel, epoch: [UInt8]) -> (frame: Frame, grown: Int) {
        frames.withLock { $0.frame(of: self, at: level, id: EventID(epoch: epoch, id: id)) }
    }

    /// Drops the frames; they are encoded again if needed.
    func dropFrames() {
        frames.withLock { $0 = EntryFrames() }
    }
}
