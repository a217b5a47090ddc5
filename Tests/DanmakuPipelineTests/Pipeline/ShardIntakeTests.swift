import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("A shard's intake")
struct ShardIntakeTests {
    private func admit(_ intake: inout ShardIntake, _ fixtures: [CommentFixture], now: Timestamp) -> Admitted {
        let chunk = CommentChunk(fixtures)
        return chunk.bytes.withUnsafeBufferPointer { bytes in
            intake.admit(
                chunk.comments,
                chunk.comments.indices,
                in: bytes,
                mode: .refuses,
                watch: nil,
                now: now
            )
        }
    }

    @Test("a room is forgotten when it is idle, unwatched and has nothing pending")
    func eviction() {
        let roomCount = RoomCount(limit: 10)
        var intake = ShardIntake(
            configuration: PipelineConfiguration(),
            dedupe: DedupeWindow(capacity: 100, seconds: 10),
            roomCount: roomCount
        )
        let start = Timestamp(nanoseconds: 1_000_000_000, milliseconds: 0)
        #expect(admit(&intake, [CommentFixture(room: "a", text: "一")], now: start).accepted == 1)
        #expect(admit(&intake, [CommentFixture(room: "b", text: "二")], now: start).accepted == 1)
        #expect(roomCount.value == 2)
        // Both have a comment in the queue.
        #expect(intake.evict(idleSince: 2_000_000_000, isWatched: { _ in false }).isEmpty)
        let batch = intake.nextBatch(now: start.nanoseconds)
        #expect(batch?.comments.count == 2)
        for comment in batch?.comments ?? [] {
            intake.directory.update(comment.slot) { $0.pending -= 1 }
        }
        #expect(intake.evict(idleSince: 500_000_000, isWatched: { _ in false }).isEmpty)
        let watched = Array("b".utf8)
        let evicted = intake.evict(idleSince: 2_000_000_000, isWatched: { $0 == watched })
            .map { entry in
                String(decoding: entry.name, as: UTF8.self)
            }
        #expect(evicted == ["a"])
        #expect(roomCount.value == 1)
    }
}
