@testable import DanmakuPipeline
import Testing

@Suite("The index of moods")
struct MoodIndexTests {
    @Test("finds and counts what a walk over all moods finds", arguments: 0..<40 as Range<UInt64>)
    func reference(_ seed: UInt64) {
        var dice = FanOutDice(seed: seed)
        var index = MoodIndex()
        // The next mood of each entry: 0 for one that is not a mood.
        var next: [UInt64: UInt64] = [:]
        var newest: [Int: UInt64] = [:]
        var first: UInt64 = 1
        var head: UInt64 = 0
        for _ in 0..<600 {
            head += 1
            index.reserve(first: first, count: Int(head - first + 1))
            next[head] = 0
            if dice.chance(60) {
                let room = dice.roll(7)
                if let previous = newest[room], previous >= first {
                    index.supersede(previous, by: head)
                    next[previous] = head
                }
                newest[room] = head
                next[head] = .max
                index.append(head)
            }
            while head - first > UInt64(20 + dice.roll(80)) {
                if next[first] != 0 {
                    index.evict(first)
                }
                next[first] = nil
                first += 1
            }
            let after = first - 1 + UInt64(dice.roll(Int(head - first + 2)))
            let last = after + UInt64(dice.roll(Int(head - after + 1)))
            let time = UInt64(dice.roll(Int(head + 1)))
            var steps = 0
            let expected = (after + 1..<max(after + 1, last + 1)).first { (next[$0] ?? 0) > time }
            #expect(index.first(after: after, through: last, newestAt: time, steps: &steps) == expected)
            let count = (after + 1..<max(after + 1, last + 1)).count { next[$0] == .max }
            #expect(index.newestCount(after: after, through: last, steps: &steps) == count)
            #expect(steps <= 100, "a search costs O(log n)")
        }
    }
}
