import DanmakuPipeline
import Testing

/// Reads the ring by pages of any size, from any cursor, at any level, and compares with a walk over everything that was
/// published.
@Suite("The event ring against a naive reference")
struct EventRingReferenceTests {
    private struct Entry {
        var sequence: UInt64
        var id: UInt64
        var room: String
        var isMood: Bool
        var share: Tally
    }

    /// What a reader has to see.
    private struct Reference {
        var entries: [Entry]
        var rooms: [String]?
        var level: DetailLevel

        func watches(_ entry: Entry) -> Bool {
            rooms?.contains(entry.room) ?? true
        }

        /// A mood of a replay that has a newer one.
        func isSuperseded(_ entry: Entry, replayEnd: UInt64) -> Bool {
            entry.isMood && entry.sequence <= replayEnd
                && entries.contains {
                    $0.isMood && $0.room == entry.room && $0.sequence > entry.sequence && $0.sequence <= replayEnd
                }
        }

        func visible(after sequence: UInt64, replayEnd: UInt64) -> [UInt64] {
            entries.filter {
                $0.sequence > sequence && watches($0) && $0.share[level].events > 0
                    && !isSuperseded($0, replayEnd: replayEnd)
            }
            .map(\.sequence)
        }

        /// What a jump from a position to the head leaves out, and the newest moods that it keeps.
        func collapse(after sequence: UInt64, replayEnd: UInt64, oldest: UInt64) -> (skipped: UInt64, kept: [UInt64]) {
            let left = entries.filter { $0.sequence > sequence && watches($0) && $0.share[level].events > 0 }
            var newest: [String: UInt64] = [:]
            for entry in left where entry.isMood {
                newest[entry.room] = entry.sequence
            }
            let kept = newest.values.filter { $0 >= oldest }.sorted()
            // Of a stream of every room those that a replay passes over count, of named rooms they do not.
            let counted = left.filter { rooms == nil || !isSuperseded($0, replayEnd: replayEnd) }
            return (UInt64(counted.count - kept.count), kept)
        }
    }

    private static let rooms = ["a", "b", "c", "d", "e"]

    /// Publishes an entry; `hasGaps` leaves out ids as a log does that several processes share.
    private static func publish(
        _ log: LogReplica,
        _ entries: inout [Entry],
        hasGaps: Bool,
        _ dice: inout FanOutDice
    ) {
        let room = rooms[dice.roll(rooms.count)]
        let draft: EntryDraft
        let isMood = dice.chance(40)
        if isMood {
            draft = Fixture.mood(room)
        } else if dice.chance(15) {
            draft = Fixture.alert(room)
        } else {
            draft = .results(Fixture.results(1...2, shown: dice.roll(3)), room: Fixture.bytes(room))
        }
        let id = (entries.last?.id ?? 0) + 1 + (hasGaps ? UInt64(dice.roll(70_000)) : 0)
        log.append([draft], firstID: hasGaps ? id : nil, now: 0)
        entries.append(
            Entry(sequence: log.head, id: id, room: room, isMood: isMood, share: Tally(of: draft.content))
        )
    }

    @Test("pages, lags, gaps and collapses", arguments: 0..<120 as Range<UInt64>)
    func anyReading(_ seed: UInt64) throws {
        var dice = FanOutDice(seed: seed)
        let log = LogReplica(ringBytes: [12_000, 60_000, 1 << 20][dice.roll(3)], epoch: "e")
        let reader = LogReader(log: log) {}
        let hasGaps = dice.chance(50)
        var entries: [Entry] = []
        for _ in 0..<(1 + dice.roll(160)) {
            Self.publish(log, &entries, hasGaps: hasGaps, &dice)
        }
        let rooms = dice.chance(30) ? nil : Self.rooms.filter { _ in dice.chance(60) }
        let level = DetailLevel.allCases[dice.roll(3)]
        let cursor = UInt64(dice.roll(entries.count + 1))
        // The id of the entry, or one in the gap after it.
        var id = cursor == 0 ? 0 : entries[Int(cursor) - 1].id
        if cursor < entries.count, dice.chance(50) {
            id += UInt64(dice.roll(Int(entries[Int(cursor)].id - id)))
        }
        let join = reader.join(rooms: rooms?.map(Fixture.bytes), level: level, cursor: Cursor("e-\(id)"), now: 0)
        let lost = Reference(entries: entries, rooms: rooms, level: level)
        let isLost = entries.contains { $0.sequence > cursor && $0.sequence < log.oldest && lost.watches($0) }
        #expect(join.verdict == (isLost ? .reset(.expired) : .resumed))
        #expect(join.position.id == (isLost ? entries.last?.id : id))
        let ahead = reader.join(
            rooms: [],
            level: level,
            cursor: Cursor("e-\(entries[entries.count - 1].id + 1)"),
            now: 0
        )
        #expect(ahead.verdict == .reset(.ahead))

        var position = join.position
        var sweep: LogSweep?
        var seen: [UInt64] = []
        while true {
            // More is published while it reads.
            for _ in 0..<dice.roll(6) where entries.count < 400 {
                Self.publish(log, &entries, hasGaps: hasGaps, &dice)
            }
            let reference = Reference(entries: entries, rooms: rooms, level: level)
            let page = reader.page(
                after: position,
                replayEnd: join.head,
                sweep: &sweep,
                limit: 1 + dice.roll(9),
                maximumLag: dice.chance(20) ? 0 : .max
            )
            if page.hasGap || page.lag > 0 && page.items.isEmpty && !page.isLast && dice.chance(30) {
                let expected = reference.collapse(
                    after: position.sequence,
                    replayEnd: join.head,
                    oldest: log.oldest
                )
                let collapse = reader.collapse(&position)
                #expect(collapse.skipped.events == expected.skipped)
                #expect(collapse.kept.count == expected.kept.count)
                #expect(reader.entries(of: collapse.kept, limit: 1000).map(\.sequence) == expected.kept)
                #expect(position.sequence == log.head)
                #expect(position.id == entries.last?.id)
                return
            }
            let taken = dice.chance(70) ? page.items.count : dice.roll(page.items.count + 1)
            let expected = reference.visible(after: position.sequence, replayEnd: join.head)
            #expect(Array(expected.prefix(taken)) == page.items.prefix(taken).map(\.entry.sequence))
            for item in page.items.prefix(taken) {
                if rooms != nil {
                    #expect(rooms?[item.place] == String(decoding: item.entry.room, as: UTF8.self))
                }
                position.advance(over: item.entry, place: item.place)
                seen.append(item.entry.sequence)
            }
            guard taken == page.items.count else {
                sweep?.giveBack(page.items[taken...])
                continue
            }
            position.advance(over: page)
            if page.isLast, entries.count >= 400 || dice.chance(30) {
                #expect(position.sequence == log.head)
                #expect(position.id == entries.last?.id)
                #expect(seen == seen.sorted())
                var none: LogSweep?
                let rest = reader.page(after: position, replayEnd: join.head, sweep: &none)
                #expect(rest.items.isEmpty && rest.isLast && rest.lag == 0)
                return
            }
        }
    }
}
