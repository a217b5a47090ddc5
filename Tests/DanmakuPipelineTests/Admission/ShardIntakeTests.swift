import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("A shard's intake")
struct ShardIntakeTests {
    private static let client = ClientAddress(version4: 0x7f00_0002)

    private func intake(_ configure: (inout PipelineConfiguration) -> Void = { _ in }) -> ShardIntake {
        var configuration = PipelineConfiguration()
        configure(&configuration)
        let shared = ShardIntake.Shared(configuration: configuration, random: .seeded(1))
        return ShardIntake(configuration: configuration, shared: shared)
    }

    @discardableResult
    private func admit(
        _ intake: inout ShardIntake,
        _ fixtures: [CommentFixture],
        mode: OfferMode = .refuses,
        client: ClientAddress = Self.client,
        isChatRefused: Bool = false,
        second: Int64
    ) -> Admitted {
        let chunk = CommentChunk(fixtures)
        let now = Timestamp(nanoseconds: second * 1_000_000_000, milliseconds: second * 1000)
        let hashes = intake.shared.hashes(of: chunk)
        return intake.admit(
            chunk.comments,
            chunk.comments.indices,
            in: chunk.bytes.span,
            hashes: hashes.span,
            context: OfferContext(mode: mode, client: client, now: now),
            isChatRefused: isChatRefused
        )
    }

    /// Takes whatever waits as published.
    private func publishAll(_ intake: inout ShardIntake) -> [QueuedComment] {
        var comments: [QueuedComment] = []
        while !intake.queue.isEmpty {
            comments += intake.queue.take().comments
        }
        for comment in comments {
            intake.directory.update(comment.slot) { $0.pending -= 1 }
        }
        return comments
    }

    private func idle(_ intake: inout ShardIntake, before second: Int64, watched: String = "", now: Int64) -> [String] {
        let candidates = intake.idleRooms(before: second, limit: 100)
        let slots = candidates.filter { $0.name.description == watched }.map(\.slot)
        return intake.evict(candidates, watched: Set(slots), usedBefore: second, for: .idle, now: now)
            .map(\.name.description)
    }

    @Test("a room is forgotten when it is idle, unwatched and has nothing pending")
    func eviction() {
        var intake = intake()
        admit(&intake, [CommentFixture(room: "a", text: "一"), CommentFixture(room: "b", text: "二")], second: 1)
        #expect(intake.shared.roomCount.value == 2)
        #expect(idle(&intake, before: 2, now: 3).isEmpty, "both have a comment in the queue")
        #expect(publishAll(&intake).count == 2)
        #expect(idle(&intake, before: 2, now: 4).isEmpty, "they were found in use at 3")
        #expect(idle(&intake, before: 4, watched: "b", now: 5) == ["a"])
        #expect(intake.shared.roomCount.value == 1)
        #expect(intake.counts.evictedRooms == [1, 0, 0])
    }

    @Test("a batch names the rooms whose first comment it holds, and no others")
    func newRooms() {
        var intake = intake()
        func names() -> [String] {
            let batch = intake.queue.take()
            for comment in batch.comments {
                intake.directory.update(comment.slot) { $0.pending -= 1 }
            }
            return batch.newRooms.map(\.name.description)
        }
        let a = CommentFixture(room: "a", text: "一", id: "1")
        admit(&intake, [a, CommentFixture(room: "b", text: "二"), CommentFixture(room: "a", text: "三")], second: 1)
        #expect(names() == ["a", "b"])
        admit(&intake, [CommentFixture(room: "b", text: "四"), CommentFixture(room: "c", text: "五")], second: 1)
        #expect(names() == ["c"])
        // The room is new again, and its first comment is a repeat: the second one brings the name.
        #expect(idle(&intake, before: 2, now: 2).count == 3)
        #expect(admit(&intake, [a], second: 2).counts == IntakeCounts(duplicate: 1))
        admit(&intake, [CommentFixture(room: "a", text: "六")], second: 2)
        #expect(names() == ["a"])
    }

    @Test("a room that was used since it was found stays, and so does a new room in the slot of an old one")
    func staleCandidates() {
        var intake = intake()
        admit(&intake, [CommentFixture(room: "a", text: "一"), CommentFixture(room: "b", text: "二")], second: 1)
        _ = publishAll(&intake)
        let candidates = intake.idleRooms(before: 2, limit: 100)
        #expect(candidates.count == 2)
        admit(&intake, [CommentFixture(room: "a", text: "三")], second: 2)
        _ = publishAll(&intake)
        #expect(idle(&intake, before: 2, now: 2) == ["b"])
        admit(&intake, [CommentFixture(room: "c", text: "四")], second: 1)
        _ = publishAll(&intake)
        #expect(intake.evict(candidates, watched: [], usedBefore: 2, for: .idle, now: 2).isEmpty)
    }

    @Test("rooms beyond a client's rate are excess; the second comment of another room makes it a used one")
    func standings() {
        var intake = intake { $0.admission.newRoomsPerMinute = 2 }
        for room in ["a", "b", "c"] {
            admit(&intake, [CommentFixture(room: room, text: "一")], second: 1)
        }
        let other = ClientAddress(version4: 0x7f00_0003)
        admit(&intake, [CommentFixture(room: "d", text: "一")], client: other, second: 1)
        admit(&intake, [CommentFixture(room: "c", text: "二"), CommentFixture(room: "a", text: "二")], second: 1)
        // A source of our own has no address and no limit.
        for room in ["e", "f", "g"] {
            admit(&intake, [CommentFixture(room: room, text: "一")], client: .unknown, second: 1)
        }
        func rooms(_ standing: RoomStanding) -> [String] {
            intake.leastUsedRooms(standing, limit: 100).map(\.name.description)
        }
        #expect(rooms(.excess) == ["c"])
        #expect(rooms(.used) == ["a"])
        #expect(rooms(.single) == ["b", "d", "e", "f", "g"])
        #expect(intake.shared.roomCount.hasExcess)
        // Half a minute later the client may begin one more.
        admit(&intake, [CommentFixture(room: "h", text: "一"), CommentFixture(room: "i", text: "一")], second: 31)
        #expect(rooms(.excess) == ["c", "i"])
        _ = publishAll(&intake)
        let excess = intake.leastUsedRooms(.excess, limit: 9)
        #expect(intake.evict(excess, watched: [], usedBefore: .max, for: .excess, now: 31).count == 2)
        #expect(!intake.shared.roomCount.hasExcess)
        #expect(intake.counts.evictedRooms == [0, 2, 0])
    }

    @Test("paid comments pass a room's rate, and are chat over their own")
    func paidRate() {
        var intake = intake {
            $0.admission.roomRate = 1
            $0.admission.paidRate = 2
        }
        let paid = (0..<30).map { CommentFixture(text: "\($0)", kind: .paid) }
        let source = OfferMode.waits(DemandWaiter {})
        let first = admit(&intake, paid, mode: source, second: 1)
        // Ten at once, the room's one as chat; the rest is shed as chat is.
        #expect(first.counts.accepted == 11 && first.counts.shed == 19 && first.lost.count == 19)
        #expect(intake.counts.paidAsChat == 1)
        let kinds = publishAll(&intake).map(\.fields.kind)
        #expect(kinds == [CommentKind](repeating: .paid, count: 10) + [.chat])
        let chat = admit(&intake, [CommentFixture(text: "x")], second: 1)
        #expect(chat.counts.accepted == 0 && chat.isRefused)
        let second = admit(&intake, Array(paid.prefix(3)), mode: source, second: 2)
        #expect(second.counts.accepted == 3 && intake.counts.paidAsChat == 2)
    }

    @Test("where the queue has places for paid comments only, those over their rate get none")
    func paidRateSaturated() {
        var intake = intake { $0.admission.paidRate = 1 }
        let paid = (0..<9).map { CommentFixture(text: "\($0)", kind: .paid) }
        let admitted = admit(&intake, paid, isChatRefused: true, second: 1)
        #expect(admitted.counts.accepted == 5 && admitted.isRefused)
        #expect(intake.counts.paidAsChat == 0)
    }

    @Test("what is not scored does not lower the coverage when it is shed")
    func lostKinds() {
        var intake = intake { $0.admission.roomRate = 1 }
        let kinds: [CommentKind] = [.chat, .gift, .marker, .system, .chat]
        let fixtures = kinds.map { CommentFixture(text: "x", kind: $0) }
        let admitted = admit(&intake, fixtures, mode: .waits(DemandWaiter {}), second: 1)
        #expect(admitted.counts.accepted == 1 && admitted.counts.shed == 4 && admitted.lost.count == 1)
        #expect(intake.counts.intake.shed == 4)
    }
}
