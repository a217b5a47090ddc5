import DanmakuPipeline
import Synchronization
import Testing

@Suite("The queue of waiting sources")
struct WaiterQueueTests {
    @Test("any sequence of adding, taking and removing agrees with a plain list", arguments: 0..<20)
    func agreesWithModel(seed: Int) {
        let random = RandomSource.seeded(UInt64(seed))
        var queue = WaiterQueue()
        var model: [(number: Int, token: DemandToken)] = []
        var removed: [DemandToken] = []
        let called = Mutex<[Int]>([])
        var expected: [Int] = []
        var most = 0
        for number in 0..<2000 {
            switch Self.number(below: 10, random) {
            case 0:
                let token = queue.prepend(DemandWaiter { called.withLock { $0.append(number) } })
                model.insert((number, token), at: 0)
                most = max(most, model.count)
            case 1..<5:
                let token = queue.append(DemandWaiter { called.withLock { $0.append(number) } })
                model.append((number, token))
                most = max(most, model.count)
            case 5..<7:
                queue.popFirst()?.resume()
                if !model.isEmpty {
                    let first = model.removeFirst()
                    expected.append(first.number)
                    removed.append(first.token)
                }
            case 7..<9 where !model.isEmpty:
                let gone = model.remove(at: Self.number(below: model.count, random))
                #expect(queue.remove(gone.token) != nil)
                removed.append(gone.token)
            default:
                // One that is gone stays gone, whoever has its place now.
                if let token = removed.last {
                    #expect(queue.remove(token) == nil)
                }
            }
            #expect(queue.count == model.count)
        }
        while let waiter = queue.popFirst() {
            waiter.resume()
        }
        #expect(called.withLock { $0 } == expected + model.map(\.number))
        #expect(queue.capacity == most)
    }

    @Test("sources that come and go leave nothing behind")
    func keepsNothing() {
        var queue = WaiterQueue()
        let standing = queue.append(DemandWaiter {})
        for _ in 0..<10_000 {
            let token = queue.append(DemandWaiter {})
            _ = queue.remove(token)
        }
        #expect(queue.count == 1)
        #expect(queue.capacity == 2)
        #expect(queue.remove(standing) != nil)
    }

    private static func number(below limit: Int, _ random: RandomSource) -> Int {
        Int(random.next() % UInt64(limit))
    }
}
