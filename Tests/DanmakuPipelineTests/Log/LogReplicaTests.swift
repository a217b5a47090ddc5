@testable import DanmakuPipeline
import Synchronization
import Testing

@Suite("The event log")
struct LogReplicaTests {
    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }

    private static func reader(_ log: LogReplica, _ count: Count = Count()) -> LogReader {
        LogReader(log: log) { count.value.add(1, ordering: .relaxed) }
    }

    private static func join(_ reader: LogReader, _ rooms: [String]?, _ cursor: String? = nil) -> LogJoin {
        reader.join(
            rooms: rooms?.map(Fixture.bytes),
            level: .full,
            cursor: cursor.map { Cursor($0) },
            now: 0
        )
    }

    @Test("an epoch has 65 random bits and is its own")
    func epoch() {
        let first = LogReplica.epoch(from: .system)
        #expect(first.count == 13)
        #expect(first.allSatisfy { $0.isLowercase || $0.isNumber })
        #expect(first != LogReplica.epoch(from: .system))
    }

    @Test("a reader is woken once for a non-empty outbox, and only for rooms it watches")
    func waking() {
        let log = LogReplica(ringBytes: 1 << 20)
        let count = Count()
        let reader = Self.reader(log, count)
        _ = Self.join(reader, ["a"])
        log.append([Fixture.draft("b", 1...1)], now: 0)
        #expect(count.value.load(ordering: .relaxed) == 0)
        log.append([Fixture.draft("a", 1...1), Fixture.draft("a", 2...2)], now: 0)
        log.append([Fixture.draft("a", 3...3)], now: 0)
        #expect(count.value.load(ordering: .relaxed) == 1)
        #expect(reader.take().entries.map(\.sequence) == [2, 3, 4])
        log.append([Fixture.draft("a", 4...4)], now: 0)
        #expect(count.value.load(ordering: .relaxed) == 2)
    }

    @Test("an outbox that nobody takes is dropped at an eighth of the ring, and says so")
    func outboxBound() {
        let log = LogReplica(ringBytes: 80_000)
        let reader = Self.reader(log)
        _ = Self.join(reader, nil)
        for seq in 1...100 as ClosedRange<UInt64> {
            log.append([Fixture.draft("a", seq...seq)], now: 0)
        }
        let outbox = reader.take()
        #expect(outbox.isOverrun)
        #expect(outbox.entries.isEmpty)
        log.append([Fixture.draft("a", 101...101)], now: 0)
        #expect(reader.take().entries.map(\.sequence) == [101])
    }

    @Test("the ring holds what it may, frames included; the oldest go first", .computes)
    func ringBound() {
        let log = LogReplica(ringBytes: 200_000)
        let reader = Self.reader(log)
        var seq: UInt64 = 0
        for _ in 0..<3000 {
            log.append([Fixture.draft("a", (seq + 1)...(seq + 4))], now: 0)
            seq += 4
            let sequence = log.head
            if let entry = reader.entries([sequence]).first {
                reader.cache([(sequence, entry.frame(at: .full, epoch: log.epoch).grown)])
            }
            let (held, cached) = log.state.withLock { ($0.ring.bytes, $0.ring.cachedBytes) }
            #expect(held <= 200_000)
            #expect(cached <= 50_000)
        }
        #expect(log.head == 3000)
        #expect(log.oldest > 2700)
        #expect(reader.entries(log.oldest...log.head).map(\.sequence) == Array(log.oldest...log.head))
        let counted = reader.entries(log.oldest...log.head).count { $0.frame(at: .full, epoch: log.epoch).grown == 0 }
        #expect((10...60).contains(counted), "only the newest keep their frames")
    }

    @Test("a reset is for entries of watched rooms that left the ring, and never for a quiet room")
    func resets() {
        let log = LogReplica(ringBytes: 40_000, epoch: "e")
        let reader = Self.reader(log)
        log.append([Fixture.draft("quiet", 1...1)], now: 0)
        for seq in 1...500 as ClosedRange<UInt64> {
            log.append([Fixture.draft("busy", seq...seq)], now: 0)
        }
        #expect(log.oldest > 100)
        #expect(Self.join(reader, ["quiet"], "e-1").verdict == .resumed)
        #expect(Self.join(reader, ["quiet"], "e-0").verdict == .reset(.expired))
        #expect(Self.join(reader, ["never"], "e-0").verdict == .resumed)
        #expect(Self.join(reader, ["busy"], "e-\(log.oldest - 2)").verdict == .reset(.expired))
        #expect(Self.join(reader, ["busy"], "e-\(log.oldest - 1)").verdict == .resumed)
        #expect(Self.join(reader, nil, "e-\(log.oldest - 2)").verdict == .reset(.expired))
        #expect(Self.join(reader, nil, "e-\(log.oldest - 1)").verdict == .resumed)
        #expect(Self.join(reader, ["busy"], "e-\(log.head)").verdict == .resumed)
        #expect(Self.join(reader, ["busy"], "e-\(log.head + 1)").verdict == .reset(.ahead))
        #expect(Self.join(reader, ["busy"], "f-1").verdict == .reset(.epoch))
        #expect(Self.join(reader, ["busy"], "e").verdict == .reset(.malformed))
    }

    @Test("a room that the pipeline forgot, whose entries are gone, is still judged truly")
    func departed() {
        let log = LogReplica(ringBytes: 40_000, epoch: "e")
        let reader = Self.reader(log)
        log.append([Fixture.draft("a", 1...1)], now: 0)
        log.forget(Fixture.bytes("a"))
        #expect(log.roomCount == 1, "its entry is in the ring")
        for seq in 1...500 as ClosedRange<UInt64> {
            log.append([Fixture.draft("busy", seq...seq)], now: 0)
        }
        #expect(log.roomCount == 1, "busy alone")
        #expect(Self.join(reader, ["a"], "e-0").verdict == .reset(.expired))
        #expect(Self.join(reader, ["a"], "e-1").verdict == .resumed)
        #expect(log.isWatched(Fixture.bytes("a")))
    }

    @Test("the room table stays bounded however many rooms come and go", .computes)
    func roomTable() {
        let log = LogReplica(ringBytes: 40_000, epoch: "e")
        for number in 0..<40_000 {
            log.append([Fixture.draft("room-\(number)", 1...1)], now: 0)
            log.forget(Fixture.bytes("room-\(number)"))
        }
        #expect(log.roomCount < 100)
        let reader = Self.reader(log)
        #expect(Self.join(reader, ["room-7"], "e-2").verdict == .reset(.expired), "its entry, 8, is gone")
        #expect(Self.join(reader, ["room-39000"], "e-39001").verdict == .resumed, "remembered by name")
        #expect(Self.join(reader, ["room-39000"], "e-39000").verdict == .reset(.expired))
    }

    @Test("rooms that were watched and are not any more leave no memory behind, and their places are used again")
    func watchedRooms() {
        let log = LogReplica(ringBytes: 40_000, epoch: "e")
        let reader = Self.reader(log)
        for _ in 0..<3 {
            let names = (0..<500).map { "room-\($0)" }
            let joins = names.map { Self.join(reader, [$0]) }
            #expect(log.held(now: 0).rooms == 500)
            #expect((500 * 300...500 * 600).contains(log.held(now: 0).roomBytes))
            let indices = joins.flatMap { join -> [RoomIndex] in
                guard case .rooms(let rooms) = join.position.scope else {
                    return []
                }
                return rooms.map(\.index)
            }
            #expect(Set(indices) == Set(0..<500))
            // Every third one first, so that there are holes.
            reader.unwatch(indices.filter { $0 % 3 == 0 })
            #expect(log.held(now: 0).rooms == 333)
            #expect(Self.join(reader, ["room-1"]).verdict == .fresh)
            reader.unwatch(indices.filter { $0 % 3 != 0 })
            #expect(log.held(now: 0).roomBytes == 0)
        }
    }

    @Test("pages merge rooms in ascending sequence and skip what the replay supersedes")
    func pages() {
        let log = LogReplica(ringBytes: 1 << 20, epoch: "e")
        let reader = Self.reader(log)
        for seq in 1...50 as ClosedRange<UInt64> {
            log.append(
                [Fixture.draft("a", seq...seq), Fixture.mood("a"), Fixture.mood("b"), Fixture.draft("c", seq...seq)],
                now: 0
            )
        }
        let join = Self.join(reader, ["b", "a"], "e-100")
        var sweep: LogSweep?
        let page = reader.page(after: join.position, replayEnd: join.head, sweep: &sweep)
        let comments: [UInt64] = (25..<50).map { $0 * 4 + 1 }
        #expect(page.items.map(\.entry.sequence) == comments + [198, 199])
        #expect(page.isLast)
        #expect(page.end == log.head)
    }

    @Test("appending from many threads gives every entry one place, and every reader all of them in order")
    func concurrency() async {
        let log = LogReplica(ringBytes: 64 << 20)
        let reader = Self.reader(log)
        _ = Self.join(reader, nil)
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    for seq in 1...250 as ClosedRange<UInt64> {
                        log.append([Fixture.draft("room-\(thread)", seq...seq)], now: 0)
                    }
                }
            }
        }
        let entries = reader.take().entries
        #expect(entries.map(\.sequence) == Array(1...2000))
        for thread in 0..<8 {
            let own = entries.filter { $0.room == Fixture.bytes("room-\(thread)") }
            #expect(own.map(\.roomTally.full.comments) == Array(1...250))
        }
    }
}
