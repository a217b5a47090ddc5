public import DanmakuPipeline
import SentimentModel
public import ServiceLifecycle

/// Feeds the built-in stream into a few rooms (`--demo`), so that the page shows something at once.
///
/// It is a source that cannot wait: comments that the pipeline sheds are lost.
public struct DemoStream: Service {
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
    public init(
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
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var script = DemoScript(rate: rate, random: SystemRandomNumberGenerator())
            let rooms = script.rooms.map { Array($0.utf8) }
            while (try? await clock.sleep(for: Self.tick)) != nil {
                let now = time.now()
                let lines = script.advance(by: 0.1)
                if !lines.isEmpty {
                    offer(Self.chunk(of: lines, rooms: rooms, now: now), now)
                }
            }
        }
    }

    /// The lines as an edge would have decoded them.
    package static func chunk(of lines: [DemoScript.Line], rooms: [[UInt8]], now: Timestamp) -> CommentChunk {
        var chunk = CommentChunk(byteCapacity: lines.count * 64, commentCapacity: lines.count)
        for (index, line) in lines.enumerated() {
            let room = rooms[line.room]
            var comment = DecodedComment(
                room: append(room, to: &chunk.bytes),
                roomHash: roomHash(room),
                text: append(line.text.utf8, to: &chunk.bytes),
                item: UInt64(index + 1)
            )
            comment.name = append(line.name.utf8, to: &chunk.bytes)
            comment.uid = append("demo-\(line.user)".utf8, to: &chunk.bytes)
            comment.sentAt = now.milliseconds
            switch line.kind {
            case .chat:
                break
            case .paid(let price):
                comment.kind = .paid
                comment.price = append(String(price).utf8, to: &chunk.bytes)
            case .gift:
                comment.kind = .gift
            }
            chunk.comments.append(comment)
        }
        return chunk
    }

    private static func append(_ field: some Collection<UInt8>, to bytes: inout [UInt8]) -> TextRange {
        let start = bytes.count
        bytes.append(contentsOf: field)
        return TextRange(start: start, count: field.count)
    }
}
