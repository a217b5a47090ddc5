import DanmakuPipeline
import DanmakuTestKit
import SentimentModel
import Synchronization
import Testing

@Suite("Room replica")
struct RoomReplicaTests {
    /// A log that another process follows: what is in it is read back from its binary form.
    private final class FollowedLog: LogWriter {
        private let local: LocalLog
        let records = Mutex<[[UInt8]]>([])

        init(_ replica: LogReplica) {
            local = LocalLog(replica)
        }

        func append(
            _ commit: LogCommit,
            now: Int64,
            whenSettled: @escaping @Sendable () -> Void
        ) -> LogSettlement {
            records.withLock { $0 += commit.drafts.map(EntryCodec.encode) }
            return local.append(commit, now: now, whenSettled: whenSettled)
        }
    }

    private static let rooms = ["a", "b", "c"]
    private static let texts = [
        "哈哈哈", "好听！", "666", "烦死了", "这是哪", "😂😂", "GG", "gg", "a text of more than sixteen characters",
    ]
    private static let names = ["", "小明", "anna", "🐱"]

    private static func comment(using random: inout AggregationFixture.Random) -> CommentFixture {
        CommentFixture(
            room: rooms.randomElement(using: &random)!,
            text: texts.randomElement(using: &random)!,
            uid: ["", "7", "8"].randomElement(using: &random)!,
            name: names.randomElement(using: &random)!,
            kind: .allCases.randomElement(using: &random)!
        )
    }

    /// What a reader is shown of the newest comments.
    private static func encoded(_ page: ResultBlock) -> [UInt8] {
        var writer = JSONWriter()
        for index in page.results.indices {
            page.encode(index, room: [], into: &writer)
        }
        return writer.bytes
    }

    @Test("a process that follows the log shows what the writing one shows", arguments: AggregationFixture.seeds)
    func followsTheLog(seed: UInt64) async throws {
        var random = AggregationFixture.Random(seed: seed)
        var log: FollowedLog?
        let bench = PipelineBench(
            [.answers(AggregationFixture.sentiment(-300, emotion: .angry))],
            writer: { replica in
                let followed = FollowedLog(replica)
                log = followed
                return followed
            }
        )
        let followed = try #require(log)
        try await bench.run {
            for _ in 0..<20 {
                let count = Int.random(in: 1...30, using: &random)
                let outcome = bench.offer((0..<count).map { _ in Self.comment(using: &random) })
                #expect(outcome.accepted == count)
                await bench.settle(seconds: Int.random(in: 1...2, using: &random))
            }
            try await bench.pipeline.drain()
        }

        let authors = bench.pipeline.intake.shared.authors
        var replicas: [[UInt8]: RoomReplica] = [:]
        var moods = 0
        for record in followed.records.withLock({ $0 }) {
            let draft = try EntryCodec.decode(record)
            switch draft.content {
            case .results(let results):
                let first = Self.time(results.block.results[0].receivedAt)
                replicas[draft.room, default: RoomReplica(shownAt: 0, now: first)]
                    .append(results, authorsHashedBy: authors)
            case .mood(let mood, let detail):
                let replica = try #require(replicas[draft.room])
                #expect(Self.mood(replica, as: mood, detail) == mood, "seed \(seed)")
                _ = replicas[draft.room]?.mood(now: Self.time(mood.at), degraded: mood.degraded, detail: detail)
                moods += 1
            case .alert:
                Issue.record("nothing alerts here")
            }
        }
        #expect(moods > 20)
        #expect(replicas.count == Self.rooms.count)
        for room in Self.rooms {
            let name = try #require(RoomName(room))
            let replica = try #require(replicas[name.bytes])
            let page = try #require(bench.pipeline.comments(of: name, before: nil, limit: 200))
            #expect(Self.encoded(replica.recent.page(before: nil, limit: 200)) == Self.encoded(page), "seed \(seed)")
        }
    }

    /// The mood of a replica when another one was published.
    private static func mood(
        _ replica: RoomReplica,
        as published: MoodSnapshot,
        _ detail: MoodSnapshot.Detail
    ) -> MoodSnapshot {
        var replica = replica
        var mood = replica.mood(now: time(published.at), degraded: published.degraded, detail: detail)
        // A published mood is 1 ms newer than the one before if both are of the same millisecond.
        mood.at = published.at
        return mood
    }

    /// A time of a clock that began in 1970.
    private static func time(_ milliseconds: Int64) -> Timestamp {
        Timestamp(nanoseconds: milliseconds * 1_000_000, milliseconds: milliseconds)
    }
}
