import DanmakuPipeline
import DanmakuTestKit
import Synchronization
import Testing

@testable import DanmakuServer

/// The list of rooms: what a request costs, however many there are.
@Suite("Room list")
struct RoomListTests {
    private static func rooms(_ count: Int) -> [RoomSummary] {
        var random = SeededGenerator(seed: 7)
        return (0..<count)
            .map { number in
                var mood = MoodSnapshot(at: 0)
                mood.commentsPerSecond = .random(in: 0...50, using: &random)
                mood.mood = number % 3 == 0 ? nil : .random(in: -1000...1000, using: &random)
                return RoomSummary(name: "room-\(number)", mood: mood)
            }
    }

    @Test("each order is the one of a full sort", arguments: [0, 1, 999, 1000, 1001, 5000], RoomOrder.allCases)
    func orders(count: Int, order: RoomOrder) {
        let rooms = Self.rooms(count).shuffled()
        let list = RoomList(rooms)
        let expected = rooms.sorted(by: order.precedes).map(\.name)
        #expect(list.total == count)
        #expect(list.rooms(by: order, limit: RoomList.limit).map(\.name) == Array(expected.prefix(1000)))
        #expect(list.rooms(by: order, limit: 3).map(\.name) == Array(expected.prefix(3)))
    }

    @Test("comparisons grow with the rooms and no faster", arguments: [true, false])
    func comparisons(isSorted: Bool) {
        func count(_ rooms: Int) -> Int {
            var random = SeededGenerator(seed: 3)
            let numbers = isSorted ? Array(0..<rooms) : (0..<rooms).shuffled(using: &random)
            var comparisons = 0
            _ = RoomList.first(1000, of: numbers) {
                comparisons += 1
                return $0 < $1
            }
            return comparisons
        }
        #expect(Double(count(40_000)) <= 2.1 * Double(count(20_000)))
    }

    @Test("rooms are visited once in a quarter of a second, however many ask", arguments: [1000, 2000])
    func visits(count: Int) async {
        let visited = Mutex(0)
        let rooms = Self.rooms(count)
        let cache = RoomListCache { _ in
            visited.withLock { $0 += rooms.count }
            return RoomList(rooms)
        }
        let time = ManualTime()
        for _ in 0..<100 {
            #expect(await cache.list(now: time.now()).total == count)
        }
        #expect(visited.withLock { $0 } == count)
        time.advance(by: .milliseconds(249))
        _ = await cache.list(now: time.now())
        #expect(visited.withLock { $0 } == count)
        time.advance(by: .milliseconds(1))
        for _ in 0..<100 {
            _ = await cache.list(now: time.now())
        }
        #expect(visited.withLock { $0 } == 2 * count)
    }

    @Test("callers beside the first wait for its list, callers beside a later one get the list before")
    func callers() {
        var machine = RoomListCache.StateMachine<Int>()
        let second = RoomListCache.StateMachine<Int>.lifetime
        let first = RoomList(Self.rooms(1))
        #expect(Self.kind(machine.ask(now: 0)) == "make")
        for waiter in 1...3 {
            #expect(Self.kind(machine.ask(now: 0)) == "wait")
            #expect(machine.wait(waiter)?.total == nil)
        }
        #expect(Self.kind(machine.ask(now: 0)) == "wait")
        #expect(machine.made(first, now: 0) == [1, 2, 3])
        #expect(machine.wait(4)?.total == 1, "it was made before the fourth could wait")
        #expect(Self.kind(machine.ask(now: second - 1)) == "1")
        #expect(Self.kind(machine.ask(now: second)) == "make")
        #expect(Self.kind(machine.ask(now: 9 * second)) == "1", "one maker at a time")
        #expect(machine.wait(5)?.total == 1)
        #expect(machine.made(RoomList(Self.rooms(2)), now: second) == [])
        #expect(Self.kind(machine.ask(now: second)) == "2")
    }

    @Test("tasks that ask at once get one list")
    func tasks() async {
        let made = Mutex(0)
        let cache = RoomListCache { _ in
            made.withLock { $0 += 1 }
            return RoomList(Self.rooms(1))
        }
        let now = ManualTime().now()
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask { await cache.list(now: now).total }
            }
            for await total in group {
                #expect(total == 1)
            }
        }
        #expect(made.withLock { $0 } == 1)
    }

    private static func kind(_ action: RoomListCache.StateMachine<Int>.Action) -> String {
        switch action {
        case .use(let list): "\(list.total)"
        case .make: "make"
        case .wait: "wait"
        }
    }
}
