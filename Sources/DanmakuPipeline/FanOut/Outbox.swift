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
    /// Puts an entry in place for some readers.
    mutating func hand(_ entry: LogEntry, to readers: [Int], _ woken: inout [@Sendable () -> Void]) {
        for reader in readers {
            put(entry, reader)
            if !self.readers[reader].isWoken {
                self.readers[reader].isWoken = true
                woken.append(self.readers[reader].wake)
            }
        }
    }

    private mutating func put(_ entry: LogEntry, _ reader: Int) {
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
