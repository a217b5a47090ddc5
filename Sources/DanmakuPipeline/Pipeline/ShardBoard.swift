import SentimentModel

/// The publishing half of a shard: what its rooms have become, and the entries that wait for the log.
///
/// A value without lock or clock; the ``Shard`` guards it. Entries leave through ``outbox`` in the order they were
/// made: whoever finds ``isPublishing`` false drains it to empty, all others only add.
package struct ShardBoard {
    /// The rooms by the slots of the shard's ``RoomDirectory``.
    package private(set) var rooms: [RoomBoard?] = []
    /// Entries on their way to the log.
    package var outbox: [EntryDraft] = []
    /// Whether some thread is appending entries of this shard to the log.
    package var isPublishing = false
    /// Whether any scorer's breaker is open, as the last batch found it.
    package var isDegraded = false
    /// Received → scored, in seconds.
    package var sojourn = Histogram.seconds()
    /// Rooms with something due within milliseconds.
    package private(set) var soon: [UInt32] = []
    /// Rooms with something due within seconds.
    package private(set) var settling: [UInt32] = []

    private let configuration: FanOutConfiguration
    /// A room whose next entry is due later than this is looked at once a second.
    private static let soonNanoseconds: Int64 = 1_000_000_000

    /// Creates an empty board.
    package init(configuration: FanOutConfiguration) {
        self.configuration = configuration
    }

    /// The room in a slot, if it has published anything.
    package func room(_ slot: UInt32) -> RoomBoard? {
        Int(slot) < rooms.count ? rooms[Int(slot)] : nil
    }

    /// Enters a scored batch: moods, newest comments, frames.
    ///
    /// - Parameters:
    ///   - scored: The batch with its verdicts.
    ///   - names: The names of those rooms that are new here, by slot.
    ///   - now: The time.
    mutating func apply(_ scored: ScoredBatch, names: [UInt32: [UInt8]], now: Timestamp) {
        var touched: [UInt32] = []
        var row = 0
        var watcher = 0
        scored.texts.normalised.withUnsafeBufferPointer { normalised in
            for (position, comment) in scored.batch.comments.enumerated() {
                sojourn.observe(now.nanoseconds - comment.receivedAt.nanoseconds)
                let room = room(comment.slot, names: names, now: now)
                var sentiment: Sentiment?
                var phrase = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
                if comment.fields.kind.isScored {
                    sentiment = scored.verdicts.sentiments[row]
                    phrase = UnsafeBufferPointer(rebasing: normalised[scored.texts.normalisedRanges[row].indices])
                    row += 1
                }
                room.sequencer.release(comment.number)
                room.seq += 1
                let result = CommentResult(
                    fields: comment.fields,
                    seq: room.seq,
                    receivedAt: comment.receivedAt.milliseconds,
                    sentAt: comment.sentAt,
                    user: Author.publishedUser(comment.author),
                    sentiment: sentiment,
                    isFallback: scored.verdicts.isFallback
                )
                room.aggregate.add(
                    sentiment,
                    kind: comment.fields.kind,
                    author: comment.author,
                    phrase: phrase,
                    receivedAt: comment.receivedAt
                )
                room.recent.append(result, fieldsFrom: scored.batch.bytes)
                let full = room.flush.append(
                    result,
                    fieldsFrom: scored.batch.bytes,
                    normalised: phrase,
                    receivedAt: comment.receivedAt.nanoseconds,
                    now: now.nanoseconds
                )
                if let full {
                    outbox.append(full)
                }
                room.pacer.change(now: now.nanoseconds)
                while watcher < scored.batch.watchers.count, scored.batch.watchers[watcher].position == position {
                    deliver(result, of: room, to: scored.batch.watchers[watcher], bytes: scored.batch.bytes)
                    watcher += 1
                }
                if touched.last != comment.slot {
                    touched.append(comment.slot)
                }
            }
        }
        for slot in touched {
            attend(slot, now: now)
        }
    }
}

// MARK: - Publishing

extension ShardBoard {
    /// Publishes what is due of the rooms that wait for a tick.
    ///
    /// - Returns: Whether any room has to be looked at again within milliseconds.
    package mutating func tick(now: Timestamp) -> Bool {
        let slots = soon
        soon.removeAll(keepingCapacity: true)
        for slot in slots {
            rooms[Int(slot)]?.isSoon = false
            attend(slot, now: now)
        }
        return !soon.isEmpty
    }

    /// Publishes what is due of the rooms whose mood decays; called once a second.
    package mutating func settle(now: Timestamp) {
        let slots = settling
        settling.removeAll(keepingCapacity: true)
        for slot in slots {
            rooms[Int(slot)]?.isSettling = false
            attend(slot, now: now)
        }
    }

    /// Publishes whatever waits, due or not: the last step of a drain.
    package mutating func flushAll(now: Timestamp) {
        for room in rooms.lazy.compactMap(\.self) {
            if let draft = room.flush.take(now: now.nanoseconds) {
                outbox.append(draft)
            }
            publishMood(of: room, now: now)
        }
    }

    private mutating func room(_ slot: UInt32, names: [UInt32: [UInt8]], now: Timestamp) -> RoomBoard {
        if let known = room(slot) {
            return known
        }
        guard let name = names[slot] else {
            preconditionFailure("room slot \(slot) has no name")
        }
        while rooms.count <= Int(slot) {
            rooms.append(nil)
        }
        let room = RoomBoard(name: name, configuration: configuration, now: now)
        rooms[Int(slot)] = room
        return room
    }

    private func deliver(_ result: CommentResult, of room: RoomBoard, to watcher: CommentBatch.Watcher, bytes: [UInt8])
    {
        var block = ResultBlock()
        block.append(result, fieldsFrom: bytes)
        var writer = JSONWriter()
        block.encode(0, room: room.name, into: &writer)
        watcher.watch.deliver(item: watcher.item, result: writer.bytes)
    }

    /// Publishes what is due of a room and notes when to look at it again.
    private mutating func attend(_ slot: UInt32, now: Timestamp) {
        guard let room = rooms[Int(slot)] else {
            return
        }
        if let draft = room.flush.takeIfDue(now: now.nanoseconds) {
            outbox.append(draft)
        }
        publishMood(of: room, now: now)
        guard let due = room.due else {
            return
        }
        if due < now.nanoseconds + Self.soonNanoseconds {
            if !room.isSoon {
                room.isSoon = true
                soon.append(slot)
            }
        } else if !room.isSettling {
            room.isSettling = true
            settling.append(slot)
        }
    }

    private mutating func publishMood(of room: RoomBoard, now: Timestamp) {
        guard let published = room.pacer.takeIfDue(now: now.nanoseconds) else {
            return
        }
        let detail: MoodSnapshot.Detail = published == .full ? .full : .brief
        let snapshot = room.aggregate.snapshot(now: now, degraded: isDegraded, detail: detail)
        let name = room.name
        let body = EncodedBody(footprint: snapshot.footprint) { writer in
            snapshot.encode(room: name, detail: detail, into: &writer)
        }
        outbox.append(.mood(body, room: name))
    }
}

// MARK: - Rooms and the outbox

extension ShardBoard {
    /// The slots of a batch whose rooms have published nothing yet.
    package func newcomers(in batch: CommentBatch) -> [UInt32] {
        var slots: Set<UInt32> = []
        for comment in batch.comments where room(comment.slot) == nil {
            slots.insert(comment.slot)
        }
        return Array(slots)
    }

    /// Counts comments that were lost after all: one element a comment, its room's slot.
    package func countLost(_ slots: [UInt32], at time: Timestamp) {
        for slot in slots {
            room(slot)?.aggregate.countLost(1, at: time)
        }
    }

    /// Bytes of memory that the rooms take.
    package var memoryBytes: Int {
        rooms.reduce(0) { $0 + ($1?.memoryBytes ?? 0) }
    }

    /// Forgets rooms; their slots may be used again.
    package mutating func remove(_ slots: [UInt32]) {
        for slot in slots where Int(slot) < rooms.count {
            rooms[Int(slot)] = nil
        }
    }

    /// The entries to append now; none if another thread is at it already.
    package mutating func beginPublishing() -> [EntryDraft] {
        guard !isPublishing, !outbox.isEmpty else {
            return []
        }
        isPublishing = true
        return takeOutbox()
    }

    /// The entries that came while the last ones were appended; none ends the publishing.
    package mutating func continuePublishing() -> [EntryDraft] {
        if outbox.isEmpty {
            isPublishing = false
        }
        return takeOutbox()
    }

    private mutating func takeOutbox() -> [EntryDraft] {
        defer { outbox = [] }
        return outbox
    }
}
