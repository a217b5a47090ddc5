/// This process's copy of the newest part of the log: every flush, mood and alert of every room, in one order.
///
/// A ``LogWriter`` appends (per flush, never per comment); each event loop is one reader, which is woken once when its outbox
/// becomes non-empty, and reads on from the ring where a subscriber lags. A cursor is `<epoch>-<id>`. The log does not
/// outlive the process: another run is another epoch.
package final class LogReplica: Sendable {
    struct State {
        var ring: EventRing
        var subscriptions: LogSubscriptions
    }

    /// Tells this run's cursors from another's: 65 random bits as 13 letters and digits.
    package let epoch: [UInt8]
    /// What the ring may hold.
    package let limit: Int

    let state: OrderedMutex<State>

    /// Creates an empty log.
    ///
    /// - Parameters:
    ///   - ringBytes: The bound on what it holds, cached frames included.
    ///   - epoch: Letters and digits; random unless a test says otherwise.
    package init(ringBytes: Int, epoch: String = LogReplica.epoch(from: .system)) {
        self.epoch = Array(epoch.utf8)
        limit = ringBytes
        state = OrderedMutex(
            .log,
            State(ring: EventRing(limit: ringBytes), subscriptions: LogSubscriptions(ringLimit: ringBytes))
        )
    }

    /// 13 random digits of base 32.
    package static func epoch(from random: RandomSource) -> String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        return String((0..<13).map { _ in alphabet[random.int(in: 0...31)] })
    }

    /// The newest sequence; 0 before the first entry.
    package var head: UInt64 {
        state.withLock { $0.ring.head }
    }

    /// The oldest sequence that can be read; one above the head if there is none.
    package var oldest: UInt64 {
        state.withLock { $0.ring.first }
    }

    /// The rooms that the pipeline has and that have published something, a part at a time.
    ///
    /// - Parameter start: Where the part begins: 0, then what the part before says.
    /// - Returns: At most 256 names, and where the next part begins.
    package func publishedRooms(from start: Int) -> RoomNames {
        state.withLock { $0.ring.rooms.ownedNames(from: start, limit: 256) }
    }

    /// The rooms in its table: those of the pipeline, those with entries in the ring, those watched.
    package var roomCount: Int {
        state.withLock { $0.ring.rooms.count }
    }

    /// Appends entries in their order, hands them to the readers that watch their rooms, and wakes those.
    ///
    /// Called without a lock held.
    ///
    /// - Parameters:
    ///   - drafts: The entries.
    ///   - firstID: The id of the first one, above all ids before; the others follow it without holes. `nil` for the ids
    ///     after the newest one, so that in a log of one process an entry's id is its sequence.
    ///   - now: Nanoseconds of the monotonic clock.
    package func append(_ drafts: [EntryDraft], firstID: UInt64? = nil, now: Int64) {
        guard !drafts.isEmpty else {
            return
        }
        // Walks every result: outside the lock.
        let shares = drafts.map { Tally(of: $0.content) }
        let wakes = state.withLock { state in
            var wakes: [@Sendable () -> Void] = []
            var id = firstID ?? state.ring.headID + 1
            for (draft, share) in zip(drafts, shares) {
                let entry = state.ring.append(draft, id: id, share: share, now: now)
                id += 1
                let isWatched = state.ring.rooms[entry.roomIndex].isWatched
                state.subscriptions.deliver(entry, isRoomWatched: isWatched, wakes: &wakes)
            }
            return wakes
        }
        for wake in wakes {
            wake()
        }
    }

    /// Appends a commit: its entries in order, with the rooms in between that are forgotten.
    package func append(_ commit: LogCommit, now: Int64) {
        guard !commit.departures.isEmpty else {
            append(commit.drafts, now: now)
            return
        }
        var done = 0
        for departure in commit.departures {
            append(Array(commit.drafts[done..<departure.position]), now: now)
            forget(departure.room)
            done = departure.position
        }
        append(Array(commit.drafts[done...]), now: now)
    }

    /// The pipeline has evicted a room; what is in the ring stays readable.
    package func forget(_ room: [UInt8]) {
        state.withLock { $0.ring.rooms.forget(room) }
    }

    /// Whether a subscriber has asked for this room by name: then the pipeline keeps it.
    package func isWatched(_ room: [UInt8]) -> Bool {
        state.withLock { state in
            state.ring.rooms.index(of: room).map { state.ring.rooms[$0].isWatched } ?? false
        }
    }
}
