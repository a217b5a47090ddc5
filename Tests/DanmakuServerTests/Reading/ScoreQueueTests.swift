import DanmakuTestKit
import Testing

@testable import DanmakuServer

/// Whose turn it is to be scored, and who has waited too long.
@Suite("Score queue")
struct ScoreQueueTests {
    private static let wait: Int64 = 2000

    /// A queue with one place, and what has happened to its first waiting request, ticket 0, since time 0.
    enum Beginning: CaseIterable {
        /// Nobody has come.
        case empty
        /// One runs.
        case running
        /// One runs, ticket 0 waits.
        case waiting
        /// One runs, tickets 0 and 1 wait; the second came 10 ns later.
        case twoWaiting
        /// Ticket 0's turn has come.
        case called
        /// One runs, ticket 0's deadline has come.
        case expired
        /// One runs, ticket 0's client has gone.
        case gone

        func queue() -> ScoreQueue {
            var queue = ScoreQueue(limit: 1, wait: ScoreQueueTests.wait)
            guard self != .empty else {
                return queue
            }
            _ = queue.enter(now: 0)
            guard self != .running else {
                return queue
            }
            _ = queue.enter(now: 0)
            switch self {
            case .empty, .running, .waiting: break
            case .twoWaiting: _ = queue.enter(now: 10)
            case .called: _ = queue.leave()
            case .expired: _ = queue.expire(now: wait)
            case .gone: _ = queue.settle(0)
            }
            return queue
        }
    }

    /// What an input says, and what the queue is like after it.
    struct Outcome: Equatable {
        /// A ticket that waits or is called, or no entry.
        var tickets: [ScoreQueue.Ticket] = []
        /// Whether the request runs.
        var runs = false
        var waiting = 0
        var deadline: Int64?
    }

    private static let inputs: [(String, @Sendable (inout ScoreQueue) -> Outcome)] = [
        (
            "enter",
            {
                switch $0.enter(now: 20) {
                case .run: Outcome(runs: true)
                case .wait(let ticket): Outcome(tickets: [ticket])
                }
            }
        ),
        ("leave", { Outcome(tickets: $0.leave().map { [$0] } ?? []) }),
        ("expire just before", { Outcome(tickets: $0.expire(now: wait - 1)) }),
        ("expire", { Outcome(tickets: $0.expire(now: wait)) }),
        ("expire long after", { Outcome(tickets: $0.expire(now: 10 * wait)) }),
        ("settle", { Outcome(runs: $0.settle(0)) }),
    ]

    private static let table: [Beginning: [Outcome?]] = {
        let one = Outcome(waiting: 1, deadline: wait)
        let none = Outcome()
        return [
            // enter, leave, expire just before, expire, expire long after, settle; `nil` where it cannot happen.
            .empty: [Outcome(runs: true), nil, none, none, none, nil],
            .running: [Outcome(tickets: [0], waiting: 1, deadline: wait + 20), none, none, none, none, nil],
            .waiting: [
                Outcome(tickets: [1], waiting: 2, deadline: wait), Outcome(tickets: [0]), one,
                Outcome(tickets: [0]), Outcome(tickets: [0]), none,
            ],
            .twoWaiting: [
                Outcome(tickets: [2], waiting: 3, deadline: wait),
                Outcome(tickets: [0], waiting: 1, deadline: wait + 10),
                Outcome(waiting: 2, deadline: wait),
                Outcome(tickets: [0], waiting: 1, deadline: wait + 10),
                Outcome(tickets: [0, 1]),
                Outcome(waiting: 1, deadline: wait + 10),
            ],
            .called: [
                Outcome(tickets: [1], waiting: 1, deadline: wait + 20), none, none, none, none, Outcome(runs: true),
            ],
            .expired: [Outcome(tickets: [1], waiting: 1, deadline: wait + 20), none, none, none, none, none],
            .gone: [Outcome(tickets: [1], waiting: 1, deadline: wait + 20), none, none, none, none, none],
        ]
    }()

    @Test("state by input", arguments: Beginning.allCases)
    func table(beginning: Beginning) throws {
        let row = try #require(Self.table[beginning])
        #expect(row.count == Self.inputs.count)
        for ((name, input), expected) in zip(Self.inputs, row) {
            guard let expected else {
                continue
            }
            var queue = beginning.queue()
            var outcome = input(&queue)
            outcome.waiting = queue.waitingCount
            outcome.deadline = queue.deadline
            #expect(outcome == expected, "\(beginning) \(name)")
        }
    }

    @Test("as many run as there are places; the others follow in order, without those that gave up or were late")
    func order() {
        var queue = ScoreQueue(limit: 2, wait: Self.wait)
        #expect(queue.enter(now: 0) == .run)
        #expect(queue.enter(now: 0) == .run)
        for ticket: ScoreQueue.Ticket in 0..<5 {
            #expect(queue.enter(now: Int64(ticket)) == .wait(ticket))
        }
        #expect(queue.settle(1) == false)
        #expect(queue.settle(1) == false)
        #expect(queue.expire(now: Self.wait) == [0])
        #expect(queue.leave() == 2)
        #expect(queue.expire(now: Self.wait + 3) == [3])
        #expect(queue.settle(2) == true, "its turn had come")
        #expect(queue.leave() == 4)
        #expect(queue.leave() == nil)
        #expect(queue.deadline == nil)
        #expect(queue.enter(now: 9) == .run)
        #expect(queue.enter(now: 9) == .wait(5))
    }

    @Test("a wait without end and a time that steps back lose no deadline")
    func edges() {
        var patient = ScoreQueue(limit: 1, wait: .max)
        _ = patient.enter(now: 5)
        #expect(patient.enter(now: 5) == .wait(0))
        #expect(patient.deadline == .max)
        #expect(patient.expire(now: .max - 1) == [])
        var queue = ScoreQueue(limit: 1, wait: Self.wait)
        _ = queue.enter(now: 1000)
        #expect(queue.enter(now: 1000) == .wait(0))
        #expect(queue.enter(now: 0) == .wait(1))
        #expect(queue.expire(now: Self.wait) == [])
        #expect(queue.expire(now: Self.wait + 1000) == [0, 1])
    }

    @Test("agrees with a list, whatever happens", arguments: UInt64(0)..<50)
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limit = Int.random(in: 1...3, using: &random)
        var queue = ScoreQueue(limit: limit, wait: Self.wait)
        var now: Int64 = 0
        var running = 0
        var waiting: [(ticket: ScoreQueue.Ticket, deadline: Int64)] = []
        var called: [ScoreQueue.Ticket] = []
        for _ in 0..<2000 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                switch queue.enter(now: now) {
                case .run:
                    running += 1
                    #expect(running <= limit && waiting.isEmpty)
                case .wait(let ticket):
                    #expect(running == limit)
                    waiting.append((ticket, now + Self.wait))
                }
            case 2 where running > called.count:
                let next = queue.leave()
                #expect(next == waiting.first?.ticket)
                if waiting.isEmpty {
                    running -= 1
                } else {
                    called.append(waiting.removeFirst().ticket)
                }
            case 3 where !waiting.isEmpty:
                let place = Int.random(in: waiting.indices, using: &random)
                #expect(queue.settle(waiting.remove(at: place).ticket) == false)
            case 4 where !called.isEmpty:
                #expect(queue.settle(called.removeFirst()) == true)
            case 5:
                now += Int64.random(in: 0...Self.wait / 2, using: &random)
                let late = waiting.prefix { $0.deadline <= now }.map(\.ticket)
                #expect(queue.expire(now: now) == late)
                waiting.removeFirst(late.count)
                #expect(late.allSatisfy { queue.settle($0) == false })
            default:
                break
            }
            #expect(queue.waitingCount == waiting.count)
            #expect(queue.deadline == waiting.first?.deadline)
        }
    }
}
