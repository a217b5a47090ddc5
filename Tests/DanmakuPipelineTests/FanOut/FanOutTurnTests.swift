import DanmakuPipeline
import DanmakuTestKit
import Testing

/// Replays, snapshots and joins are done in turns: between two of them the event loop serves everything else.
@Suite("The turns of a fan-out hub")
struct FanOutTurnTests {
    private let log = LogReplica(ringBytes: 1 << 24, epoch: "e")
    private let hub: FanOutHub

    init() {
        hub = FanOutHub(
            reader: LogReader(log: log) {},
            configuration: FanOutConfiguration(),
            model: "test",
            moods: MoodSource(
                rooms: { Fixture.names((0..<1000).map { "r\($0)" }, from: $0, limit: 256) },
                mood: { _, now in MoodSnapshot(at: now.milliseconds) }
            ),
            random: { $0.lowerBound }
        )
    }

    private func join(_ rooms: [String]?, cursor: String? = nil, now: Int64 = 0) -> (sink: ScriptedSink, number: Int) {
        let sink = ScriptedSink(high: .max, low: 0)
        let subscription = Subscription(rooms: rooms?.map(Fixture.bytes), level: .full, cursor: cursor)
        return (sink, hub.join(subscription, sink: sink, now: Fixture.time(now)))
    }

    private static let hundred = (0..<100).map { "r\($0)" }

    @Test("reconnecting streams of 100 rooms are served in turns of a bounded size, and all of them in the end")
    func reconnections() {
        for number in 0..<400 {
            log.append([Fixture.draft("r\(number % 100)", 1...1)], now: 0)
        }
        let streams = (0..<20).map { _ in join(Self.hundred, cursor: "e-0") }
        var before = 0
        var turns = 0
        while true {
            let events = streams.reduce(0) { $0 + $1.sink.events.count }
            // A unit is one entry; a join, a snapshot and a page cost more.
            #expect(
                events - before <= FanOutConfiguration().turnUnits + 128,
                "one turn wrote \(events - before) events"
            )
            before = events
            guard hub.hasWaiting else {
                break
            }
            hub.resume(now: Fixture.time(0))
            turns += 1
        }
        #expect(turns > 20 * 1000 / FanOutConfiguration().turnUnits)
        for stream in streams {
            #expect(stream.sink.events.count { $0.type == "snapshot" } == 100)
            #expect(stream.sink.events.compactMap { $0.type == "sentiment" ? $0.sequence : nil } == Array(1...400))
        }
    }

    @Test("a join waits for those before it, and the first one is served at once")
    func order() {
        let first = join(Self.hundred)
        #expect(first.sink.events.first?.type == "hello")
        let second = join(["a"])
        #expect(second.sink.events.isEmpty)
        #expect(hub.hasWaiting)
        while hub.hasWaiting {
            hub.resume(now: Fixture.time(0))
        }
        #expect(second.sink.events.map(\.type) == ["hello", "snapshot"])
        #expect(first.sink.events.count { $0.type == "snapshot" } == 100)
    }

    @Test("a turn ends with its time, so that a join finds a new one")
    func time() {
        for round in 0..<50 as Range<Int64> {
            #expect(join(["a"], now: round * 2_000_000).sink.events.map(\.type) == ["hello", "snapshot"])
        }
        #expect(!hub.hasWaiting)
    }

    @Test("a client that leaves before its turn leaves nothing behind, and is never written to")
    func leaving() {
        _ = join(Self.hundred)
        let waiting = join(["lone"])
        hub.leave(waiting.number)
        hub.leave(waiting.number)
        while hub.hasWaiting {
            hub.resume(now: Fixture.time(0))
        }
        #expect(waiting.sink.events.isEmpty)
        #expect(!log.isWatched(Fixture.bytes("lone")))
        #expect(hub.counters.closed == [.client: 1])
        #expect(hub.counters.subscribers == 1)
    }

    @Test("the snapshots of every room are written as the reader takes them, from a list of bounded length")
    func everyRoom() {
        let sink = ScriptedSink(high: 40_000, low: 20_000)
        let number = hub.join(Subscription(rooms: nil, level: .mood, cursor: nil), sink: sink, now: Fixture.time(0))
        sink.onWritabilityChange = { [hub] in hub.writabilityChanged(number, now: Fixture.time(0)) }
        sink.stall()
        for _ in 0..<20 {
            hub.resume(now: Fixture.time(0))
        }
        #expect(sink.pendingBytes < 80_000, "a stalled reader holds what its socket takes, not 1,000 snapshots")
        sink.resume()
        while hub.hasWaiting {
            hub.resume(now: Fixture.time(0))
        }
        let snapshots = sink.events.filter { $0.type == "snapshot" }
        #expect(snapshots.count == 1000)
        #expect(snapshots.count { $0.hasOwnID } == 1)
        #expect(snapshots.last?.hasOwnID == true)
    }

    @Test("a hub that drains answers a join with bye at once, and so it does to those that wait for their turn")
    func draining() {
        let first = join(Self.hundred)
        let waiting = join(["a"])
        #expect(waiting.sink.events.isEmpty)
        hub.drain(over: .zero, retryOver: .seconds(4), patience: .seconds(3), now: Fixture.time(0))
        #expect(waiting.sink.events.map(\.type) == ["bye"])
        #expect(waiting.sink.isEnded)
        let late = join(["a"])
        #expect(late.sink.events.map(\.type) == ["bye"])
        #expect(late.sink.parser.retry != nil)
        #expect(late.sink.isEnded)
        hub.tick(now: Fixture.time(4 * Fixture.second))
        #expect(first.sink.events.last?.type == "bye")
        #expect(hub.counters.closed == [.drain: 3])
        #expect(!log.isWatched(Fixture.bytes("a")))
    }

    @Test("300 stalled readers keep no healthy one from its bye, and get theirs when the time is over")
    func stalled() {
        let stalled = (0..<300).map { _ in join(["a"]) }
        let healthy = (0..<300).map { _ in join(["a"]) }
        while hub.hasWaiting {
            hub.resume(now: Fixture.time(0))
        }
        for stream in stalled {
            stream.sink.stall()
        }
        log.append([Fixture.draft("a", 1...200)], now: 0)
        hub.drain(over: .seconds(1), retryOver: .seconds(4), patience: .seconds(3), now: Fixture.time(0))
        for tenth in 1...11 as ClosedRange<Int64> {
            hub.tick(now: Fixture.time(tenth * Fixture.second / 10))
        }
        for stream in healthy {
            #expect(stream.sink.events.map(\.type).suffix(2) == ["sentiment", "bye"])
        }
        hub.endRest(now: Fixture.time(2 * Fixture.second))
        #expect((stalled + healthy).allSatisfy { $0.sink.isEnded })
        #expect(hub.counters.closed == [.drain: 600])
        #expect(hub.counters.subscribers == 0)
        #expect(hub.counters.heldBytes == 0)
        #expect(hub.counters.pendingBytes == 0)
    }

    @Test("what subscribers hold and what is pending for them is counted")
    func bytes() {
        let one = join(["a"])
        let held = hub.counters.heldBytes
        #expect(held > 0)
        let many = join(Self.hundred)
        while hub.hasWaiting {
            hub.resume(now: Fixture.time(0))
        }
        #expect(hub.counters.heldBytes - 2 * held > 99 * 100)
        one.sink.stall()
        log.append([Fixture.draft("a", 1...50)], now: 0)
        hub.drainOutbox(now: Fixture.time(0))
        hub.tick(now: Fixture.time(2 * Fixture.second))
        // A heartbeat may have come after the look.
        #expect((one.sink.pendingBytes - 200...one.sink.pendingBytes).contains(hub.counters.pendingBytes))
        #expect(hub.counters.pendingBytes > 1000)
        hub.leave(one.number)
        hub.leave(many.number)
        #expect(hub.counters.heldBytes == 0)
        #expect(hub.counters.pendingBytes == 0)
    }
}
