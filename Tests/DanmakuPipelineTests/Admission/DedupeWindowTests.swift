import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("Dedupe window")
struct DedupeWindowTests {
    static func key(_ window: DedupeWindow, _ room: String, _ id: String) -> UInt64 {
        window.key(room: Array(room.utf8).span, id: Array(id.utf8).span)
    }

    @Test("room and id count, and where one ends")
    func keys() {
        let window = DedupeWindow(capacity: 100, seconds: 10)
        #expect(Self.key(window, "a", "bc") == Self.key(window, "a", "bc"))
        #expect(Self.key(window, "a", "bc") != Self.key(window, "ab", "c"))
        #expect(Self.key(window, "a", "1") != Self.key(window, "b", "1"))
    }

    @Test("an id is known from its remembering until its time is over")
    func time() {
        let window = DedupeWindow(capacity: 100, seconds: 10)
        let key = Self.key(window, "r", "1")
        #expect(!window.contains(key, now: 100))
        window.remember(key, now: 100)
        #expect(window.contains(key, now: 100))
        #expect(window.age(now: 105) == 5)
        #expect(window.contains(key, now: 109))
        #expect(!window.contains(key, now: 110))
        window.remember(key, now: 110)
        #expect(window.contains(key, now: 119))
    }

    @Test("capacity or time 0 switches it off", arguments: [(0, 10), (100, 0)])
    func off(capacity: Int, seconds: Int) {
        let window = DedupeWindow(capacity: capacity, seconds: seconds)
        window.remember(7, now: 1)
        #expect(!window.contains(7, now: 1) && window.count == 0 && window.age(now: 1) == 0)
    }

    @Test("it equals a naive list, stripe by stripe", .computes, arguments: 0..<20)
    func reference(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let each = Int.random(in: 1...90, using: &random)
        let seconds = Int.random(in: 1...50, using: &random)
        let window = DedupeWindow(capacity: each * 16, seconds: seconds)
        var lists = [[(key: UInt64, second: Int64)]](repeating: [], count: 16)
        // Few low bits, so that probing runs into its neighbours and round the table's end.
        let keys = (0..<1500)
            .map { _ in
                (random.next() & 0xf000_0000_0000_0000)
                    | (random.next() & [0x3f, 0xff, .max].randomElement(using: &random)!)
            }
        var now: Int64 = 1000
        for step in 0..<6000 {
            now += random.oneIn(40) ? 1 : 0
            let key = keys.randomElement(using: &random)!
            let stripe = Int(key >> 60)
            let isKnown = lists[stripe].contains { $0.key == key && now - $0.second < Int64(seconds) }
            guard window.contains(key, now: now) == isKnown else {
                Issue.record("seed \(seed), step \(step): should be \(isKnown ? "known" : "new")")
                return
            }
            if !isKnown {
                window.remember(key, now: now)
                lists[stripe].removeAll { now - $0.second >= Int64(seconds) }
                lists[stripe].append((key, now))
                lists[stripe].removeFirst(max(0, lists[stripe].count - each))
            }
        }
        #expect(window.count >= lists.reduce(0) { $0 + $1.count { now - $0.second < Int64(seconds) } })
    }

    @Test("memory comes with the ids and stays at 24 bytes each", .computes)
    func memory() {
        let window = DedupeWindow(capacity: 65_536, seconds: 600)
        #expect(window.memoryBytes == 0)
        var random = SeededGenerator(seed: 1)
        for _ in 0..<200_000 {
            window.remember(random.next(), now: 5)
        }
        #expect(window.count == 65_536)
        #expect(window.memoryBytes < 65_536 * 25)
    }
}
