import DanmakuPipeline
import DanmakuTestKit
import Logging
import SentimentModel
import Synchronization
import Testing

/// What a room's mood says is true, in quiet rooms too and whatever the clocks do.
@Suite("Truth of the mood")
struct TruthTests {
    private struct Broken: Error {}

    /// The moods of a room that were published since the last call: `at` and `degraded`, in order.
    private func moods(of room: String, from reader: LogReader) -> [(at: Int64, degraded: Bool)] {
        reader.take().entries.filter { $0.room == Array(room.utf8) }
            .compactMap { entry in
                guard case .mood(let snapshot, let detail) = entry.content else {
                    return nil
                }
                var writer = JSONWriter()
                snapshot.encode(room: entry.room, detail: detail, into: &writer)
                let json = String(decoding: writer.bytes, as: UTF8.self)
                let at = json.firstMatch(of: #/"at":(-?\d+)/#).flatMap { Int64($0.1) } ?? 0
                return (at, json.contains(#""degraded":true"#))
            }
    }

    private func reader(_ bench: PipelineBench) -> LogReader {
        let reader = LogReader(log: bench.pipeline.log) {}
        _ = reader.join(rooms: nil, level: .mood, cursor: nil, now: 0)
        return reader
    }

    @Test("a quiet room hears within seconds that the scorer was given up and that it is used again")
    func degraded() async throws {
        let bench = PipelineBench { $0.breaker.consecutiveFailures = 1 }
        let reader = reader(bench)
        try await bench.run {
            _ = bench.offer([CommentFixture(room: "quiet", text: "一")])
            try await bench.pipeline.drain()
            // Its mood has stopped decaying: nothing more is published of it.
            await bench.settle(seconds: 90)
            _ = moods(of: "quiet", from: reader)
            await bench.settle(seconds: 10)
            #expect(moods(of: "quiet", from: reader).isEmpty)

            bench.pipeline.scorer.breaker.force(.open, now: bench.time.now().nanoseconds)
            await bench.settle(seconds: 2)
            let after = moods(of: "quiet", from: reader)
            #expect(after.map(\.degraded) == [true], "one mood, and none follows it")
            #expect(bench.pipeline.mood(of: "quiet", now: bench.time.now())?.degraded == true)

            bench.pipeline.scorer.breaker.force(.auto, now: bench.time.now().nanoseconds)
            await bench.settle(seconds: 2)
            #expect(moods(of: "quiet", from: reader).map(\.degraded) == [false])
            #expect(bench.pipeline.mood(of: "quiet", now: bench.time.now())?.degraded == false)
        }
    }

    @Test("many quiet rooms are told some at a time, each once")
    func paced() async throws {
        let bench = PipelineBench {
            $0.shardCount = 1
            $0.breaker.consecutiveFailures = 1
        }
        let reader = reader(bench)
        try await bench.run {
            let fixtures = (0..<300).map { CommentFixture(room: "room-\($0)", text: "一") }
            #expect(bench.offer(fixtures).accepted == 300)
            try await bench.pipeline.drain()
            await bench.settle(seconds: 90)
            _ = reader.take()
            bench.pipeline.scorer.breaker.force(.open, now: bench.time.now().nanoseconds)
            var told: [Int] = []
            for _ in 0..<5 {
                await bench.settle(seconds: 1)
                told.append(
                    reader.take().entries
                        .count { entry in
                            if case .mood = entry.content { true } else { false }
                        }
                )
            }
            #expect(told.filter { $0 > 0 } == [128, 128, 44])
        }
    }

    @Test("the log says that the scorer was given up, with the numbers that led to it")
    func logged() async throws {
        let lines = Mutex<[(Logger.Level, Logger.Metadata)]>([])
        let logger = Logger(label: "test") { _ in
            Recorder { level, metadata in
                if metadata["scorer"] != nil {
                    lines.withLock { $0.append((level, metadata)) }
                }
            }
        }
        let bench = PipelineBench([.fails(Broken())], logger: logger) { $0.breaker.consecutiveFailures = 2 }
        try await bench.run {
            for text in ["一", "二"] {
                _ = bench.offer([CommentFixture(text: text)])
                try await bench.pipeline.drain()
            }
        }
        let (level, metadata) = try #require(lines.withLock { $0.first })
        #expect(level == .warning)
        #expect(metadata["to"] == "open" && metadata["reason"] == "consecutive" && metadata["failures"] == "2")
        #expect(metadata["calls"] == "2" && metadata["slow"] == "0" && metadata["window-seconds"] == "10")
    }

    @Test("a mood is newer than the one before even if the wall clock is set back; a reader gets none that is older")
    func clockBack() async throws {
        let bench = PipelineBench()
        let reader = reader(bench)
        try await bench.run {
            var published: [Int64] = []
            for step in 0..<6 {
                if step == 2 {
                    bench.time.setWallClock(by: .seconds(-86_400))
                }
                if step == 4 {
                    bench.time.setWallClock(by: .seconds(2 * 86_400))
                }
                _ = bench.offer([CommentFixture(text: "\(step)")])
                try await bench.pipeline.drain()
                published += moods(of: "room", from: reader).map(\.at)
                let read = try #require(bench.pipeline.mood(of: "room", now: bench.time.now()))
                #expect(read.at >= published.last ?? 0)
                bench.clock.advance(by: .seconds(1))
            }
            #expect(published.count >= 6)
            #expect(zip(published, published.dropFirst()).allSatisfy { $0 < $1 }, "\(published)")
        }
    }

    @Test("what a page was shown is older than the next mood, in quiet, unknown and forgotten rooms too")
    func clockBackAfterReading() async throws {
        let bench = PipelineBench {
            $0.shardCount = 1
            $0.rooms.max = 1
        }
        let reader = reader(bench)
        try await bench.run {
            func shown(_ room: String) -> Int64 {
                bench.pipeline.moodOrZeros(of: RoomName(stringLiteral: room), now: bench.time.now()).at
            }
            func nextMood(_ room: String) async throws -> Int64 {
                #expect(bench.offer([CommentFixture(room: room, text: "一")]).accepted == 1)
                try await bench.pipeline.drain()
                return try #require(moods(of: room, from: reader).first).at
            }
            // Read long after the last mood was published.
            _ = try await nextMood("quiet")
            await bench.settle(seconds: 90)
            _ = reader.take()
            let quiet = shown("quiet")
            let unknown = shown("unknown")
            bench.time.setWallClock(by: .seconds(-86_400))
            // It takes the place of the quiet room, which then comes back with a new board.
            #expect(try await nextMood("unknown") > unknown)
            #expect(bench.pipeline.mood(of: "quiet", now: bench.time.now()) == nil)
            #expect(try await nextMood("quiet") > quiet)
            await bench.settle(seconds: 1)
            let again = shown("quiet")
            bench.time.setWallClock(by: .seconds(-86_400))
            #expect(try await nextMood("quiet") > again)
        }
    }

    @Test("a clock that is set forward a day and back: windows and order stay, the timeline follows the clock")
    func clockForwardAndBack() async throws {
        let bench = PipelineBench()
        try await bench.run {
            let start = bench.time.now()
            func offer(_ text: String) async throws {
                _ = bench.offer([CommentFixture(text: text)])
                try await bench.pipeline.drain()
                bench.clock.advance(by: .seconds(1))
            }
            try await offer("before")
            bench.time.setWallClock(by: .seconds(86_400))
            try await offer("ahead")
            bench.time.setWallClock(by: .seconds(-86_400))
            try await offer("after")
            let now = bench.time.now()
            let mood = try #require(bench.pipeline.mood(of: "room", now: now))
            #expect(mood.windows[0].comments == 3, "windows are measured by the monotonic clock")
            // The stamps are those that the clock had; the order is that of admission.
            let comments = try #require(bench.pipeline.comments(of: "room", before: nil, limit: 9)).results
            #expect(comments.map(\.seq) == [1, 2, 3])
            let stamps = comments.map { $0.receivedAt - start.milliseconds }
            #expect(stamps == [0, 86_401_000, 2000])
            // Whatever the clock was, a second of the past lies as far back as it is.
            let points = try #require(
                bench.pipeline.timeline(
                    of: "room",
                    from: now.milliseconds - 60_000,
                    to: now.milliseconds + 1,
                    step: 1000,
                    now: now
                )
            )
            #expect(points.filter { $0.comments > 0 }.map { $0.at - start.milliseconds } == [0, 1000, 2000])
        }
    }

    @Test("the same seed gives the same users, another one others")
    func seeded() async throws {
        func users(_ random: RandomSource) async throws -> [UInt64] {
            let bench = PipelineBench(random: random)
            var users: [UInt64] = []
            try await bench.run {
                _ = bench.offer((0..<5).map { CommentFixture(text: "x", uid: "\($0)") })
                try await bench.pipeline.drain()
                users = bench.pipeline.comments(of: "room", before: nil, limit: 9)?.results.map(\.user) ?? []
            }
            return users
        }
        let first = try await users(.seeded(1))
        #expect(Set(first).count == 5)
        #expect(try await users(.seeded(1)) == first)
        #expect(try await users(.seeded(2)) != first)
        #expect(try await users(.system) != users(.system))
    }
}

/// Hands each line's level and metadata to a closure.
private struct Recorder: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    let record: @Sendable (Logger.Level, Logger.Metadata) -> Void

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        record(event.level, event.metadata ?? [:])
    }
}
