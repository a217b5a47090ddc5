/// The frames that one hub writes: those of log entries, which the log keeps and all hubs share.
struct HubFrames {
    private let epoch: [UInt8]
    /// The frame that was written last: the next subscriber of the room mostly gets the same.
    private var latest: (sequence: UInt64, level: DetailLevel, frame: Frame)?
    /// Entries of which frames were encoded, and the memory of those, for the log's bound.
    private(set) var grown: [(sequence: UInt64, bytes: Int)] = []

    init(epoch: [UInt8]) {
        self.epoch = epoch
    }

    /// The frame of an entry at a level at which it is visible.
    mutating func frame(of entry: LogEntry, at level: DetailLevel) -> Frame {
        if let latest, latest.sequence == entry.sequence, latest.level == level {
            return latest.frame
        }
        let made = entry.frame(at: level, epoch: epoch)
        if made.grown > 0 {
            grown.append((entry.sequence, made.grown))
        }
        latest = (entry.sequence, level, made.frame)
        return made.frame
    }

    /// Lets go of the latest frame, and forgets what was encoded.
    mutating func clear() {
        latest = nil
        grown.removeAll(keepingCapacity: true)
    }
}
