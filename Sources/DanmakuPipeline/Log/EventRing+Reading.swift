import DequeModule

extension EventRing {
    /// The bounds of a page: how long the log's lock is held for it, and how much memory it pins.
    package enum PageLimit {
        /// Entries; all of them are visible, so this is also the number of visits.
        package static let entries = 128
        static let bytes = 262_144
    }

    /// The next visible entries after a position, merged over its rooms.
    ///
    /// It costs O(log n) of rooms and ring for each entry; the first page of a sweep also costs O(log n) of the ring for
    /// each watched room.
    ///
    /// - Parameters:
    ///   - position: The position.
    ///   - replayEnd: Up to here this is a replay: of the moods up to here only a room's newest is visible.
    ///   - sweep: What the last page left; `nil` to begin.
    ///   - limit: The most entries; at least 1.
    ///   - maximumLag: From here on, in bytes, the page is empty.
    /// - Returns: The page.
    func page(
        after position: LogPosition,
        replayEnd: UInt64,
        sweep: inout LogSweep?,
        limit: Int,
        maximumLag: UInt64
    ) -> LogPage {
        var page = LogPage(end: position.sequence, endID: position.id)
        let published = tally[position.level].bytes
        if let sweep, sweep.heap.first?.sequence ?? .max < first {
            // Its next entry is its oldest.
            page.hasGap = true
        } else if sweep.map({ $0.lag + published - $0.published > maximumLag }) ?? true {
            sweep = nil
            measure(position, &page)
        }
        guard !page.hasGap, page.lag <= maximumLag else {
            sweep = nil
            return page
        }
        var current = sweep ?? self.sweep(from: position, replayEnd: replayEnd, lag: page.lag, steps: &page.steps)
        // Held once only, so that the heap is not copied.
        sweep = nil
        let before = current.heap.steps
        let entries = min(limit, PageLimit.entries)
        var bytes: UInt64 = 0
        while page.items.count < entries, bytes < PageLimit.bytes, let run = current.heap.first {
            let entry = slots[Int(run.sequence - first)].entry
            page.items.append(.init(entry: entry, place: Int(run.place)))
            bytes += entry.share[position.level].bytes
            current.heap.replaceFirst(with: rest(of: run, in: current, position.scope, steps: &page.steps))
        }
        page.steps += page.items.count + current.heap.steps - before
        guard current.heap.first == nil else {
            page.end = page.items.last?.entry.sequence ?? position.sequence
            page.endID = page.items.last?.entry.id ?? position.id
            sweep = current
            return page
        }
        page.end = current.end
        page.endID = current.endID
        page.isLast = current.end == head
        return page
    }

    /// Finds out how far a position lags, and whether entries after it are lost.
    private func measure(_ position: LogPosition, _ page: inout LogPage) {
        switch position.scope {
        case .everyRoom(let read):
            page.lag = (tally[position.level] - read).bytes
            page.hasGap = position.sequence < first - 1
        case .rooms(let watched):
            page.steps += watched.count
            for place in watched {
                page.lag += (rooms[place.index].tally[position.level] - place.tally).bytes
                page.hasGap = page.hasGap || rooms[place.index].evicted > position.sequence
            }
        }
    }

    /// The entries of some sequences that are still in the ring.
    func entries(_ sequences: some Sequence<UInt64>) -> [LogEntry] {
        sequences.compactMap { place(of: $0).map { slots[$0].entry } }
    }

    /// The next kept moods that are still in the ring.
    func entries(of kept: KeptMoods, limit: Int) -> [LogEntry] {
        var entries: [LogEntry] = []
        var after = kept.after
        while entries.count < limit, let sequence = next(of: kept, after: max(after, first - 1)) {
            entries.append(slots[Int(sequence - first)].entry)
            after = sequence
        }
        return entries
    }

    private func next(of kept: KeptMoods, after sequence: UInt64) -> UInt64? {
        switch kept.moods {
        case .everyRoom(let head):
            var steps = 0
            return moods.first(after: sequence, through: head, newestAt: head, steps: &steps)
        case .of(let moods):
            return moods.first { $0 > sequence }
        }
    }
}
