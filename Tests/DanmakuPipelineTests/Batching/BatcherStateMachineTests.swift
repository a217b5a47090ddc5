import DanmakuPipeline
import Testing

/// What waits, and what the batcher should make of it.
struct BatcherRow: Sendable, CustomTestStringConvertible {
    var waiting: Int
    var inFlight: Int
    var draining = false
    var age: Int64 = 0
    var expected: Batcher.StateMachine.Action

    var testDescription: String {
        "\(waiting) wait, \(inFlight) in flight, age \(age)\(draining ? ", draining" : "")"
    }
}

private let maxDelay: Int64 = 5_000_000

let batcherRows = [
    BatcherRow(waiting: 0, inFlight: 0, expected: .none),
    BatcherRow(waiting: 1, inFlight: 0, expected: .dispatch(count: 1, reason: .idle)),
    BatcherRow(waiting: 3, inFlight: 0, expected: .dispatch(count: 3, reason: .idle)),
    BatcherRow(waiting: 4, inFlight: 0, expected: .dispatch(count: 4, reason: .full)),
    BatcherRow(waiting: 0, inFlight: 1, expected: .none),
    BatcherRow(waiting: 1, inFlight: 1, expected: .setTimer(deadline: maxDelay, generation: 1)),
    BatcherRow(waiting: 3, inFlight: 1, age: maxDelay - 1, expected: .setTimer(deadline: maxDelay, generation: 1)),
    BatcherRow(waiting: 3, inFlight: 1, age: maxDelay, expected: .dispatch(count: 3, reason: .deadline)),
    BatcherRow(waiting: 4, inFlight: 1, expected: .dispatch(count: 4, reason: .full)),
    BatcherRow(waiting: 1, inFlight: 2, expected: .none),
    BatcherRow(waiting: 16, inFlight: 2, age: maxDelay, expected: .none),
    BatcherRow(waiting: 0, inFlight: 0, draining: true, expected: .none),
    BatcherRow(waiting: 1, inFlight: 0, draining: true, expected: .dispatch(count: 1, reason: .drain)),
    BatcherRow(waiting: 5, inFlight: 1, draining: true, expected: .dispatch(count: 5, reason: .drain)),
    BatcherRow(waiting: 5, inFlight: 2, draining: true, age: maxDelay, expected: .none),
]

@Suite("Batcher: when a batch leaves")
struct BatcherStateMachineTests {
    /// Sixteen at most, four are worth a call, two at a time, five milliseconds.
    static func configuration(inFlightLimit: Int = 2) -> BatcherConfiguration {
        var configuration = BatcherConfiguration()
        configuration.maxBatch = 16
        configuration.maxCost = 100
        configuration.inFlightLimit = inFlightLimit
        return configuration
    }

    /// A batcher with so many comments waiting and so many batches in flight, asked until it was quiet.
    static func batcher(waiting: Int, inFlight: Int, draining: Bool = false) -> Batcher.StateMachine {
        var machine = Batcher.StateMachine(configuration: configuration())
        for _ in 0..<inFlight {
            machine.enqueue(count: 4, cost: 4, now: 0)
            #expect(machine.next(now: 0, front: .init(count: 4, cost: 4)) != .none)
        }
        if draining {
            machine.drain()
        }
        machine.enqueue(count: waiting, cost: waiting, now: 0)
        return machine
    }

    @Test("the ready rule, state by state", arguments: batcherRows)
    func ready(_ row: BatcherRow) {
        var machine = Self.batcher(waiting: row.waiting, inFlight: row.inFlight, draining: row.draining)
        let front = CommentQueue.Front(count: row.waiting, cost: row.waiting)
        #expect(machine.next(now: row.age, front: front) == row.expected)
    }

    /// What every input does to every state, seen in what the batcher wants next at time 0.
    @Test("state × input", arguments: [0, 1, 4], [0, 1, 2])
    func table(waiting: Int, inFlight: Int) {
        for draining in [false, true] {
            let before = Self.batcher(waiting: waiting, inFlight: inFlight, draining: draining)

            var enqueued = before
            enqueued.enqueue(count: 2, cost: 5, now: 1)
            #expect(enqueued.count == waiting + 2 && enqueued.cost == waiting + 5)

            if waiting > 0 {
                var cancelled = before
                cancelled.cancel(count: waiting, cost: waiting, enqueuedAt: 0)
                #expect(cancelled.count == 0 && cancelled.cost == 0)
                #expect(cancelled.next(now: 9, front: .init(count: 0, cost: 0)) == .none)
            }

            var stale = before
            stale.timer(generation: 77)
            #expect(stale.count == waiting && stale.inFlight == inFlight)

            if inFlight > 0 {
                var completed = before
                completed.completed(count: 4, serviceTime: 1_000_000)
                #expect(completed.inFlight == inFlight - 1)
                let action = completed.next(now: 0, front: .init(count: waiting, cost: waiting))
                #expect((action == .none) == (waiting == 0), "a free slot is used or waited for")
            }

            var drained = before
            drained.drain()
            drained.drain()
            let action = drained.next(now: 0, front: .init(count: waiting, cost: waiting))
            if waiting > 0, inFlight < 2 {
                #expect(action == .dispatch(count: waiting, reason: .drain))
            } else {
                #expect(action == .none)
            }

            var wider = before
            wider.reconfigure(Self.configuration(inFlightLimit: 3))
            let next = wider.next(now: 0, front: .init(count: waiting, cost: waiting))
            #expect((next == .none) == (waiting == 0), "the new slot counts at once")
        }
    }

    @Test("cost makes a batch worth a call as well")
    func cost() {
        var machine = Self.batcher(waiting: 0, inFlight: 1)
        machine.enqueue(count: 3, cost: 100, now: 0)
        #expect(machine.next(now: 0, front: .init(count: 3, cost: 100)) == .dispatch(count: 3, reason: .full))
    }

    @Test("the linger is half of what one comment's call takes, if that is less than max-delay")
    func shortService() {
        var machine = Self.batcher(waiting: 0, inFlight: 1)
        machine.completed(count: 1, serviceTime: 2_000_000)
        machine.enqueue(count: 4, cost: 4, now: 10)
        #expect(machine.next(now: 10, front: .init(count: 4, cost: 4)) == .dispatch(count: 4, reason: .full))
        machine.enqueue(count: 1, cost: 1, now: 20)
        let front = CommentQueue.Front(count: 1, cost: 1)
        #expect(machine.next(now: 20, front: front) == .setTimer(deadline: 1_000_020, generation: 1))
        #expect(machine.next(now: 500_000, front: front) == .none, "one timer is enough")
        machine.timer(generation: 1)
        #expect(machine.next(now: 1_000_020, front: front) == .dispatch(count: 1, reason: .deadline))
    }

    @Test("a stale timer neither dispatches nor disarms the one that is set")
    func staleTimer() {
        var machine = Self.batcher(waiting: 1, inFlight: 1)
        let front = CommentQueue.Front(count: 1, cost: 1)
        #expect(machine.next(now: 0, front: front) == .setTimer(deadline: maxDelay, generation: 1))
        // An earlier deadline is needed: the timer is replaced.
        var shorter = Self.configuration()
        shorter.maxDelay = .milliseconds(2)
        machine.reconfigure(shorter)
        #expect(machine.next(now: 0, front: front) == .setTimer(deadline: 2_000_000, generation: 2))
        machine.timer(generation: 1)
        #expect(machine.next(now: 1, front: front) == .none, "the second timer is still set")
        machine.timer(generation: 2)
        #expect(machine.next(now: 1, front: front) == .setTimer(deadline: 2_000_000, generation: 3))
    }

    @Test("the deadline is the oldest comment's, not the newest one's")
    func oldest() {
        var machine = Self.batcher(waiting: 1, inFlight: 1)
        machine.enqueue(count: 1, cost: 1, now: 4_000_000)
        let front = CommentQueue.Front(count: 2, cost: 2)
        #expect(machine.next(now: 4_000_000, front: front) == .setTimer(deadline: maxDelay, generation: 1))
        machine.timer(generation: 1)
        #expect(machine.next(now: maxDelay, front: front) == .dispatch(count: 2, reason: .deadline))
        machine.enqueue(count: 1, cost: 1, now: 9_000_000)
        #expect(machine.count == 1)
    }
}
