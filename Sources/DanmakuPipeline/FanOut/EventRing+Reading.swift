import DequeModule

extension EventRing {
    /// The bounds of a page: how long the log's lock is held for it, and how much memory it pins.
    private enum PageLimit {
        static let entries = 128
        static let bytes = 262_144
        static let visited = 4096
    }

    /// Where a subscriber without a cursor begins: at the head.
    func position(atHeadOf rooms: [RoomIndex]?, level: DetailLevel) -> LogPosition {
        guard let rooms else {
            return LogPosition(level: level, sequence: head, scope: .everyRoom(tally[level]))
        }
        let watched = rooms.map { index in
            LogPosition.WatchedRoom(index: index, last: self.rooms[index].newest, tally: self.rooms[index].tally[level])
        }
        return LogPosition(level: level, sequence: head, scope: .rooms(watched))
    }

    /// Where a subscriber with a cursor begins; `nil` if an entry of a watched room after it has left the ring.
    func position(after sequence: UInt64, of rooms: [RoomIndex]?, level: DetailLevel) -> LogPosition? {
        guard let rooms else {
            guard sequence + 1 >= first else {
                return nil
            }
            return LogPosition(level: level, sequence: sequence, scope: .everyRoom(logTally(through: sequence)[level]))
        }
        var watched: [LogPosition.WatchedRoom] = []
        watched.reserveCapacity(rooms.count)
        for index in rooms {
            let room = self.rooms[index]
            guard room.evicted <= sequence else {
                return nil
            }
            // Walks back over what will be sent anyway: some nanoseconds an entry.
            var last = room.newest
            while last > sequence, let place = place(of: last) {
                last = slots[place].previous
            }
            watched.append(.init(index: index, last: last, tally: roomTally(of: room, through: last)[level]))
        }
        return LogPosition(level: level, sequence: sequence, scope: .rooms(watched))
    }

    /// The next entries after a position, merged over its rooms.
    ///
    /// - Parameters:
    ///   - position: The position.
    ///   - replayEnd: Up to here this is a replay: of the moods up to here only a room's newest is visible.
    /// - Returns: The page.
    func page(after position: LogPosition, replayEnd: UInt64) -> LogPage {
        switch position.scope {
        case .everyRoom(let read):
            return page(after: position, read: read, replayEnd: replayEnd)
        case .rooms(let rooms):
            return page(after: position, rooms: rooms, replayEnd: replayEnd)
        }
    }

    private func page(after position: LogPosition, read: Tally.Level, replayEnd: UInt64) -> LogPage {
        var page = LogPage(end: position)
        page.lag = (tally[position.level] - read).bytes
        guard position.sequence + 1 >= first else {
            page.hasGap = true
            return page
        }
        var bytes: UInt64 = 0
        var visible = 0
        var sequence = position.sequence
        while sequence < head, page.items.count < PageLimit.visited, visible < PageLimit.entries,
            bytes < PageLimit.bytes
        {
            sequence += 1
            let slot = slots[Int(sequence - first)]
            let isVisible = isVisible(slot, at: position.level, replayEnd: replayEnd)
            page.items.append(.init(entry: slot.entry, place: 0, isVisible: isVisible))
            if isVisible {
                visible += 1
                bytes += slot.entry.share[position.level].bytes
            }
        }
        page.end.sequence = sequence
        page.end.scope = .everyRoom(logTally(through: sequence)[position.level])
        page.isLast = sequence == head
        return page
    }

    private func page(
        after position: LogPosition,
        rooms: [LogPosition.WatchedRoom],
        replayEnd: UInt64
    ) -> LogPage {
        let level = position.level
        var page = LogPage(end: position)
        var rooms = rooms
        var next: [UInt64] = []
        next.reserveCapacity(rooms.count)
        for watched in rooms {
            let room = self.rooms[watched.index]
            page.lag += (room.tally[level] - watched.tally).bytes
            page.hasGap = page.hasGap || room.evicted > watched.last
            next.append(self.next(after: watched.last, in: room))
        }
        guard !page.hasGap else {
            return page
        }
        var bytes: UInt64 = 0
        var visible = 0
        while page.items.count < PageLimit.visited, visible < PageLimit.entries, bytes < PageLimit.bytes {
            guard let place = next.indices.filter({ next[$0] != 0 }).min(by: { next[$0] < next[$1] }) else {
                page.isLast = true
                break
            }
            let slot = slots[Int(next[place] - first)]
            let isVisible = isVisible(slot, at: level, replayEnd: replayEnd)
            page.items.append(.init(entry: slot.entry, place: place, isVisible: isVisible))
            if isVisible {
                visible += 1
                bytes += slot.entry.share[level].bytes
            }
            rooms[place].last = slot.entry.sequence
            rooms[place].tally = slot.entry.roomTally[level]
            page.end.sequence = slot.entry.sequence
            next[place] = slot.next
        }
        if page.isLast {
            page.end.sequence = max(head, position.sequence)
        }
        page.end.scope = .rooms(rooms)
        return page
    }

    /// Moves a position to the head and says what that leaves out.
    func collapse(_ position: inout LogPosition) -> LogCollapse {
        let level = position.level
        var collapse = LogCollapse(skipped: Tally.Level(), moods: [])
        switch position.scope {
        case .everyRoom(let read):
            collapse.skipped = tally[level] - read
            collapse.moods = rooms.newestMoods.filter { $0 > position.sequence && place(of: $0) != nil }
            position = self.position(atHeadOf: nil, level: level)
        case .rooms(let watched):
            for entry in watched {
                let room = rooms[entry.index]
                collapse.skipped = collapse.skipped + (room.tally[level] - entry.tally)
                if room.newestMood > entry.last, place(of: room.newestMood) != nil {
                    collapse.moods.append(room.newestMood)
                }
            }
            position = self.position(atHeadOf: watched.map(\.index), level: level)
        }
        collapse.moods.sort()
        collapse.skipped.events -= UInt64(collapse.moods.count)
        return collapse
    }

    /// The entries of some sequences that are still in the ring.
    func entries(_ sequences: some Sequence<UInt64>) -> [LogEntry] {
        sequences.compactMap { place(of: $0).map { slots[$0].entry } }
    }

    /// The room's entry after one of its entries; 0 if there is none.
    private func next(after last: UInt64, in room: RoomTable.Room) -> UInt64 {
        guard last < room.newest else {
            return 0
        }
        return place(of: last).map { slots[$0].next } ?? room.oldest
    }

    private func isVisible(_ slot: Slot, at level: DetailLevel, replayEnd: UInt64) -> Bool {
        if slot.nextMood != 0, slot.nextMood <= replayEnd {
            return false
        }
        return slot.entry.isVisible(at: level)
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

    /// What a room had published up to one of its entries: one in the ring, or the last one that left it.
    private func roomTally(of room: RoomTable.Room, through last: UInt64) -> Tally {
        if let place = place(of: last) {
            return slots[place].entry.roomTally
        }
        guard room.hasEntries, let place = place(of: room.oldest) else {
            return room.tally
        }
        return slots[place].entry.roomTally - slots[place].entry.share
    }
}
