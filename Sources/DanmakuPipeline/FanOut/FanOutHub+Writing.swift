extension FanOutHub {
    /// Bytes that one subscriber gets in one turn: a long replay to a fast reader leaves the loop to the others between.
    private static let turnBytes = 1 << 20

    /// Writes `hello` and, if its cursor was not honoured, `reset`.
    func greet(_ subscriber: Subscriber, _ join: LogJoin, cursor: String, _ now: Timestamp) {
        let hello = StreamEvents.Hello(
            epoch: reader.log.epoch,
            serverTime: now.milliseconds,
            heartbeatSeconds: configuration.heartbeat.components.seconds,
            replaySeconds: join.replayAge / 1_000_000_000,
            model: model
        )
        write(StreamEvents.hello(hello, retry: random(configuration.retryMilliseconds)), to: subscriber)
        switch join.verdict {
        case .fresh:
            break
        case .resumed:
            counters.replayHits += 1
        case .reset(let reason):
            counters.replayResets += 1
            write(StreamEvents.reset(reason, from: cursor, to: id(join.position.sequence)), to: subscriber)
        }
    }

    /// Hands a live entry to everyone at the head who watches its room.
    func deliver(_ entry: LogEntry, _ now: Timestamp) {
        var isSeen = false
        if let members = rooms[entry.roomIndex]?.members {
            for member in members where deliver(entry, to: member) {
                isSeen = true
            }
        }
        var isSeenByEveryRoom = false
        for member in everyRoom.members where deliver(entry, to: member) {
            isSeenByEveryRoom = true
        }
        if isSeen || isSeenByEveryRoom {
            observe(entry, now, byEveryRoom: isSeenByEveryRoom)
        }
    }

    /// Whether the subscriber was given something to see.
    private func deliver(_ entry: LogEntry, to member: Channel.Member) -> Bool {
        let subscriber = member.subscriber
        guard entry.sequence > subscriber.position.sequence,
            subscriber.machine.offer(isWritable: subscriber.sink.isWritable)
        else {
            return false
        }
        return hand(entry, to: subscriber, place: member.place)
    }

    /// Writes as much to a subscriber as it takes now, at most a turn's worth.
    func pump(_ subscriber: Subscriber, _ now: Timestamp) {
        var turn = Self.turnBytes
        while subscriber.sink.isWritable {
            guard turn > 0 else {
                waiting.append(subscriber)
                return
            }
            let before = subscriber.written
            switch subscriber.machine.work {
            case .snapshots: writeSnapshot(subscriber, now)
            case .page: writePage(subscriber, now)
            case .moods: writeMoods(subscriber)
            case .nothing: return
            }
            turn -= subscriber.written - before
        }
    }

    private func writeSnapshot(_ subscriber: Subscriber, _ now: Timestamp) {
        let start = subscriber.position.sequence
        if let room = subscriber.snapshots.popLast() {
            let id = subscriber.snapshots.isEmpty ? id(start) : nil
            write(StreamEvents.snapshot(id: id) { moods.encode(room, now, &$0) }, to: subscriber)
        } else {
            write(StreamEvents.bare(id: id(start)), to: subscriber)
        }
        if subscriber.snapshots.isEmpty {
            subscriber.lastID = start
            subscriber.machine.complete(.snapshots)
        }
    }

    private func writePage(_ subscriber: Subscriber, _ now: Timestamp) {
        let page = reader.page(after: subscriber.position, replayEnd: subscriber.replayEnd)
        let mayLag = subscriber.position.sequence < subscriber.replayEnd
        if page.hasGap || !mayLag && page.lag > UInt64(configuration.maximumLagBytes) {
            conflate(subscriber)
            return
        }
        for item in page.items {
            guard item.isVisible else {
                subscriber.position.advance(over: item.entry, place: item.place)
                continue
            }
            guard subscriber.sink.isWritable else {
                return
            }
            if hand(item.entry, to: subscriber, place: item.place) {
                observeLate(item.entry, subscriber, now)
            }
        }
        subscriber.position = page.end
        if page.isLast {
            subscriber.machine.complete(.page)
        }
    }

    /// Moves a subscriber to the head: says what it misses, keeps the newest mood of each room.
    private func conflate(_ subscriber: Subscriber) {
        let collapse = reader.collapse(&subscriber.position)
        subscriber.machine.conflate()
        subscriber.moods = collapse.moods.reversed()
        subscriber.moodsKeepIDs = collapse.skipped.events == 0
        skip(collapse.skipped, subscriber)
    }

    /// Writes kept moods.
    ///
    /// They go without their ids after a `skipped`: that has the id of the head, and a browser that comes back with a
    /// lower one would get what was counted.
    private func writeMoods(_ subscriber: Subscriber) {
        for _ in 0..<32 {
            guard subscriber.sink.isWritable, let sequence = subscriber.moods.popLast() else {
                break
            }
            guard let entry = reader.entries(CollectionOfOne(sequence)).first else {
                // It left the ring while the reader was stalled once more.
                subscriber.lostMoods += 1
                continue
            }
            counters.delivered += 1
            let frame = frame(of: entry, at: subscriber.position.level)
            if subscriber.moodsKeepIDs {
                subscriber.lastID = sequence
                write(frame, to: subscriber)
            } else {
                write(frame.withoutID, to: subscriber)
            }
        }
        if subscriber.moods.isEmpty {
            skip(Tally.Level(events: subscriber.lostMoods), subscriber)
            subscriber.lostMoods = 0
            subscriber.machine.complete(.moods)
        }
    }

    /// Says what is left out up to the subscriber's position.
    private func skip(_ skipped: Tally.Level, _ subscriber: Subscriber) {
        if skipped.events > 0 {
            counters.skipped += skipped.events
            subscriber.lastID = subscriber.position.sequence
            write(StreamEvents.skipped(id: id(subscriber.position.sequence), skipped), to: subscriber)
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
        subscriber.lastID = entry.sequence
        counters.delivered += 1
        write(frame(of: entry, at: level), to: subscriber)
        return true
    }

    private func frame(of entry: LogEntry, at level: DetailLevel) -> Frame {
        if let latest, latest.sequence == entry.sequence, latest.level == level {
            return latest.frame
        }
        let made = entry.frame(at: level, epoch: reader.log.epoch)
        if made.grown > 0 {
            grown.append((entry.sequence, made.grown))
        }
        latest = (entry.sequence, level, made.frame)
        return made.frame
    }

    /// Writes a frame; it is flushed at the end of the call.
    func write(_ frame: Frame, to subscriber: Subscriber) {
        subscriber.written += subscriber.sink.write(frame)
        if !subscriber.needsFlush {
            subscriber.needsFlush = true
            touched.append(subscriber)
        }
    }

    func id(_ sequence: UInt64) -> EventID {
        EventID(epoch: reader.log.epoch, sequence: sequence)
    }

    /// Counts the comments of an entry at its first hand-over on this loop.
    private func observe(_ entry: LogEntry, _ now: Timestamp, byEveryRoom: Bool) {
        guard case .results(let results) = entry.content else {
            return
        }
        rooms[entry.roomIndex]?.observed = entry.sequence
        if byEveryRoom {
            everyRoom.observed = entry.sequence
        }
        for receipt in results.receipts {
            counters.publishSeconds.observe(now.nanoseconds - receipt.receivedAt, count: Int(receipt.count))
        }
    }

    /// The same for an entry that a subscriber reads late, and that nobody on this loop got before.
    private func observeLate(_ entry: LogEntry, _ subscriber: Subscriber, _ now: Timestamp) {
        var observed = max(rooms[entry.roomIndex]?.observed ?? 0, subscriber.replayEnd)
        if !everyRoom.members.isEmpty {
            observed = max(observed, everyRoom.observed)
        }
        if entry.sequence > observed {
            if case .everyRoom = subscriber.position.scope {
                observe(entry, now, byEveryRoom: true)
            } else {
                observe(entry, now, byEveryRoom: false)
            }
        }
    }
}
