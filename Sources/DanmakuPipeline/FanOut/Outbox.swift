/// What one reader (event loop) has not taken yet.
struct OutboxState {
    /// Entries of rooms it watches, ascending.
    var entries: [LogEntry] = []
    /// Their bytes.
    var bytes = 0
    /// Whether entries were dropped because the reader took none for too long.
    var isOverrun = false
    /// Whether the reader was woken since it last took.
    var isWoken = false
    /// Wakes the reader; called without a lock held.
    let wake: @Sendable () -> Void
}

/// What a reader takes: entries in ascending sequence, of the rooms it watches.
package struct Outbox: Sendable {
    /// The entries.
    package var entries: [LogEntry] = []
    /// If true, entries are missing: every subscriber reads on from the ring.
    package var isOverrun = false
}

extension EventLog.State {
    /// Hands an entry to the readers that watch its room, and notes whom to wake.
    mutating func hand(_ entry: LogEntry, _ woken: inout [@Sendable () -> Void]) {
        for reader in everyRoomReaders {
            hand(entry, to: reader, &woken)
        }
        for reader in ring.rooms[entry.roomIndex].readers where !everyRoomReaders.contains(reader) {
            hand(entry, to: reader, &woken)
        }
    }

    private mutating func hand(_ entry: LogEntry, to reader: Int, _ woken: inout [@Sendable () -> Void]) {
        if !readers[reader].isWoken {
            readers[reader].isWoken = true
            woken.append(readers[reader].wake)
        }
        guard !readers[reader].isOverrun else {
            return
        }
        readers[reader].entries.append(entry)
        readers[reader].bytes += entry.footprint
        // An eighth of the ring: what an outbox holds may have left the ring, so that this is memory on top of it.
        if readers[reader].bytes > ring.limit / 8 {
            readers[reader].entries = []
            readers[reader].bytes = 0
            readers[reader].isOverrun = true
        }
    }
}
