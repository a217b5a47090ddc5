import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("Writing to the log")
struct LogWriterTests {
    private static func seqs(_ entries: [LogEntry], of room: String) -> [UInt64] {
        entries.filter { $0.room == Fixture.bytes(room) }
            .flatMap { entry in
                guard case .results(let results) = entry.content else {
                    return [UInt64]()
                }
                return results.block.results.map(\.seq)
            }
    }

    @Test("a log of one process is settled when the call returns, and an entry's id is its sequence")
    func local() {
        let replica = LogReplica(ringBytes: 1 << 20, epoch: "e")
        let reader = LogReader(log: replica) {}
        _ = reader.join(rooms: nil, level: .full, cursor: nil, now: 0)
        var commit = LogCommit()
        commit.append(Fixture.draft("a", 1...2))
        commit.append(Fixture.draft("b", 1...1))
        let settlement = LocalLog(replica)
            .append(commit, now: 0) { Issue.record("a commit that is settled at once is not reported again") }
        #expect(settlement == .settled)
        #expect(reader.take().entries.map(\.id) == [1, 2])
        #expect(replica.head == 2)
    }

    @Test("a room is forgotten after its last entry and before the first one of a new room of its name")
    func departures() {
        let replica = LogReplica(ringBytes: 1 << 20, epoch: "e")
        var commit = LogCommit()
        commit.append(Fixture.draft("a", 1...1))
        commit.forget(Fixture.bytes("a"))
        commit.append(Fixture.draft("a", 1...1))
        commit.append(Fixture.draft("b", 1...1))
        commit.forget(Fixture.bytes("b"))
        replica.append(commit, now: 0)
        #expect(replica.head == 3)
        #expect(replica.publishedRooms(from: 0).names == [Fixture.bytes("a")])
    }

    @Test("one commit is on its way; what is made meanwhile waits for it, in order")
    func queue() {
        var queue = CommitQueue()
        #expect(queue.begin().isEmpty)
        queue.append(Fixture.draft("a", 1...1))
        #expect(queue.begin().drafts.count == 1)
        queue.append(Fixture.draft("a", 2...2))
        queue.forget(Fixture.bytes("a"))
        queue.append(Fixture.draft("a", 1...1))
        #expect(queue.begin().isEmpty, "one is on its way")
        let next = queue.settled()
        #expect(next.drafts.count == 2)
        #expect(next.departures.map(\.position) == [1])
        #expect(queue.begin().isEmpty, "the second one is on its way")
        #expect(queue.settled().isEmpty)
        #expect(queue.begin().isEmpty)
        queue.forget(Fixture.bytes("b"))
        #expect(queue.begin().departures.count == 1, "a departure alone is handed over too")
    }

    @Test("a pipeline before a slow log publishes every comment once and in order, one commit at a time")
    func slowLog() async throws {
        let seed = UInt64.random(in: 0...999_999_999)
        print("LogWriterTests.slowLog seed \(seed)")
        var dice = FanOutDice(seed: seed)
        var held: HeldLog?
        let bench = PipelineBench {
            $0.shardCount = 1
        } writer: { replica in
            let log = HeldLog(replica)
            held = log
            return log
        }
        let log = try #require(held)
        let reader = LogReader(log: bench.pipeline.log) {}
        _ = reader.join(rooms: nil, level: .full, cursor: nil, now: 0)
        let rooms = ["a", "b", "c"]
        var offered: [String: Int] = [:]
        var entries: [LogEntry] = []
        try await bench.run {
            for _ in 0..<60 {
                let room = rooms[dice.roll(rooms.count)]
                let count = 1 + dice.roll(5)
                let outcome = bench.offer((0..<count).map { _ in CommentFixture(room: room, text: "一") })
                #expect(outcome.accepted == count)
                offered[room, default: 0] += count
                if dice.chance(30) {
                    await bench.settle(seconds: 1)
                }
                #expect(log.commits.count <= 1, "seed \(seed)")
                if dice.chance(50) {
                    log.settleOldest()
                }
                entries += reader.take().entries
            }
            try await bench.pipeline.drain()
            while log.settleOldest() {}
            entries += reader.take().entries
        }
        for room in rooms {
            #expect(
                Self.seqs(entries, of: room) == (0..<offered[room, default: 0]).map { UInt64($0 + 1) },
                "seed \(seed)"
            )
        }
    }
}
