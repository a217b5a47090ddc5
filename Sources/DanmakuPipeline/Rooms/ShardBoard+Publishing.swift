import SentimentModel

extension ShardBoard {
    /// The most quiet rooms that are told of it in one second: with 16 shards 2,048 moods, about 2 MB of the log.
    private static let announcedAtOnce = 128
    /// A room whose next entry is due later than this is looked at once a second.
    private static let soonNanoseconds: Int64 = 1_000_000_000

    /// Publishes what is due of the rooms that wait for a tick.
    ///
    /// - Returns: Whether any room has to be looked at again within milliseconds.
    package mutating func tick(now: Timestamp) -> Bool {
        let slots = soon
        soon.removeAll(keepingCapacity: true)
        for slot in slots {
            rooms[Int(slot)]?.writer.isSoon = false
            attend(slot, now: now)
        }
        return !soon.isEmpty
    }

    /// Publishes what is due of the rooms whose mood decays, and tells quiet rooms of a change of ``isDegraded``; called
    /// once a second.
    package mutating func settle(now: Timestamp) {
        let slots = settling
        settling.removeAll(keepingCapacity: true)
        for slot in slots {
            rooms[Int(slot)]?.writer.isSettling = false
            attend(slot, now: now)
        }
        announce(now: now)
        latestAt = max(latestAt, now.milliseconds)
    }

    private mutating func announce(now: Timestamp) {
        guard var slot = announcing else {
            return
        }
        var left = Self.announcedAtOnce
        while slot < rooms.count, left > 0 {
            if let room = rooms[slot], room.writer.shownDegraded != isDegraded {
                room.writer.pacer.announce()
                attend(UInt32(slot), now: now)
                left -= 1
            }
            slot += 1
        }
        announcing = slot < rooms.count ? slot : nil
    }

    /// Publishes whatever waits, due or not: the last step of a drain.
    package mutating func flushAll(now: Timestamp) {
        for room in rooms.lazy.compactMap(\.self) {
            if let draft = room.writer.flush.take(now: now.nanoseconds) {
                commits.append(draft)
            }
            publishMood(of: room, now: now)
        }
    }

    /// Publishes what is due of a room and notes when to look at it again.
    mutating func attend(_ slot: UInt32, now: Timestamp) {
        guard let room = rooms[Int(slot)] else {
            return
        }
        if let draft = room.writer.flush.takeIfDue(now: now.nanoseconds) {
            commits.append(draft)
        }
        publishMood(of: room, now: now)
        guard let due = room.writer.due else {
            return
        }
        if due < now.nanoseconds + Self.soonNanoseconds {
            if !room.writer.isSoon {
                room.writer.isSoon = true
                soon.append(slot)
            }
        } else if !room.writer.isSettling {
            room.writer.isSettling = true
            settling.append(slot)
        }
    }

    private mutating func publishMood(of room: RoomBoard, now: Timestamp) {
        guard let detail = room.writer.pacer.takeIfDue(now: now.nanoseconds) else {
            return
        }
        let snapshot = room.replica.nextMood(now: now, degraded: isDegraded, detail: detail)
        room.writer.shownDegraded = isDegraded
        latestAt = max(latestAt, snapshot.at)
        commits.append(.mood(snapshot, detail: detail, room: room.name.bytes))
    }
}
