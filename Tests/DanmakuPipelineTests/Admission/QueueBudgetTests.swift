import DanmakuPipeline
import Synchronization
import Testing

@Suite("The queue's shared budget")
struct QueueBudgetTests {
    @Test(
        "each claim has its ceiling",
        arguments: [(QueueBudget.Claim.waiting, 80), (.chat, 94), (.paid, 100)] as [(QueueBudget.Claim, Int)]
    )
    func ceilings(claim: QueueBudget.Claim, places: Int) {
        let budget = QueueBudget(limit: 100, byteLimit: 1000)
        #expect(budget.reserve(1000, for: claim) == places)
        #expect(budget.reserve(1, for: claim) == 0)
        #expect(budget.used == places)
    }

    @Test("paid comments find a place where chat is refused")
    func paidLast() {
        let budget = QueueBudget(limit: 64, byteLimit: 1000)
        _ = budget.reserve(64, for: .chat)
        #expect(budget.isSaturated)
        #expect(budget.reserve(10, for: .chat) == 0)
        #expect(budget.reserve(10, for: .paid) == 4)
    }

    @Test("bytes bound it as the count does")
    func bytes() {
        let budget = QueueBudget(limit: 100, byteLimit: 50)
        #expect(budget.reserve(2, for: .chat) == 2)
        budget.hold(bytes: 60)
        #expect(budget.reserve(1, for: .paid) == 0)
        budget.release(2, bytes: 60)
        #expect(budget.reserve(1, for: .chat) == 1)
    }

    @Test("a waiter is called once half is free, and once")
    func waiter() {
        let budget = QueueBudget(limit: 10, byteLimit: 1000)
        let calls = Atomic<Int>(0)
        _ = budget.reserve(8, for: .waiting)
        #expect(budget.wait(DemandWaiter { calls.add(1, ordering: .relaxed) }) != nil)
        budget.release(2)
        #expect(calls.load(ordering: .relaxed) == 0)
        budget.release(1)
        #expect(calls.load(ordering: .relaxed) == 1)
        budget.release(5)
        #expect(calls.load(ordering: .relaxed) == 1)
    }

    @Test("nobody waits for what is free already")
    func noLostWakeUp() {
        let budget = QueueBudget(limit: 10, byteLimit: 1000)
        _ = budget.reserve(5, for: .waiting)
        #expect(budget.wait(DemandWaiter { Issue.record("was called though it does not wait") }) == nil)
    }

    @Test("a source that was taken back is not called, and what it holds is freed at once")
    func cancels() throws {
        final class Held {}
        let budget = QueueBudget(limit: 10, byteLimit: 1000)
        _ = budget.reserve(8, for: .waiting)
        var tokens: [DemandToken] = []
        weak var held: Held?
        do {
            let own = Held()
            held = own
            let box = Holder(own)
            tokens.append(try #require(budget.wait(DemandWaiter { box.use() })))
        }
        #expect(held != nil)
        budget.cancel(tokens[0])
        #expect(held == nil)
        #expect(budget.waiting == 0)
        // Twice, and after its place is used again, changes nothing.
        budget.cancel(tokens[0])
        let calls = Atomic<Int>(0)
        _ = try #require(budget.wait(DemandWaiter { calls.add(1, ordering: .relaxed) }))
        budget.cancel(tokens[0])
        budget.release(8)
        #expect(calls.load(ordering: .relaxed) == 1)
    }

    @Test("who has waited longest is called first, some at each release, and nobody is forgotten")
    func callsInOrder() {
        let budget = QueueBudget(limit: 1000, byteLimit: 1000)
        let order = Mutex<[Int]>([])
        _ = budget.reserve(800, for: .waiting)
        var tokens: [DemandToken?] = []
        for number in 0..<1000 {
            tokens.append(budget.wait(DemandWaiter { order.withLock { $0.append(number) } }))
        }
        for number in stride(from: 1, to: 1000, by: 2) {
            tokens[number].map { budget.cancel($0) }
        }
        budget.release(200)
        #expect(order.withLock { $0.isEmpty })
        budget.release(150)
        let first = order.withLock { $0 }
        #expect(first == (0..<64).map { 2 * $0 })
        budget.release(1)
        #expect(order.withLock { $0.count } == 128)
        // The queue is empty: no other release would call the rest.
        budget.release(449)
        #expect(order.withLock { $0 } == (0..<500).map { 2 * $0 })
        #expect(budget.waiting == 0)
    }

    @Test("newcomers do not overtake a source that waits, and one that is called goes before them")
    func nobodyIsOvertaken() throws {
        let budget = QueueBudget(limit: 100, byteLimit: 1000)
        let calls = Atomic<Int>(0)
        _ = budget.reserve(80, for: .waiting)
        _ = try #require(budget.wait(DemandWaiter { calls.add(1, ordering: .relaxed) }))
        // However fast others bring more than leaves: half of the queue gets free, and the source is called.
        for left in stride(from: 80, to: 51, by: -1) {
            #expect(budget.used == left)
            #expect(budget.reserve(10, for: .waiting) == 0)
            budget.release(1)
        }
        #expect(calls.load(ordering: .relaxed) == 0)
        budget.release(1)
        #expect(calls.load(ordering: .relaxed) == 1)
        #expect(budget.waiting == 0)
        // Nobody waits any more: the next ones find all of their share.
        #expect(budget.reserve(100, for: .waiting) == 30)
    }

    @Test("a source that was called and found no room any more stays before the others")
    func calledInVain() throws {
        let budget = QueueBudget(limit: 100, byteLimit: 1000)
        let order = Mutex<[String]>([])
        func waiter(_ name: String, hasTurn: Bool = false) -> DemandWaiter {
            DemandWaiter(hasTurn: hasTurn) { order.withLock { $0.append(name) } }
        }
        _ = budget.reserve(80, for: .waiting)
        _ = try #require(budget.wait(waiter("other")))
        #expect(budget.reserve(10, for: .called) == 0)
        _ = try #require(budget.wait(waiter("called", hasTurn: true)))
        budget.release(10)
        #expect(budget.reserve(10, for: .waiting) == 0)
        #expect(budget.reserve(10, for: .called) == 10)
        budget.release(30)
        #expect(order.withLock { $0 } == ["called", "other"])
    }

    @Test("a source that placed its share goes behind the others, and goes on at once if there are no others")
    func share() throws {
        let budget = QueueBudget(limit: 100, byteLimit: 1000)
        let order = Mutex<[String]>([])
        func waiter(_ name: String, hasTurn: Bool = false) -> DemandWaiter {
            DemandWaiter(hasTurn: hasTurn) { order.withLock { $0.append(name) } }
        }
        _ = budget.reserve(80, for: .waiting)
        #expect(budget.wait(waiter("greedy", hasTurn: true), hadShare: true) == nil)
        _ = try #require(budget.wait(waiter("other")))
        _ = try #require(budget.wait(waiter("greedy", hasTurn: true), hadShare: true))
        budget.release(30)
        #expect(order.withLock { $0 } == ["other", "greedy"])
    }

    @Test("who is told to go on at once finds a place, at every fill", arguments: 0...100)
    func neverSpins(filled: Int) {
        let budget = QueueBudget(limit: 100, byteLimit: 1000)
        _ = budget.reserve(80, for: .waiting)
        // More than one release calls.
        for _ in 0..<100 {
            _ = budget.wait(DemandWaiter {})
        }
        _ = budget.reserve(max(0, filled - 80), for: .paid)
        budget.release(max(0, 80 - filled))
        for claim in [QueueBudget.Claim.waiting, .called] where budget.wait(DemandWaiter {}) == nil {
            #expect(budget.reserve(1, for: claim) == 1)
            budget.release(1)
        }
    }

    @Test("a drain is called when the last place is free")
    func drain() {
        let budget = QueueBudget(limit: 10, byteLimit: 1000)
        let calls = Atomic<Int>(0)
        _ = budget.reserve(2, for: .chat)
        budget.whenEmpty(DemandWaiter { calls.add(1, ordering: .relaxed) })
        budget.release(1)
        #expect(calls.load(ordering: .relaxed) == 0)
        budget.release(1)
        #expect(calls.load(ordering: .relaxed) == 1)
        budget.whenEmpty(DemandWaiter { calls.add(1, ordering: .relaxed) })
        #expect(calls.load(ordering: .relaxed) == 2)
    }
}

/// Something that a waiter holds.
private final class Holder: @unchecked Sendable {
    // Unchecked: the tests touch it on one thread.
    private let value: AnyObject

    init(_ value: AnyObject) {
        self.value = value
    }

    func use() {
        Issue.record("\(value) was called though it was taken back")
    }
}
