import DequeModule

extension EventRing {
    /// Where a subscriber without a cursor begins: at the head.
    func position(atHeadOf rooms: [RoomIndex]?, level: DetailLevel) -> LogPosition {
        let scope = rooms.map { rooms in
            LogPosition.Scope.rooms(
                rooms.map { .init(index: $0, moods: 0, tally: self.rooms[$0].tally[level]) }
            )
        }
        return LogPosition(level: level, sequence: head, id: headID, scope: scope ?? .everyRoom(tally[level]))
    }

    /// Where a subscriber with a cursor begins; `nil` if an entry of a watched room after it has left the ring.
    ///
    /// It costs O(log n) of the ring, and as much again for each room.
    ///
    /// - Parameters:
    ///   - id: The cursor; at most ``headID``.
    ///   - rooms: The rooms; `nil` for every room.
    ///   - level: The level.
    ///   - steps: Is increased by the elements that were looked at.
    /// - Returns: The position.
    func position(
        after id: UInt64,
        of rooms: [RoomIndex]?,
        level: DetailLevel,
        steps: inout Int
    ) -> LogPosition? {
        let sequence = self.sequence(through: id, steps: &steps)
        guard let rooms else {
            guard evictedID <= id else {
                return nil
            }
            let tally = logTally(through: sequence)[level]
            return LogPosition(level: level, sequence: sequence, id: id, scope: .everyRoom(tally))
        }
        var watched: [LogPosition.WatchedRoom] = []
        watched.reserveCapacity(rooms.count)
        for index in rooms {
            guard self.rooms[index].evictedID <= id else {
                return nil
            }
            let read = roomTally(of: index, through: sequence, steps: &steps)
            let newest = self.rooms[index].lists[.mood].last ?? 0
            let moods = self.rooms[index].tally.moods - (newest > sequence ? 1 : 0)
            var tally = read[level]
            tally.events += moods - read.moods
            watched.append(.init(index: index, moods: UInt32(truncatingIfNeeded: moods), tally: tally))
        }
        return LogPosition(level: level, sequence: sequence, id: id, scope: .rooms(watched))
    }

    /// The newest entry up to an id: its sequence, or that before the oldest entry if all in the ring are newer.
    private func sequence(through id: UInt64, steps: inout Int) -> UInt64 {
        var low = 0
        var high = slots.count
        while low < high {
            steps += 1
            let middle = (low + high) / 2
            if slots[middle].entry.id > id {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return first + UInt64(low) - 1
    }

    /// Moves a position to the head and says what that leaves out.
    ///
    /// It costs O(1) for each watched room, and O(log n) of the ring for every room.
    func collapse(_ position: inout LogPosition) -> LogCollapse {
        let level = position.level
        var skipped = Tally.Level()
        var kept: KeptMoods
        switch position.scope {
        case .everyRoom(let read):
            skipped = tally[level] - read
            let after = max(position.sequence, first - 1)
            var steps = 0
            kept = KeptMoods(after: after, moods: .everyRoom(head))
            kept.count = moods.newestCount(after: after, through: head, steps: &steps)
        case .rooms(let watched):
            var newest: [UInt64] = []
            for room in watched {
                skipped = skipped + (rooms[room.index].tally[level] - room.tally)
                if let mood = rooms[room.index].lists[.mood].last, mood > position.sequence {
                    newest.append(mood)
                }
            }
            kept = KeptMoods(after: position.sequence, moods: .of(newest.sorted()))
            kept.count = newest.count
        }
        position = self.position(atHeadOf: watchedRooms(of: position), level: level)
        skipped.events -= UInt64(kept.count)
        return LogCollapse(skipped: skipped, kept: kept)
    }

    private func watchedRooms(of position: LogPosition) -> [RoomIndex]? {
        switch position.scope {
        case .everyRoom: nil
        case .rooms(let watched): watched.map(\.index)
        }
    }

    /// What all rooms had published up to an entry; `sequence` is in the ring or the last one that left it.
    private func logTally(through sequence: UInt64) -> Tally {
        if let place = place(of: sequence) {
            return slots[place].entry.logTally
        }
        guard let oldest = slots.first else {
            return tally
        }
        return oldest.entry.logTally - oldest.entry.share
    }

    /// What a room had published up to a sequence after which nothing of it has left the ring.
    private func roomTally(of room: RoomIndex, through sequence: UInt64, steps: inout Int) -> Tally {
        steps += 1
        guard rooms[room].newest > sequence else {
            return rooms[room].tally
        }
        let newest = rooms[room].lists.newest(through: sequence, steps: &steps)
        if let place = place(of: newest) {
            return slots[place].entry.roomTally
        }
        guard let oldest = rooms[room].lists.oldest, let place = place(of: oldest) else {
            return rooms[room].tally
        }
        return slots[place].entry.roomTally - slots[place].entry.share
    }
}
