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
        #expect(budget.wait(DemandWaiter { calls.add(1, ordering: .relaxed) }))
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
        #expect(!budget.wait(DemandWaiter { Issue.record("was called though it does not wait") }))
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
