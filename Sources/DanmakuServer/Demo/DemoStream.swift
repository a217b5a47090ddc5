package import DanmakuPipeline
import ServiceLifecycle

/// Feeds the built-in stream into a few rooms (`--demo`), so that the page shows something at once.
///
/// It is a source that cannot wait: comments that the pipeline sheds are lost.
package struct DemoStream: Service {
    private static let tick: Duration = .milliseconds(100)

    private let offer: @Sendable (CommentChunk, Timestamp) -> Void
    private let rate: Int
    private let time: any TimeSource
    private let clock: any Clock<Duration>

    /// Creates the stream.
    ///
    /// - Parameters:
    ///   - rate: Comments a second, all rooms together.
    ///   - time: Where comments get their time.
    ///   - clock: What it sleeps on.
    ///   - offer: Takes what was said in a tenth of a second.
    package init(
        rate: Int,
        time: any TimeSource = SystemTime(),
        clock: any Clock<Duration> = ContinuousClock(),
        offer: @escaping @Sendable (CommentChunk, Timestamp) -> Void
    ) {
        self.rate = rate
        self.time = time
        self.clock = clock
        self.offer = offer
    }

    /// Speaks until the group shuts down.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var script = DemoScript(rate: rate, random: SystemRandomNumberGenerator())
            let rooms = script.rooms.map { RoomName($0)! }
            while (try? await clock.sleep(for: Self.tick)) != nil {
                let now = time.now()
                let lines = script.advance(by: 0.1)
                if !lines.isEmpty {
                    offer(Self.chunk(of: lines, rooms: rooms, now: now), now)
                }
            }
        }
    }

    /// The lines as a chunk.
    package static func chunk(of lines: [DemoScript.Line], rooms: [RoomName], now: Timestamp) -> CommentChunk {
        var builder = CommentChunk.Builder(byteCapacity: lines.count * 64, commentCapacity: lines.count)
        for (index, line) in lines.enumerated() {
            var comment = SourceComment(room: rooms[line.room], text: line.text)
            comment.name = line.name
            comment.uid = "demo-\(line.user)"
            comment.sentAt = now.milliseconds
            switch line.kind {
            case .chat:
                break
            case .paid(let price):
                comment.kind = .paid
                comment.price = String(price)
            case .gift:
                comment.kind = .gift
            }
            builder.append(comment, item: UInt64(index + 1))
        }
        return builder.chunk
    }
}
