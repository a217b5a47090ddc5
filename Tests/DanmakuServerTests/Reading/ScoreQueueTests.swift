import DanmakuTestKit
import Testing

@testable import DanmakuServer

/// Whose turn it is to be scored.
@Suite("Score queue")
struct ScoreQueueTests {
    @Test("so many run, the others follow in their order, those that gave up are left out")
    func order() {
        var queue = ScoreQueue(limit: 2)
        #expect(queue.enter() == .run)
        #expect(queue.enter() == .run)
        for ticket: ScoreQueue.Ticket in 0..<4 {
            #expect(queue.enter() == .wait(ticket))
        }
        #expect(queue.giveUp(1) == true)
        #expect(queue.giveUp(1) == false)
        #expect(queue.leave() == 0)
        #expect(queue.giveUp(0) == false, "its turn had come")
        #expect(queue.leave() == 2)
        #expect(queue.leave() == 3)
        #expect(queue.leave() == nil)
        #expect(queue.enter() == .run)
        #expect(queue.enter() == .wait(4))
    }

    @Test("agrees with a list, whatever happens", arguments: UInt64(0)..<50)
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limit = Int.random(in: 1...3, using: &random)
        var queue = ScoreQueue(limit: limit)
        var running = 0
        var waiting: [ScoreQueue.Ticket] = []
        for _ in 0..<2000 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                switch queue.enter() {
                case .run:
                    running += 1
                    #expect(running <= limit && waiting.isEmpty)
                case .wait(let ticket):
                    #expect(running == limit)
                    waiting.append(ticket)
                }
            case 2 where running > 0:
                let next = queue.leave()
                #expect(next == waiting.first)
                if waiting.isEmpty {
                    running -= 1
                } else {
                    waiting.removeFirst()
                }
            case 3 where !waiting.isEmpty:
                let place = Int.random(in: waiting.indices, using: &random)
                #expect(queue.giveUp(waiting.remove(at: place)) == true)
            default:
                break
            }
            #expect(queue.waitingCount == waiting.count)
        }
    }
}
