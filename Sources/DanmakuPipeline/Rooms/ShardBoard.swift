import SentimentModel

/// The publishing half of a shard: what its rooms have become, and the entries that wait for the log.
///
/// A value without lock or clock; the ``Shard`` guards it. Entries leave through ``commits`` in the order in which they were
/// made.
package struct ShardBoard {
    /// The rooms by the slots of the shard's ``RoomDirectory``.
    package private(set) var rooms: [RoomBoard?] = []
    /// A result for a request that waits for it.
    struct Delivery: Sendable {
        let watcher: CommentBatch.Watcher
        let block: ResultBlock
        let room: RoomName

        /// Encodes the result and hands it over, which may resume the request: called without a lock held.
        func deliver() {
            var writer = JSONWriter()
            block.encode(0, room: room.bytes, into: &writer)
            watcher.watch.deliver(item: watcher.item, result: writer.bytes)
        }
    }

    /// What is on its way to the log.
    package var commits = CommitQueue()
    /// Whether any scorer's breaker is open, as the shard saw it last; every room's mood says it within seconds.
    package var isDegraded = false {
        didSet {
            if isDegraded != oldValue {
                announcing = 0
            }
        }
    }
    /// The latest `at` of any mood: a room that begins anew, under a clock that was set back, must not seem older than
    /// it was.
    var latestAt: Int64 = 0
    /// Received → scored, in seconds.
    package var sojourn = Histogram.seconds()
    /// Rooms with something due within milliseconds.
    package internal(set) var soon: [UInt32] = []
    /// Rooms with something due within seconds.
    package internal(set) var settling: [UInt32] = []

    private let configuration: FanOutConfiguration
    private let displayKey: UInt64
    /// The first slot of those that may have to be told of a change of ``isDegraded``; `nil` if all were.
    var announcing: Int?

    /// Creates an empty board.
    ///
    /// - Parameters:
    ///   - configuration: The rates.
    ///   - displayKey: Tells texts apart at `display`; random in a server.
    package init(configuration: FanOutConfiguration, displayKey: UInt64) {
        self.configuration = configuration
        self.displayKey = displayKey
    }

    /// The room in a slot, if it has published anything.
    package func room(_ slot: UInt32) -> RoomBoard? {
        Int(slot) < rooms.count ? rooms[Int(slot)] : nil
    }

    /// Enters a scored batch: moods, newest comments, frames.
    ///
    /// - Parameters:
    ///   - scored: The batch with its verdicts.
    ///   - now: The time.
    /// - Returns: The results that requests wait for, to be delivered once the lock is free; nearly always none.
    mutating func apply(_ scored: ScoredBatch, now: Timestamp) -> [Delivery] {
        begin(roomsOf: scored.batch, now: now)
        var touched: [UInt32] = []
        var deliveries: [Delivery] = []
        var row = 0
        var watcher = 0
        for (position, comment) in scored.batch.comments.enumerated() {
            sojourn.observe(now.nanoseconds - comment.receivedAt.nanoseconds)
            guard let room = room(comment.slot) else {
                preconditionFailure("room slot \(comment.slot) has no board")
            }
            var sentiment: Sentiment?
            var normalised = 0..<0
            if comment.fields.kind.isScored {
                sentiment = scored.verdicts.sentiments[row]
                normalised = scored.texts.normalisedRanges[row].indices
                row += 1
            }
            let phrase = scored.texts.normalised.span.extracting(normalised)
            let (result, full) = room.writer.append(
                comment,
                fieldsFrom: scored.batch.bytes,
                sentiment: sentiment,
                isFallback: scored.verdicts.isFallback,
                phrase: phrase,
                now: now.nanoseconds
            )
            if let full {
                commits.append(full)
            }
            room.replica.append(
                result,
                fieldsFrom: scored.batch.bytes,
                author: comment.author,
                phrase: phrase,
                second: comment.receivedAt.second
            )
            while watcher < scored.batch.watchers.count, scored.batch.watchers[watcher].position == position {
                var block = ResultBlock()
                block.append(result, fieldsFrom: scored.batch.bytes)
                deliveries.append(.init(watcher: scored.batch.watchers[watcher], block: block, room: room.name))
                watcher += 1
            }
            if touched.last != comment.slot {
                touched.append(comment.slot)
            }
        }
        for slot in touched {
            attend(slot, now: now)
        }
        return deliveries
    }
}

extension ShardBoard {
    /// The mood of a room that has published nothing.
    package mutating func emptyMood(now: Timestamp) -> MoodSnapshot {
        latestAt = max(latestAt, now.milliseconds)
        return MoodSnapshot(at: latestAt)
    }

    /// Makes the boards of the rooms whose first comments are in a batch.
    ///
    /// Rooms are as old as their first comments, so that a process that reads only these counts the same.
    private mutating func begin(roomsOf batch: CommentBatch, now: Timestamp) {
        var position = 0
        for new in batch.newRooms {
            // Both are in the order of admission.
            while position < batch.comments.count, batch.comments[position].slot != new.slot {
                position += 1
            }
            begin(new, at: position < batch.comments.count ? batch.comments[position].receivedAt : now)
        }
    }

    private mutating func begin(_ new: CommentBatch.NewRoom, at time: Timestamp) {
        while rooms.count <= Int(new.slot) {
            rooms.append(nil)
        }
        precondition(rooms[Int(new.slot)] == nil, "room slot \(new.slot) has a board of another room")
        rooms[Int(new.slot)] = RoomBoard(
            name: new.name,
            configuration: configuration,
            displayKey: displayKey,
            shownAt: latestAt,
            now: time
        )
    }

    /// Counts comments that were lost after all: one element a comment, its room's slot.
    package func countLost(_ slots: [UInt32], at time: Timestamp) {
        for slot in slots {
            room(slot)?.replica.aggregate.countLost(1, second: time.second)
        }
    }

    /// Bytes of memory that the rooms take.
    package var memoryBytes: Int {
        rooms.reduce(0) { $0 + ($1?.memoryBytes ?? 0) }
    }

    /// Publishes what waits of some rooms and forgets them; their slots may be used again.
    package mutating func remove(_ evicted: [EvictionCandidate], now: Timestamp) {
        for candidate in evicted {
            if let draft = room(candidate.slot)?.writer.flush.take(now: now.nanoseconds) {
                commits.append(draft)
            }
            if Int(candidate.slot) < rooms.count {
                rooms[Int(candidate.slot)] = nil
            }
            commits.forget(candidate.name.bytes)
        }
    }
}
