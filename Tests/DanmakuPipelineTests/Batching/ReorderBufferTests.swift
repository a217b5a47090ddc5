import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("Order by the room's own number")
struct ReorderBufferTests {
    @Test("in order nothing is kept")
    func inOrder() {
        var buffer = ReorderBuffer<Int>()
        for number in 0..<100 {
            let isTurn = buffer.takeTurn(UInt64(number))
            let next = buffer.next()
            #expect(isTurn && next == nil && buffer.count == 0)
        }
        #expect(buffer.turn == 100)
    }

    @Test("any order of arrival and any drops: what is left comes in order, each once", arguments: 0..<200)
    func anyOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...60, using: &random)
        var buffer = ReorderBuffer<UInt64>()
        var released: [UInt64] = []
        var dropped: Set<UInt64> = []
        for number in (0..<UInt64(count)).shuffled(using: &random) {
            if random.oneIn(5) {
                dropped.insert(number)
                buffer.drop(number)
            } else if buffer.takeTurn(number) {
                released.append(number)
            } else {
                buffer.keep(number, number: number)
            }
            while let next = buffer.next() {
                released.append(next)
            }
        }
        let expected = (0..<UInt64(count)).filter { !dropped.contains($0) }
        #expect(released == expected, "seed \(seed)")
        #expect(buffer.count == 0 && buffer.turn == UInt64(count))
    }

    @Test("a sequencer passes over tombstones, early and late")
    func tombstones() {
        var sequencer = RoomSequencer()
        sequencer.drop(1)
        sequencer.drop(2)
        #expect(sequencer.turn == 0)
        sequencer.release(0)
        #expect(sequencer.turn == 3)
        sequencer.drop(3)
        #expect(sequencer.turn == 4)
        sequencer.release(4)
        #expect(sequencer.turn == 5)
    }
}
