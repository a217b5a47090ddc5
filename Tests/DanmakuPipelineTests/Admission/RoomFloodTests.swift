import DanmakuPipeline
import DanmakuTestKit
import Testing

/// A client that begins rooms until there is no place for more must not keep anyone else out.
@Suite("A flood of rooms")
struct RoomFloodTests {
    private static let flood = ClientAddress(version4: 0x7f00_0002)
    private static let other = ClientAddress(version4: 0x7f00_0003)

    private func fixtures(_ rooms: Range<Int>, comments: Int, name: String = "flood") -> [CommentFixture] {
        rooms.flatMap { room in
            (0..<comments).map { CommentFixture(room: "\(name)-\(room)", text: "\($0)") }
        }
    }

    @Test("rooms of one comment make way for new ones, the longest unused first")
    func singles() async throws {
        let bench = PipelineBench { $0.rooms.max = 100 }
        try await bench.run {
            #expect(bench.offer(fixtures(0..<100, comments: 1), client: Self.flood).accepted == 100)
            try await bench.pipeline.drain()
            #expect(bench.offer(fixtures(0..<50, comments: 1, name: "other"), client: Self.other).accepted == 50)
            try await bench.pipeline.drain()
            let metrics = bench.pipeline.metrics()
            #expect(metrics.rooms == 100 && metrics.evictedRooms == [0, 0, 50] && metrics.identityHolds)
            #expect(metrics.intake.rejected == 0)
            for room in 0..<50 {
                #expect(bench.pipeline.mood(of: "other-\(room)", now: bench.time.now()) != nil)
            }
        }
    }

    @Test("rooms beyond a client's rate make way whatever was written there; its own new rooms replace no others")
    func excess() async throws {
        let bench = PipelineBench {
            $0.rooms.max = 100
            $0.admission.newRoomsPerMinute = 10
        }
        try await bench.run {
            #expect(bench.offer(fixtures(0..<1, comments: 1, name: "first"), client: Self.other).accepted == 1)
            #expect(bench.offer(fixtures(0..<99, comments: 3), client: Self.flood).accepted == 297)
            try await bench.pipeline.drain()
            // The flood goes on: it replaces its own rooms, and not the one of a single comment.
            #expect(bench.offer(fixtures(99..<150, comments: 3), client: Self.flood).accepted == 153)
            try await bench.pipeline.drain()
            #expect(bench.pipeline.mood(of: "first-0", now: bench.time.now()) != nil)
            #expect(bench.offer(fixtures(0..<9, comments: 2, name: "other"), client: Self.other).accepted == 18)
            try await bench.pipeline.drain()
            let metrics = bench.pipeline.metrics()
            #expect(metrics.rooms == 100 && metrics.intake.rejected == 0 && metrics.identityHolds)
            #expect(metrics.evictedRooms == [0, 60, 0])
        }
    }

    @Test("rooms of two comments, watched rooms and rooms with something pending stay: then it is room_limit")
    func limit() async throws {
        let bench = PipelineBench { $0.rooms.max = 3 }
        let reader = LogReader(log: bench.pipeline.log) {}
        #expect(bench.offer(fixtures(0..<1, comments: 1)).accepted == 1)
        // Not running: what was offered is pending.
        #expect(bench.offer(fixtures(7..<10, comments: 1)).rejections.map(\.error) == [.roomLimit])
        try await bench.run {
            try await bench.pipeline.drain()
            _ = reader.join(rooms: [Array("flood-0".utf8)], level: .mood, cursor: nil, now: 0)
            #expect(bench.offer(fixtures(1..<2, comments: 2)).accepted == 2)
            try await bench.pipeline.drain()
            #expect(bench.offer(fixtures(2..<3, comments: 2)).accepted == 2)
            try await bench.pipeline.drain()
            let refused = bench.offer(fixtures(3..<8, comments: 1))
            #expect(refused.rejections.map(\.error) == [CommentError](repeating: .roomLimit, count: 5))
            #expect(bench.pipeline.metrics().rooms == 3)
        }
    }

    @Test("a room that makes way is published to its last comment, and the log forgets it after that")
    func published() async throws {
        let bench = PipelineBench {
            $0.rooms.max = 2
            $0.admission.newRoomsPerMinute = 1
            $0.fanOut.flushRate = 1
        }
        let reader = LogReader(log: bench.pipeline.log) {}
        _ = reader.join(rooms: nil, level: .full, cursor: nil, now: 0)
        try await bench.run {
            // The first frame leaves at once, the second comment of a room waits for a second that does not pass.
            for room in [0, 1, 1] {
                #expect(bench.offer(fixtures(room..<room + 1, comments: 1), client: Self.flood).accepted == 1)
                while bench.pipeline.metrics().scored < room + 1 || bench.pipeline.metrics().inFlightComments > 0 {
                    await Task.yield()
                }
            }
            while bench.pipeline.metrics().scored < 3 {
                await Task.yield()
            }
            #expect(bench.offer(fixtures(0..<1, comments: 1, name: "other"), client: Self.other).accepted == 1)
            let seqs = reader.take().entries.filter { $0.room == Array("flood-1".utf8) }
                .flatMap { entry in
                    guard case .results(let results) = entry.content else {
                        return [UInt64]()
                    }
                    return results.block.results.map(\.seq)
                }
            #expect(seqs == [1, 2])
            try await bench.pipeline.drain()
            let rooms = bench.pipeline.log.publishedRooms(from: 0).names.map { String(decoding: $0, as: UTF8.self) }
            #expect(Set(rooms) == ["flood-0", "other-0"])
        }
    }
}
