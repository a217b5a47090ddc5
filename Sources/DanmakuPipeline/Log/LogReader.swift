import Synchronization

/// One event loop's access to the log: its outbox, and pages for its lagging subscribers.
///
/// Every call takes the log's lock for a bounded time and hands values out; nothing is encoded or written under it.
package struct LogReader: Sendable {
    /// The log.
    package let log: LogReplica
    private let number: Int

    /// Enters a reader.
    ///
    /// - Parameters:
    ///   - log: The log.
    ///   - wake: Called on any thread, once after the outbox became non-empty, until ``take()`` is called.
    package init(log: LogReplica, wake: @escaping @Sendable () -> Void) {
        self.log = log
        number = log.state.withLock { $0.subscriptions.add(wake: wake) }
    }

    /// Takes what is in the outbox.
    package func take() -> Outbox {
        log.state.withLock { $0.subscriptions.take(number) }
    }

    /// Enters a subscriber: reads the head and enters this reader of its rooms, in one step.
    ///
    /// What is appended after that comes through the outbox; what is between the cursor and the head is in the ring.
    ///
    /// - Parameters:
    ///   - rooms: The rooms, without repetition; `nil` for every room.
    ///   - level: The level.
    ///   - cursor: What the client handed in, if anything.
    ///   - now: The time, in nanoseconds of the monotonic clock.
    /// - Returns: Where it begins.
    package func join(rooms: [[UInt8]]?, level: DetailLevel, cursor: Cursor?, now: Int64) -> LogJoin {
        log.state.withLock { state in
            var indices: [RoomIndex]?
            if let rooms {
                indices = rooms.map { name in
                    let index = state.ring.rooms.watch(name)
                    state.subscriptions.watch(index, number)
                    return index
                }
            } else {
                state.subscriptions.watchEveryRoom(number)
            }
            let atHead = state.ring.position(atHeadOf: indices, level: level)
            var join = LogJoin(position: atHead, head: state.ring.head, replayAge: state.ring.age(now: now))
            switch cursor {
            case nil:
                break
            case .malformed:
                join.verdict = .reset(.malformed)
            case .place(let epoch, let id):
                if epoch != log.epoch {
                    join.verdict = .reset(.epoch)
                } else if id > state.ring.headID {
                    join.verdict = .reset(.ahead)
                } else if let position = state.ring.position(
                    after: id,
                    of: indices,
                    level: level,
                    steps: &join.steps
                ) {
                    join.position = position
                    join.verdict = .resumed
                } else {
                    join.verdict = .reset(.expired)
                }
            }
            return join
        }
    }

    /// This reader has no subscriber of some rooms any more.
    package func unwatch(_ rooms: [RoomIndex]) {
        guard !rooms.isEmpty else {
            return
        }
        log.state.withLock { state in
            for room in rooms where !state.subscriptions.unwatch(room, number) {
                state.ring.rooms.unwatch(room)
            }
        }
    }

    /// This reader has no subscriber of every room any more.
    package func unwatchEveryRoom() {
        log.state.withLock { $0.subscriptions.unwatchEveryRoom(number) }
    }

    /// The next entries after a position; see ``EventRing/page(after:replayEnd:sweep:limit:maximumLag:)``.
    package func page(
        after position: LogPosition,
        replayEnd: UInt64,
        sweep: inout LogSweep?,
        limit: Int = EventRing.PageLimit.entries,
        maximumLag: UInt64 = .max
    ) -> LogPage {
        log.state.withLock { state in
            state.ring.page(
                after: position,
                replayEnd: replayEnd,
                sweep: &sweep,
                limit: limit,
                maximumLag: maximumLag
            )
        }
    }

    /// Moves a position to the head and says what that leaves out.
    package func collapse(_ position: inout LogPosition) -> LogCollapse {
        log.state.withLock { $0.ring.collapse(&position) }
    }

    /// The entries of some sequences that are still in the ring.
    package func entries(_ sequences: some Sequence<UInt64> & Sendable) -> [LogEntry] {
        log.state.withLock { $0.ring.entries(sequences) }
    }

    /// The next kept moods that are still in the ring.
    package func entries(of kept: KeptMoods, limit: Int) -> [LogEntry] {
        log.state.withLock { $0.ring.entries(of: kept, limit: limit) }
    }

    /// Counts frames that were encoded and stay on their entries.
    package func cache(_ frames: [(sequence: UInt64, bytes: Int)]) {
        guard !frames.isEmpty else {
            return
        }
        log.state.withLock { state in
            for frame in frames {
                state.ring.cache(frame.sequence, bytes: frame.bytes)
            }
        }
    }
}

/// Where a subscriber begins.
package struct LogJoin: Sendable {
    /// What became of its cursor.
    package enum Verdict: Sendable, Equatable {
        /// It had none.
        case fresh
        /// It reads on from it.
        case resumed
        /// It begins at the head.
        case reset(ResetReason)
    }

    /// Its position.
    package var position: LogPosition
    /// The head at that moment: what is up to here is a replay, what is after it is live.
    package var head: UInt64
    /// The age of the oldest entry in the ring, in nanoseconds.
    package var replayAge: Int64
    /// What became of its cursor.
    package var verdict: Verdict = .fresh
    /// Elements of lists that were looked at: what finding the position cost.
    package var steps = 0
}
