import DanmakuPipeline
import Testing

/// What a client can ask for costs O(log n) of rooms, members and entries: steps are counted at N and 2 N, not time.
@Suite("The cost of watching")
struct FanOutCostTests {
    private static func room(_ number: Int) -> String {
        "room-\(number)"
    }

    /// Reads to the head: the steps of the join and of all pages, and the entries that came.
    private static func read(
        _ log: LogReplica,
        rooms: Int?,
        _ level: DetailLevel,
        cursor: UInt64 = 0
    ) -> (steps: Int, longest: Int, entries: Int) {
        let reader = LogReader(log: log) {}
        let names = rooms.map { (0..<$0).map { Fixture.bytes(room($0)) } }
        let join = reader.join(rooms: names, level: level, cursor: Cursor("e-\(cursor)"), now: 0)
        #expect(join.verdict == .resumed)
        var position = join.position
        var sweep: LogSweep?
        var cost = (steps: join.steps, longest: 0, entries: 0)
        while true {
            let page = reader.page(after: position, replayEnd: join.head, sweep: &sweep)
            for item in page.items {
                position.advance(over: item.entry, place: item.place)
            }
            position.advance(over: page)
            cost.steps += page.steps
            cost.longest = max(cost.longest, page.items.count)
            cost.entries += page.items.count
            if page.isLast {
                return cost
            }
        }
    }

    private static func log(entries: Int, rooms: Int, _ draft: (String, UInt64) -> EntryDraft) -> LogReplica {
        let log = LogReplica(ringBytes: 1 << 30, epoch: "e")
        for number in 0..<entries {
            log.append([draft(room(number % rooms), UInt64(number + 1))], now: 0)
        }
        return log
    }

    @Test("a replay of twice as many rooms costs a little more for each entry, not twice as much")
    func rooms() {
        let costs = [50, 100]
            .map { rooms in
                let log = Self.log(entries: 4000, rooms: rooms) { Fixture.draft($0, $1...$1) }
                return Self.read(log, rooms: rooms, .full)
            }
        #expect(costs.map(\.entries) == [4000, 4000])
        #expect(costs[1].steps < costs[0].steps * 13 / 10, "\(costs)")
        #expect(costs[1].steps < 4000 * 30, "\(costs)")
    }

    @Test("a replay of twice as many entries costs twice as much and a little")
    func entries() {
        let costs = [2000, 4000]
            .map { entries in
                let log = Self.log(entries: entries, rooms: 20) { Fixture.draft($0, $1...$1) }
                return Self.read(log, rooms: 20, .full)
            }
        #expect(costs[1].steps < costs[0].steps * 23 / 10, "\(costs)")
    }

    @Test("entries that a level does not see cost it nothing", arguments: [20, nil] as [Int?])
    func invisible(_ rooms: Int?) {
        let costs = [2000, 4000]
            .map { entries in
                let log = Self.log(entries: entries, rooms: 20) { Fixture.draft($0, $1...$1) }
                return Self.read(log, rooms: rooms, .mood)
            }
        #expect(costs.map(\.entries) == [0, 0])
        #expect(costs[1].steps <= costs[0].steps + 60, "\(costs)")
        #expect(costs[1].steps < 1000, "\(costs)")
    }

    @Test("moods that a replay leaves out cost it nothing", arguments: [20, nil] as [Int?])
    func superseded(_ rooms: Int?) {
        let costs = [2000, 4000]
            .map { entries in
                let log = Self.log(entries: entries, rooms: 20) { room, _ in Fixture.mood(room) }
                return Self.read(log, rooms: rooms, .mood)
            }
        #expect(costs.map(\.entries) == [20, 20])
        #expect(costs[1].steps < costs[0].steps * 5 / 4, "\(costs)")
        #expect(costs[1].steps < 20 * 60, "\(costs)")
    }

    @Test("a cursor far back in a room costs as much as a near one")
    func cursors() {
        let log = Self.log(entries: 4000, rooms: 1) { Fixture.draft($0, $1...$1) }
        let reader = LogReader(log: log) {}
        for cursor in [1, 2000, 3999] {
            let join = reader.join(
                rooms: [Fixture.bytes(Self.room(0))],
                level: .full,
                cursor: Cursor("e-\(cursor)"),
                now: 0
            )
            #expect(join.verdict == .resumed)
            #expect(join.steps < 30)
        }
    }

    @Test("a page visits at most 256 entries")
    func pages() {
        let log = Self.log(entries: 2000, rooms: 3) { Fixture.draft($0, $1...$1) }
        for rooms in [3, nil] {
            #expect(Self.read(log, rooms: rooms, .full).longest <= 256)
        }
    }

    @Test("twice as many subscribers of the same rooms leave at twice the cost")
    func leaving() {
        let costs = [150, 300]
            .map { count in
                var configuration = FanOutConfiguration()
                configuration.turnUnits = .max / 2
                configuration.turnBytes = .max / 2
                let log = LogReplica(ringBytes: 1 << 20, epoch: "e")
                let hub = FanOutHub(
                    reader: LogReader(log: log) {},
                    configuration: configuration,
                    model: "test",
                    moods: MoodSource(
                        rooms: { _ in RoomNames(names: [], next: nil) },
                        mood: { _, now in MoodSnapshot(at: now.milliseconds) }
                    ),
                    random: { $0.lowerBound }
                )
                let rooms = (0..<100).map { Fixture.bytes(Self.room($0)) }
                let subscription = Subscription(rooms: rooms, level: .full, cursor: nil)
                let numbers = (0..<count)
                    .map { _ in hub.join(subscription, sink: ScriptedSink(), now: Fixture.time(0)) }
                // From the middle, so that neither the first nor the last one is always found at once.
                for number in numbers.suffix(count / 2) + numbers.prefix(count / 2).reversed() {
                    hub.leave(number)
                }
                #expect(hub.counters.subscribers == 0)
                #expect(log.roomCount == 0)
                return hub.leaveSteps
            }
        #expect(costs[1] <= costs[0] * 21 / 10, "\(costs)")
        #expect(costs[1] <= 300 * 100 * 2, "\(costs)")
    }
}
