import DequeModule

/// How a subscriber that lags goes through the ring: the next visible entry of each list that it reads, up to the head at
/// which the sweep began.
///
/// It is kept between two pages, so that a page costs nothing for the watched rooms that it does not come to. What is
/// appended after it began belongs to the next sweep.
package struct LogSweep: Sendable {
    /// The head at which it began.
    let end: UInt64
    /// The id of that head.
    let endID: UInt64
    /// Up to here it is a replay: of the moods up to here only a room's newest is visible.
    let replayEnd: UInt64
    /// How far the subscriber lagged when it began, in bytes.
    let lag: UInt64
    /// What all rooms had published then, in bytes: while that grows by less than may be lagged, the lag need not be
    /// measured again.
    let published: UInt64
    var heap: EntryHeap

    /// Puts entries of the last page back that were not handed over.
    package mutating func giveBack(_ items: ArraySlice<LogPage.Item>) {
        for item in items {
            heap.insert(
                EntryRun(
                    sequence: item.entry.sequence,
                    place: Int32(item.place),
                    kind: item.entry.kind,
                    goesOn: false
                )
            )
        }
    }
}

extension EventRing {
    /// Begins a sweep: costs O(log n) of the ring for each watched room.
    func sweep(from position: LogPosition, replayEnd: UInt64, lag: UInt64, steps: inout Int) -> LogSweep {
        let kinds = EntryClass.allCases.filter { $0.isVisible(at: position.level) }
        var runs: [EntryRun] = []
        switch position.scope {
        case .everyRoom:
            for kind in kinds {
                let run = next(kind, after: position.sequence, through: head, replayEnd: replayEnd, steps: &steps)
                run.map { runs.append($0) }
            }
        case .rooms(let watched):
            runs.reserveCapacity(watched.count)
            for (place, room) in watched.enumerated() where rooms[room.index].newest > position.sequence {
                for kind in kinds {
                    let list = rooms[room.index].lists[kind]
                    var run = Self.next(kind, in: list, after: position.sequence, through: head, place, steps: &steps)
                    if kind == .mood, let first = run, first.sequence <= replayEnd {
                        let newest = list.index(above: replayEnd, steps: &steps) - 1
                        run = EntryRun(sequence: list[newest], place: first.place, kind: .mood)
                    }
                    run.map { runs.append($0) }
                }
            }
        }
        return LogSweep(
            end: head,
            endID: headID,
            replayEnd: replayEnd,
            lag: lag,
            published: tally[position.level].bytes,
            heap: EntryHeap(runs)
        )
    }

    /// What is left of a run after its first entry.
    func rest(of run: EntryRun, in sweep: LogSweep, _ scope: LogPosition.Scope, steps: inout Int) -> EntryRun? {
        guard run.goesOn else {
            return nil
        }
        switch scope {
        case .everyRoom:
            return next(
                run.kind,
                after: run.sequence,
                through: sweep.end,
                replayEnd: sweep.replayEnd,
                steps: &steps
            )
        case .rooms(let watched):
            // After the newest mood of a replay come those that are live.
            let place = Int(run.place)
            let list = rooms[watched[place].index].lists[run.kind]
            return Self.next(run.kind, in: list, after: run.sequence, through: sweep.end, place, steps: &steps)
        }
    }

    /// The next visible entry of a class, of any room.
    private func next(
        _ kind: EntryClass,
        after sequence: UInt64,
        through end: UInt64,
        replayEnd: UInt64,
        steps: inout Int
    ) -> EntryRun? {
        guard kind == .mood else {
            return Self.next(kind, in: lists[kind], after: sequence, through: end, 0, steps: &steps)
        }
        let replayed = moods.first(after: sequence, through: replayEnd, newestAt: replayEnd, steps: &steps)
        let live = max(sequence, replayEnd)
        return (replayed ?? moods.first(after: live, through: end, newestAt: 0, steps: &steps))
            .map { EntryRun(sequence: $0, place: 0, kind: .mood) }
    }

    private static func next(
        _ kind: EntryClass,
        in list: Deque<UInt64>,
        after sequence: UInt64,
        through end: UInt64,
        _ place: Int,
        steps: inout Int
    ) -> EntryRun? {
        guard let last = list.last, last > sequence else {
            return nil
        }
        let next = list[list.index(above: sequence, steps: &steps)]
        return next > end ? nil : EntryRun(sequence: next, place: Int32(place), kind: kind)
    }
}
