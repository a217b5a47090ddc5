import DanmakuPipeline
import DanmakuTestKit
import SentimentModel
import Testing

/// The naive reference: lists instead of queues, recomputed at every step, and the driver that asks the real thing.
struct BatchingModel {
    struct Waiting {
        var room: Int
        var number: UInt64
        var text: String
        var cost: Int
        var enqueuedAt: Int64
    }

    let seed: UInt64
    var random: SeededGenerator
    var now: Int64 = 1_000_000
    var configuration: BatcherConfiguration
    var machine: Batcher.StateMachine
    var queue: CommentQueue
    var usual = ServiceTimeEstimate()
    var draining = false

    var waiting: [Waiting] = []
    var inFlight: [CommentBatch] = []
    var numbers = [UInt64](repeating: 0, count: 5)
    var buffers = [ReorderBuffer<String>](repeating: .init(), count: 5)
    var enqueued = 0
    var dropped = 0
    var delivered = [[String]](repeating: [], count: 5)
    var expected = [[String?]](repeating: [], count: 5)
    /// Every timer that was ever set and has not fired; the last one is live.
    var timers: [(deadline: Int64, generation: UInt64)] = []
    var live: (deadline: Int64, generation: UInt64)?
    var reasons: Set<DispatchReason> = []

    init(seed: UInt64) {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        configuration = BatcherConfiguration()
        configuration.maxBatch = [1, 2, 7, 64].randomElement(using: &random)!
        configuration.maxCost = [1, 9, 40, 8192].randomElement(using: &random)!
        configuration.inFlightLimit = Int.random(in: 1...3, using: &random)
        configuration.maxDelay = .microseconds([0, 100, 5000].randomElement(using: &random)!)
        machine = Batcher.StateMachine(configuration: configuration)
        queue = CommentQueue(maxBatch: configuration.maxBatch, maxCost: configuration.maxCost)
    }

    mutating func step() {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<5: offer()
        case 5..<14: complete()
        case 14..<17: now += Int64.random(in: 0...3_000_000, using: &random)
        case 17: fireStale()
        case 18: reconfigure()
        default: fireDue()
        }
        settle()
    }

    mutating func finish() {
        machine.drain()
        draining = true
        settle()
        while !inFlight.isEmpty {
            complete()
            settle()
        }
        hold(waiting.isEmpty && queue.isEmpty && queue.bytes == 0 && queue.cost == 0, "something is left")
        for (room, texts) in expected.enumerated() {
            hold(delivered[room] == texts.compactMap(\.self), "each once, in the order of admission")
        }
    }

    private mutating func offer() {
        now += Int64.random(in: 0...50_000, using: &random)
        var fixtures: [CommentFixture] = []
        var rooms: [Int] = []
        for _ in 0..<Int.random(in: 1...[2, 8, 30].randomElement(using: &random)!, using: &random) {
            let room = Int.random(in: 0..<5, using: &random)
            let filler = String(repeating: "字", count: [0, 1, 30, 300].randomElement(using: &random)!)
            fixtures.append(CommentFixture(room: "r\(room)", text: "\(enqueued + rooms.count)\(filler)"))
            rooms.append(room)
        }
        let chunk = CommentChunk(fixtures)
        let cost = queue.cost
        for (comment, room) in zip(chunk.comments, rooms) {
            let text = String(decoding: chunk.bytes[comment.text.indices], as: UTF8.self)
            let number = numbers[room]
            numbers[room] += 1
            expected[room].append(text)
            waiting.append(
                Waiting(
                    room: room,
                    number: number,
                    text: text,
                    cost: 1 + text.utf8.count / 64,
                    enqueuedAt: now
                )
            )
            queue.append(
                comment,
                in: chunk.bytes.span,
                slot: UInt32(room),
                number: number,
                author: 0,
                receivedAt: Timestamp(nanoseconds: now, milliseconds: 0),
                exposeUID: false,
                watch: nil
            )
        }
        enqueued += rooms.count
        machine.enqueue(count: rooms.count, cost: queue.cost - cost, now: now)
    }

    /// Any batch in flight comes back, the oldest or not; some of its comments are lost.
    private mutating func complete() {
        guard let index = inFlight.indices.randomElement(using: &random) else {
            return
        }
        let batch = inFlight.remove(at: index)
        for comment in batch.comments {
            let room = Int(comment.slot)
            let text = String(decoding: batch.bytes[comment.fields.text], as: UTF8.self)
            if random.oneIn(30) {
                buffers[room].drop(comment.number)
                expected[room][Int(comment.number)] = nil
                dropped += 1
            } else if buffers[room].takeTurn(comment.number) {
                delivered[room].append(text)
            } else {
                buffers[room].keep(text, number: comment.number)
            }
            while let next = buffers[room].next() {
                delivered[room].append(next)
            }
        }
        let time = Int64.random(in: 1_000...20_000_000, using: &random)
        usual.observe(rows: batch.comments.count, nanoseconds: time)
        machine.completed(count: batch.comments.count, serviceTime: time)
        queue.recycle(batch)
    }

    private mutating func fireDue() {
        guard let live, live.deadline > now || !random.oneIn(2) else {
            return
        }
        now = max(now, live.deadline)
        self.live = nil
        timers.removeAll { $0.generation == live.generation }
        machine.timer(generation: live.generation)
    }

    private mutating func fireStale() {
        let stale = timers.filter { $0.generation != live?.generation }
        guard let timer = stale.randomElement(using: &random) else {
            return
        }
        let before = (machine.count, machine.cost, machine.inFlight)
        machine.timer(generation: timer.generation)
        hold(before == (machine.count, machine.cost, machine.inFlight), "a stale timer changed the counts")
        let action = machine.next(now: min(now, oldest ?? now), front: queue.front)
        hold(action == .none, "a stale timer led to \(action)")
    }

    private mutating func reconfigure() {
        configuration.inFlightLimit = Int.random(in: 1...3, using: &random)
        configuration.maxDelay = .microseconds([0, 100, 5000].randomElement(using: &random)!)
        machine.reconfigure(configuration)
    }

    private var oldest: Int64? {
        waiting.first?.enqueuedAt
    }

    private var linger: Int64 {
        let most = configuration.maxDelay.components.attoseconds / 1_000_000_000
        return min(most, usual.nanoseconds(rows: 1).map { $0 / 2 } ?? most)
    }

    private var isReady: Bool {
        guard inFlight.count < configuration.inFlightLimit, let oldest else {
            return false
        }
        return inFlight.isEmpty || waiting.count >= configuration.minFill
            || waiting.reduce(0, { $0 + $1.cost }) >= configuration.maxCost || now - oldest >= linger || draining
    }

    /// Asks until the machine is quiet, and holds each answer against the rule.
    private mutating func settle() {
        asking: while true {
            let shouldLeave = isReady
            switch machine.next(now: now, front: queue.front) {
            case .dispatch(let count, let reason):
                hold(shouldLeave, "a batch left that had no reason to (\(reason))")
                dispatch(count, reason)
            case .setTimer(let deadline, let generation):
                hold(!shouldLeave, "a timer stands in for a batch that was ready")
                hold(!inFlight.isEmpty, "a timer runs against an idle scorer")
                live = (deadline, generation)
                timers.append((deadline, generation))
            case .none:
                hold(!shouldLeave, "a batch was ready and did not leave")
                break asking
            }
        }
        check()
    }

    private mutating func dispatch(_ count: Int, _ reason: DispatchReason) {
        let batch = queue.take()
        reasons.insert(reason)
        hold(batch.comments.count == count && count <= configuration.maxBatch, "the size of the batch")
        let first = waiting.prefix(count)
        hold(batch.comments.map(\.number) == first.map(\.number), "the oldest leave first")
        let texts = batch.comments.map { String(decoding: batch.bytes[$0.fields.text], as: UTF8.self) }
        hold(texts == first.map(\.text), "each with its own text")
        hold(count == 1 || first.reduce(0) { $0 + $1.cost } <= configuration.maxCost, "the cost of the batch")
        waiting.removeFirst(count)
        inFlight.append(batch)
    }

    private func check() {
        let flying = inFlight.reduce(0) { $0 + $1.comments.count }
        let kept = buffers.reduce(0) { $0 + $1.count }
        let done = delivered.reduce(0) { $0 + $1.count }
        hold(enqueued == done + dropped + kept + flying + queue.count, "the identity")
        hold(queue.count == waiting.count && machine.count == waiting.count, "the count")
        hold(queue.cost == waiting.reduce(0) { $0 + $1.cost } && machine.cost == queue.cost, "the cost")
        hold(machine.inFlight == inFlight.count, "the batches in flight")
        hold(!(inFlight.isEmpty && !waiting.isEmpty), "the scorer is idle while something waits")
        if let oldest, inFlight.count < configuration.inFlightLimit {
            hold(live.map { $0.deadline <= oldest + linger } == true, "nothing will wake the oldest comment")
        }
    }

    /// `#expect` takes microseconds; this is asked millions of times.
    private func hold(_ condition: Bool, _ what: @autoclosure () -> String) {
        if !condition {
            Issue.record("seed \(seed): \(what())")
        }
    }
}
