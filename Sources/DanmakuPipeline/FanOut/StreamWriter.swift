/// Writes to the subscribers of one event loop: greets them, hands live entries to those at the head, and reads pages of
/// the ring for those that lag.
///
/// It queues nothing for a subscriber: what a sink does not take now is read from the ring later.
final class StreamWriter {
    private let reader: LogReader
    private let watchers: Watchers
    private let turn: HubTurn
    private let configuration: FanOutConfiguration
    private let moods: MoodSource
    private let model: String
    private let random: (ClosedRange<Int>) -> Int

    private var frames: HubFrames
    /// Subscribers that were written to since the last flush.
    private var touched: [Subscriber] = []
    /// What was handed over, left out and replayed.
    private(set) var counters = FanOutCounters()

    init(
        reader: LogReader,
        watchers: Watchers,
        turn: HubTurn,
        configuration: FanOutConfiguration,
        model: String,
        moods: MoodSource,
        random: @escaping (ClosedRange<Int>) -> Int
    ) {
        self.reader = reader
        self.watchers = watchers
        self.turn = turn
        self.configuration = configuration
        self.model = model
        self.moods = moods
        self.random = random
        frames = HubFrames(epoch: reader.log.epoch)
    }

    /// Flushes each sink once that was written to, and tells the log of the frames that were encoded.
    func finish() {
        let sinks = touched
        touched.removeAll(keepingCapacity: true)
        for subscriber in sinks where subscriber.needsFlush {
            subscriber.needsFlush = false
            subscriber.sink.flush()
        }
        reader.cache(frames.grown)
        frames.clear()
    }

    /// Writes `hello` and, if its cursor was not honoured, `reset`.
    func greet(_ subscriber: Subscriber, _ join: LogJoin, cursor: String, _ now: Timestamp) {
        let hello = StreamEvent.Hello(
            epoch: reader.log.epoch,
            serverTime: now.milliseconds,
            heartbeatSeconds: configuration.heartbeat.components.seconds,
            replaySeconds: join.replayAge / 1_000_000_000,
            model: model
        )
        write(.hello(hello, retry: random(configuration.retryMilliseconds)), to: subscriber)
        switch join.verdict {
        case .fresh:
            break
        case .resumed:
            counters.replayHits += 1
        case .reset(let reason):
            counters.replayResets += 1
            write(.reset(reason, from: cursor, to: id(join.position.id)), to: subscriber)
        }
    }

    /// Writes a heartbeat with the last id of the stream.
    func beat(_ subscriber: Subscriber, _ now: Timestamp) {
        let id = subscriber.lastID.map { self.id($0) }
        write(.heartbeat(id: id, serverTime: now.milliseconds), to: subscriber)
    }

    /// Hands a live entry to every subscriber at the head that watches its room.
    func deliver(_ entry: LogEntry, _ now: Timestamp) {
        var isSeen = false
        for member in watchers.members(of: entry.roomIndex) where deliver(entry, to: member) {
            isSeen = true
        }
        var isSeenByEveryRoom = false
        for member in watchers.membersOfEveryRoom where deliver(entry, to: member) {
            isSeenByEveryRoom = true
        }
        if isSeen || isSeenByEveryRoom {
            observe(entry, now, byEveryRoom: isSeenByEveryRoom)
        }
    }

    /// Whether the subscriber was given something to see.
    private func deliver(_ entry: LogEntry, to member: ChannelMembers.Member) -> Bool {
        let subscriber = member.subscriber
        guard entry.sequence > subscriber.position.sequence,
            subscriber.machine.offer(isWritable: subscriber.sink.isWritable)
        else {
            return false
        }
        return hand(entry, to: subscriber, place: member.place)
    }

    /// Writes as much to a subscriber as it takes now and the turn allows.
    ///
    /// - Returns: False if the turn is over and the rest has to wait for another one.
    func pump(_ subscriber: Subscriber, _ now: Timestamp) -> Bool {
        while subscriber.sink.isWritable {
            let work = subscriber.machine.work
            if work == .nothing {
                return true
            }
            guard !turn.isOver else {
                return false
            }
            let before = subscriber.written
            switch work {
            case .snapshots: writeSnapshot(subscriber, now)
            case .page: writePage(subscriber, now)
            case .moods: writeMoods(subscriber)
            case .nothing: break
            }
            turn.spend(bytes: subscriber.written - before)
        }
        return true
    }

    private func writeSnapshot(_ subscriber: Subscriber, _ now: Timestamp) {
        if let start = subscriber.snapshots.missing {
            turn.spend(units: HubTurn.page)
            subscriber.snapshots.add(moods.rooms(start))
            if subscriber.snapshots.missing != nil {
                return
            }
        }
        turn.spend(units: HubTurn.snapshot)
        let start = subscriber.position.id
        if let room = subscriber.snapshots.popNext() {
            let id = subscriber.snapshots.isEmpty ? id(start) : nil
            write(.snapshot(moods.mood(room, now), room: room, id: id), to: subscriber)
        } else {
            write(.position(id(start)), to: subscriber)
        }
        if subscriber.snapshots.isEmpty {
            subscriber.lastID = start
            subscriber.machine.complete(.snapshots)
        }
    }

    private func writePage(_ subscriber: Subscriber, _ now: Timestamp) {
        // A replay may lag as far as the ring reaches.
        let isReplay = subscriber.position.sequence < subscriber.replayEnd
        let maximumLag = isReplay ? .max : UInt64(configuration.maximumLagBytes)
        turn.spend(units: subscriber.sweep == nil ? HubTurn.join(rooms: subscriber.memberNumbers.count) : HubTurn.page)
        let page = reader.page(
            after: subscriber.position,
            replayEnd: subscriber.replayEnd,
            sweep: &subscriber.sweep,
            limit: max(1, turn.units),
            maximumLag: maximumLag
        )
        if page.hasGap || page.lag > maximumLag {
            conflate(subscriber)
            return
        }
        for (index, item) in page.items.enumerated() {
            guard subscriber.sink.isWritable else {
                subscriber.sweep?.giveBack(page.items[index...])
                return
            }
            turn.spend(units: 1)
            if hand(item.entry, to: subscriber, place: item.place) {
                observeLate(item.entry, subscriber, now)
            }
        }
        subscriber.position.advance(over: page)
        if page.isLast {
            subscriber.machine.complete(.page)
        }
    }

    /// Moves a subscriber to the head: says what it misses, keeps the newest mood of each room.
    private func conflate(_ subscriber: Subscriber) {
        let collapse = reader.collapse(&subscriber.position)
        subscriber.machine.conflate()
        subscriber.kept = collapse.kept
        subscriber.moodsKeepIDs = collapse.skipped.events == 0
        skip(collapse.skipped, subscriber)
    }

    /// Writes kept moods.
    ///
    /// They go without their ids after a `skipped`: that has the id of the head, and a browser that comes back with a
    /// lower one would get what was counted.
    private func writeMoods(_ subscriber: Subscriber) {
        let limit = 32
        turn.spend(units: HubTurn.page)
        let entries = reader.entries(of: subscriber.kept, limit: limit)
        for entry in entries {
            guard subscriber.sink.isWritable else {
                return
            }
            turn.spend(units: 1)
            counters.delivered += 1
            subscriber.kept.after = entry.sequence
            subscriber.kept.count -= 1
            let frame = frames.frame(of: entry, at: subscriber.position.level)
            if subscriber.moodsKeepIDs {
                subscriber.lastID = entry.id
                write(frame, to: subscriber)
            } else {
                write(frame.withoutID, to: subscriber)
            }
        }
        if entries.count < limit {
            // The others left the ring while the reader was stalled once more.
            skip(Tally.Level(events: UInt64(subscriber.kept.count)), subscriber)
            subscriber.kept = .none
            subscriber.machine.complete(.moods)
        }
    }

    /// Says what is left out up to the subscriber's position.
    private func skip(_ skipped: Tally.Level, _ subscriber: Subscriber) {
        if skipped.events > 0 {
            counters.skipped += skipped.events
            subscriber.lastID = subscriber.position.id
            write(.skipped(skipped, id: id(subscriber.position.id)), to: subscriber)
        }
    }

    /// Hands an entry over.
    ///
    /// - Returns: False if it shows nothing at the subscriber's level.
    private func hand(_ entry: LogEntry, to subscriber: Subscriber, place: Int) -> Bool {
        let level = subscriber.position.level
        subscriber.position.advance(over: entry, place: place)
        guard entry.isVisible(at: level) else {
            return false
        }
        subscriber.lastID = entry.id
        counters.delivered += 1
        write(frames.frame(of: entry, at: level), to: subscriber)
        return true
    }

    /// Writes an event of this subscriber alone.
    func write(_ event: StreamEvent, to subscriber: Subscriber) {
        write(event.frame, to: subscriber)
    }

    /// Writes a frame; it is flushed by ``finish()``.
    private func write(_ frame: Frame, to subscriber: Subscriber) {
        subscriber.written += subscriber.sink.write(frame)
        if !subscriber.needsFlush {
            subscriber.needsFlush = true
            touched.append(subscriber)
        }
    }

    private func id(_ id: UInt64) -> EventID {
        EventID(epoch: reader.log.epoch, id: id)
    }

    /// Counts the comments of an entry at its first hand-over on this loop.
    private func observe(_ entry: LogEntry, _ now: Timestamp, byEveryRoom: Bool) {
        guard case .results(let results) = entry.content else {
            return
        }
        watchers.observe(entry, byEveryRoom: byEveryRoom)
        for receipt in results.receipts {
            counters.publishSeconds.observe(now.nanoseconds - receipt.receivedAt, count: Int(receipt.count))
        }
    }

    /// The same for an entry that a subscriber reads late, if no subscriber of this loop got it before.
    private func observeLate(_ entry: LogEntry, _ subscriber: Subscriber, _ now: Timestamp) {
        guard entry.sequence > max(watchers.observed(of: entry.roomIndex), subscriber.replayEnd) else {
            return
        }
        if case .everyRoom = subscriber.position.scope {
            observe(entry, now, byEveryRoom: true)
        } else {
            observe(entry, now, byEveryRoom: false)
        }
    }
}
