import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("A fan-out hub")
struct FanOutHubTests {
    private let log: LogReplica
    private let hub: FanOutHub
    private static let start = Fixture.time(0)

    init() {
        var configuration = FanOutConfiguration()
        configuration.ringBytes = 400_000
        configuration.maximumLagBytes = 20_000
        // Turns have tests of their own.
        configuration.turnUnits = .max / 2
        configuration.turnBytes = .max / 2
        log = LogReplica(ringBytes: configuration.ringBytes, epoch: "e")
        hub = Self.hub(log, configuration, rooms: [])
    }

    private static func hub(_ log: LogReplica, _ configuration: FanOutConfiguration, rooms: [String]) -> FanOutHub {
        FanOutHub(
            reader: LogReader(log: log) {},
            configuration: configuration,
            model: "lexicon-1",
            moods: MoodSource(
                rooms: { Fixture.names(rooms, from: $0) },
                mood: { _, now in MoodSnapshot(at: now.milliseconds) }
            ),
            random: { $0.lowerBound }
        )
    }

    @discardableResult
    private func join(
        _ rooms: [String]? = ["a"],
        _ level: DetailLevel = .full,
        cursor: String? = nil,
        high: Int = 64 << 10
    ) -> (sink: ScriptedSink, number: Int) {
        let sink = ScriptedSink(high: high, low: high / 2)
        let subscription = Subscription(rooms: rooms?.map(Fixture.bytes), level: level, cursor: cursor)
        let number = hub.join(subscription, sink: sink, now: Self.start)
        sink.onWritabilityChange = { [hub] in hub.writabilityChanged(number, now: Self.start) }
        return (sink, number)
    }

    private func publish(_ drafts: EntryDraft..., now: Int64 = 0) {
        log.append(drafts, now: now)
        hub.drainOutbox(now: Fixture.time(now))
    }

    private func settle() {
        while hub.hasWaiting {
            hub.resume(now: Self.start)
        }
    }

    @Test("first bytes at once: hello with retry and all it promises, then the snapshot with an id")
    func greeting() {
        let sink = join(["a", "b"]).sink
        #expect(sink.parser.retry == 2000)
        #expect(sink.events.map(\.type) == ["hello", "snapshot", "snapshot"])
        let hello =
            #"{"version":1,"epoch":"e","serverTime":1763654400000,"heartbeatSeconds":15,"#
            + #""replaySeconds":0,"model":"lexicon-1"}"#
        #expect(sink.events[0].data == hello)
        #expect(sink.events.map(\.hasOwnID) == [false, false, true])
        #expect(sink.parser.lastEventID == "e-0")
        #expect(sink.flushes == 1, "one write")
    }

    @Test("every room where there is none yet: an id without data")
    func noRooms() {
        let sink = join(nil).sink
        #expect(sink.events.map(\.type) == ["hello"])
        #expect(sink.parser.lastEventID == "e-0")
        publish(Fixture.draft("new", 1...1))
        #expect(sink.events.map(\.type) == ["hello", "sentiment"])
    }

    @Test("each level sees its own")
    func levels() {
        let sinks = DetailLevel.allCases.map { join(["a"], $0).sink }
        publish(
            .results(Fixture.results(1...3, shown: 0), room: Fixture.bytes("a")),
            .results(Fixture.results(4...5, shown: 1, omitted: 4), room: Fixture.bytes("a")),
            Fixture.mood("a"),
            Fixture.alert("a"),
            Fixture.mood("b")
        )
        #expect(sinks[0].events.dropFirst(2).map(\.type) == ["mood", "alert"])
        #expect(sinks[1].events.dropFirst(2).map(\.type) == ["sentiment", "mood", "alert"])
        #expect(sinks[2].events.dropFirst(2).map(\.type) == ["sentiment", "sentiment", "mood", "alert"])
        #expect(sinks.map(\.parser.lastEventID) == ["e-4", "e-4", "e-4"])
        #expect(sinks.allSatisfy { $0.flushes == 2 }, "one flush a wake-up")
        #expect(hub.counters.delivered == 9)
    }

    @Test("a cursor that is honoured gets what is after it, and only the newest mood of each room")
    func replay() {
        publish(Fixture.draft("a", 1...1), Fixture.mood("a"), Fixture.draft("a", 2...2), Fixture.mood("a"))
        publish(Fixture.mood("b"), Fixture.alert("a"))
        let sink = join(["a", "b"], cursor: "e-1").sink
        #expect(sink.events.map(\.type) == ["hello", "snapshot", "snapshot", "sentiment", "mood", "mood", "alert"])
        #expect(sink.events.dropFirst(2).map(\.lastEventID) == ["e-1", "e-3", "e-4", "e-5", "e-6"])
        #expect(hub.counters.replayHits == 1)
    }

    @Test("a cursor that is not honoured gets reset, then the snapshot at the head")
    func reset() {
        publish(Fixture.draft("a", 1...1))
        let sink = join(cursor: "f-1").sink
        #expect(sink.events.map(\.type) == ["hello", "reset", "snapshot"])
        #expect(sink.events[1].data == #"{"reason":"epoch","from":"f-1","to":"e-1"}"#)
        #expect(sink.parser.lastEventID == "e-1")
        #expect(hub.counters.replayResets == 1)
    }

    @Test("a reader that lags within its bound gets everything, when it reads again")
    func lag() {
        let (sink, _) = join(high: 1000)
        sink.stall()
        for seq in 1...30 as ClosedRange<UInt64> {
            publish(Fixture.draft("a", seq...seq))
        }
        #expect(sink.pendingBytes < 2000, "what it lags is not queued")
        sink.resume()
        settle()
        let ids = sink.events.filter { $0.type == "sentiment" }.compactMap(\.sequence)
        #expect(ids == Array(1...30))
        #expect(hub.counters.skipped == 0)
    }

    @Test("a reader that lags too far gets what it missed as numbers, the newest mood, and then what is live")
    func skipped() {
        let (sink, _) = join(high: 1000)
        sink.stall()
        for seq in 1...200 as ClosedRange<UInt64> {
            publish(Fixture.draft("a", seq...seq))
            if seq % 50 == 0 {
                publish(Fixture.mood("a"))
            }
        }
        sink.resume()
        settle()
        publish(Fixture.draft("a", 201...201))
        let events = sink.events.drop { $0.type != "skipped" }
        let before = sink.events.count { $0.type == "sentiment" } - 1
        #expect(events.map(\.type) == ["skipped", "mood", "sentiment"])
        #expect(events.first?.data == #"{"events":\#(203 - before),"comments":\#(200 - before)}"#)
        #expect(events.map(\.lastEventID) == ["e-204", "e-204", "e-205"])
        #expect(hub.counters.skipped == UInt64(203 - before))
    }

    @Test("a stalled reader is evicted after 30 s without progress, and told")
    func eviction() {
        let (sink, _) = join(high: 1000)
        sink.stall()
        for seq in 1...30 as ClosedRange<UInt64> {
            publish(Fixture.draft("a", seq...seq))
        }
        for tenth in 0...310 as ClosedRange<Int64> {
            if tenth == 100 {
                sink.take(100)
            }
            hub.tick(now: Fixture.time(tenth * Fixture.second / 10))
        }
        #expect(!sink.isEnded, "it took something after 10 s")
        for tenth in 310...420 as ClosedRange<Int64> {
            hub.tick(now: Fixture.time(tenth * Fixture.second / 10))
        }
        #expect(sink.isEnded)
        #expect(hub.counters.closed == [.stalled: 1])
        sink.resume()
        #expect(sink.events.last?.type == "evicted")
        #expect(sink.events.last?.data == #"{"reason":"stalled"}"#)
        #expect(sink.parser.lastEventID != "e-30", "what it lagged is replayed from its own cursor")
    }

    @Test("heartbeats carry the last id and the server's time")
    func heartbeat() {
        let sink = join().sink
        publish(Fixture.mood("a"))
        for tenth in 0...310 as ClosedRange<Int64> {
            hub.tick(now: Fixture.time(tenth * Fixture.second / 10))
        }
        let beats = sink.events.filter { $0.type == "heartbeat" }
        #expect(beats.map(\.data) == ["400000", "415000", "430000"].map { #"{"serverTime":1763654\#($0)}"# })
        #expect(beats.allSatisfy { $0.hasOwnID && $0.lastEventID == "e-1" })
    }

    @Test("drain: each gets bye with a retry of its own, the stalled one too, after what is still there")
    func drain() {
        let (sink, _) = join()
        let (stalled, _) = join(high: 1000)
        stalled.stall()
        for seq in 1...30 as ClosedRange<UInt64> {
            publish(Fixture.draft("a", seq...seq))
        }
        log.append([Fixture.draft("a", 31...31)], now: 0)
        hub.drain(over: .seconds(1), retryOver: .seconds(4), patience: .seconds(2), now: Self.start)
        #expect(sink.events.suffix(2).map(\.type) == ["sentiment", "bye"])
        #expect(sink.isEnded)
        #expect(!stalled.isEnded)
        hub.tick(now: Fixture.time(2 * Fixture.second))
        #expect(stalled.isEnded)
        #expect(hub.counters.closed == [.drain: 2])
        #expect(hub.counters.subscribers == 0)
    }

    @Test("who left is dropped, and its room is not watched any more")
    func leave() {
        let first = join(["a", "b"])
        let second = join(["a"])
        #expect(log.isWatched(Fixture.bytes("b")))
        hub.leave(first.number)
        hub.leave(first.number)
        #expect(!log.isWatched(Fixture.bytes("b")))
        #expect(log.isWatched(Fixture.bytes("a")))
        publish(Fixture.mood("a"))
        #expect(first.sink.events.last?.type == "snapshot")
        #expect(second.sink.events.last?.type == "mood")
        #expect(hub.counters.closed == [.client: 1])
    }

    @Test("a loop that was stuck reads on from the ring")
    func overrun() {
        let sink = join(nil).sink
        for seq in 1...200 as ClosedRange<UInt64> {
            log.append([Fixture.draft("a", seq...seq, text: "x")], now: 0)
        }
        hub.drainOutbox(now: Self.start)
        settle()
        let delivered = sink.events.filter { $0.type == "sentiment" }.compactMap(\.sequence)
        let skipped = sink.events.first { $0.type == "skipped" }
        #expect(delivered == Array(1...200) || skipped?.lastEventID == "e-200")
    }

    @Test("received → handed over is observed once a comment, whoever gets it first, and not for replays")
    func publishSeconds() {
        let full = join(["a"], high: 1000)
        join(["a"])
        publish(Fixture.draft("a", 1...4), now: 7)
        #expect(hub.counters.publishSeconds.count == 4)
        #expect(hub.counters.publishSeconds.sum == 28)
        join(["a"], cursor: "e-0")
        #expect(hub.counters.publishSeconds.count == 4)
        _ = full
    }

    @Test("an entry that everyone lagged behind is observed when the first one reads it")
    func latePublishSeconds() {
        let (sink, _) = join(high: 1000)
        sink.stall()
        for seq in 1...20 as ClosedRange<UInt64> {
            publish(Fixture.draft("a", seq...seq))
        }
        #expect(hub.counters.publishSeconds.count < 20)
        sink.resume()
        settle()
        #expect(hub.counters.publishSeconds.count == 20)
    }

    @Test("10,000 joins and leaves leave nothing behind", .computes)
    func churn() {
        for round in 0..<10_000 {
            let number = join(round % 3 == 0 ? nil : ["room-\(round % 50)"]).number
            hub.leave(number)
        }
        #expect(hub.counters.subscribers == 0)
        #expect(log.roomCount == 0)
        #expect(!hub.hasWaiting)
    }
}
