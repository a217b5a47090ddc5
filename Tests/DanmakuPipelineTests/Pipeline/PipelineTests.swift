import DanmakuPipeline
import DanmakuTestKit
import SentimentModel
import Synchronization
import Testing

@Suite("The pipeline from offer to board")
struct PipelineTests {
    @Test("what was accepted is scored, counted and numbered without holes")
    func mainPath() async throws {
        let bench = PipelineBench()
        try await bench.run {
            let fixtures = (0..<1000).map { CommentFixture(room: "room-\($0 % 7)", text: "好看\($0)") }
            let outcome = bench.offer(fixtures)
            #expect(outcome.accepted == 1000)
            #expect(outcome.next == 1000)
            try await bench.pipeline.drain()
            let metrics = bench.pipeline.metrics()
            #expect(metrics.scoredByModel == 1000)
            #expect(metrics.identityHolds)
            for room in 0..<7 {
                let page = bench.pipeline.comments(of: "room-\(room)", before: nil, limit: 200)
                let results = try #require(page).results
                let expected: [UInt64] = (1...results.count).map { UInt64($0) }
                #expect(results.map(\.seq) == expected)
                let mood = try #require(bench.pipeline.mood(of: "room-\(room)", now: bench.time.now()))
                #expect(mood.totalComments == results.count)
            }
        }
    }

    @Test("gifts keep their place among scored comments and have no verdict")
    func unscored() async throws {
        let bench = PipelineBench()
        try await bench.run {
            _ = bench.offer([
                CommentFixture(text: "一"), CommentFixture(text: "礼物", kind: .gift),
                CommentFixture(text: "二", kind: .paid),
            ])
            try await bench.pipeline.drain()
            let page = try #require(bench.pipeline.comments(of: "room", before: nil, limit: 10))
            #expect(page.results.map(\.fields.kind) == [.chat, .gift, .paid])
            #expect(page.results.map { $0.sentiment != nil } == [true, false, true])
            let metrics = bench.pipeline.metrics()
            #expect(metrics.unscored[Int(CommentKind.gift.rawValue)] == 1)
            #expect(metrics.scored == 2)
            #expect(metrics.identityHolds)
        }
    }

    @Test("a repeated id is dropped once; an id without a queued comment is not remembered")
    func duplicates() async throws {
        let bench = PipelineBench { $0.rooms.max = 1 }
        let outcome = bench.offer([
            CommentFixture(room: "a", text: "一", id: "1"), CommentFixture(room: "a", text: "二", id: "1"),
            CommentFixture(room: "b", text: "三", id: "1"), CommentFixture(room: "a", text: "四", id: "2"),
        ])
        #expect(outcome.accepted == 2)
        #expect(outcome.duplicate == 1)
        #expect(outcome.rejections == [Rejection(item: 2, error: .roomLimit)])
    }

    @Test("a room over its rate is shed: a source that cannot wait loses the rest, one that waits only these")
    func roomRate() {
        let fixtures = (0..<6).map { CommentFixture(room: $0 == 5 ? "other" : "busy", text: "\($0)") }
        let refused = PipelineBench { $0.admission.roomRate = 3 }.offer(fixtures)
        #expect(refused.accepted == 3)
        #expect(refused.shed == 3)
        let waiter = DemandWaiter { Issue.record("nobody has to wait") }
        let waited = PipelineBench { $0.admission.roomRate = 3 }.offer(fixtures, mode: .waits(waiter))
        #expect(waited.accepted == 4)
        #expect(waited.shed == 2)
    }

    @Test("a source that waits keeps the rest of its chunk and is called back")
    func demand() async throws {
        let bench = PipelineBench { $0.queueLimit = 100 }
        let fixtures = (0..<500).map { CommentFixture(room: "r\($0 % 3)", text: "\($0)") }
        var offering = Offering(CommentChunk(fixtures), receivedAt: bench.time.now())
        let (resumed, resume) = AsyncStream<Void>.makeStream()
        let waits = { OfferMode.waits(DemandWaiter { resume.yield() }) }
        let outcome = bench.offer(&offering, mode: waits())
        #expect(outcome.next == 80)
        #expect(outcome.shed == 0)
        try await bench.run {
            var accepted = outcome.accepted
            var calls = resumed.makeAsyncIterator()
            while !offering.isTaken {
                await calls.next()
                accepted += bench.offer(&offering, mode: waits()).accepted
            }
            #expect(accepted == 500)
            try await bench.pipeline.drain()
            #expect(bench.pipeline.metrics().scored == 500)
        }
    }

    @Test(
        "a source that was called places its share, then waits behind the others; without others it places all that fits"
    )
    func share() throws {
        let fixtures = (0..<600).map { CommentFixture(room: "r\($0 % 3)", text: "\($0)") }
        let called = { OfferMode.waits(DemandWaiter(hasTurn: true) {}) }
        let crowded = PipelineBench { $0.queueLimit = 2048 }
        _ = crowded.pipeline.intake.budget.reserve(1100, for: .waiting)
        _ = try #require(crowded.pipeline.intake.budget.wait(DemandWaiter {}))
        let shared = crowded.offer(fixtures, mode: called())
        #expect(shared.next == QueueBudget.share)
        #expect(shared.wait != nil)
        #expect(crowded.pipeline.intake.waitingSources == 2)
        let alone = PipelineBench { $0.queueLimit = 2048 }
        _ = alone.pipeline.intake.budget.reserve(1100, for: .waiting)
        #expect(alone.offer(fixtures, mode: called()).next == 2048 * 4 / 5 - 1100)
    }

    @Test("a full queue sheds the last ones, and the room's coverage says so")
    func shedding() async throws {
        let bench = PipelineBench { $0.queueLimit = 64 }
        let outcome = bench.offer((0..<100).map { CommentFixture(text: "\($0)") })
        #expect(outcome.accepted == 60)
        #expect(outcome.shed == 40)
        try await bench.run {
            try await bench.pipeline.drain()
            _ = bench.offer((0..<100).map { CommentFixture(text: "\($0)") })
            try await bench.pipeline.drain()
            let mood = try #require(bench.pipeline.mood(of: "room", now: bench.time.now()))
            #expect(mood.coverage == 750)
            #expect(bench.pipeline.metrics().identityHolds)
        }
    }

    @Test("the identity holds while a batch is in flight, and a failing scorer loses nothing")
    func inFlightAndFallback() async throws {
        struct Broken: Error {}
        let bench = PipelineBench([.blocks(PipelineBench.happy), .fails(Broken())])
        try await bench.run {
            _ = bench.offer([CommentFixture(text: "一")])
            await bench.scorer.began(1)
            _ = bench.offer([CommentFixture(text: "二"), CommentFixture(text: "三")])
            let during = bench.pipeline.metrics()
            #expect(during.inFlightComments == 1)
            #expect(during.queueComments == 2)
            #expect(during.identityHolds)
            bench.scorer.release()
            try await bench.pipeline.drain()
            let after = bench.pipeline.metrics()
            #expect(after.scoredByModel == 1)
            #expect(after.scoredByFallback == 2)
            #expect(after.identityHolds)
        }
    }

    @Test("a watch gets the results of the accepted comments by their items")
    func watch() async throws {
        let bench = PipelineBench()
        try await bench.run {
            let (completed, complete) = AsyncStream<Void>.makeStream()
            let watch = ResultWatch { complete.finish() }
            let chunk = CommentChunk([CommentFixture(text: "一"), CommentFixture(text: "二")])
            var offering = Offering(chunk, receivedAt: bench.time.now())
            watch.expect(bench.offer(&offering, watch: watch).watched)
            for await _ in completed {}
            let results = watch.results
            #expect(results.keys.sorted() == [0, 1])
            #expect(String(decoding: results[1] ?? [], as: UTF8.self).contains("\"text\":\"二\""))
        }
    }

    @Test("a request that waits is called without a lock held, so that it may ask the pipeline anything")
    func watchOutsideLocks() async throws {
        let bench = PipelineBench()
        try await bench.run {
            let (completed, complete) = AsyncStream<Int>.makeStream()
            let watch = ResultWatch { [pipeline = bench.pipeline] in
                // Takes both locks of every shard.
                complete.yield(pipeline.metrics().rooms)
                complete.finish()
            }
            watch.expect(1)
            var offering = Offering(CommentChunk([CommentFixture(text: "一")]), receivedAt: bench.time.now())
            _ = bench.offer(&offering, watch: watch)
            for await rooms in completed {
                #expect(rooms == 1)
            }
        }
    }

    @Test("a user is published as a keyed hash, a name is no user")
    func users() async throws {
        let bench = PipelineBench()
        try await bench.run {
            _ = bench.offer([
                CommentFixture(text: "一", uid: "u1"), CommentFixture(text: "二", uid: "u1"),
                CommentFixture(text: "三", name: "n"),
            ])
            try await bench.pipeline.drain()
            let results = try #require(bench.pipeline.comments(of: "room", before: nil, limit: 10)).results
            #expect(results[0].user != 0)
            #expect(results[0].user == results[1].user)
            #expect(results[2].user == 0)
            #expect(results.allSatisfy { $0.fields.uid.isEmpty })
        }
    }
}
