import DanmakuPipeline
import DanmakuTestKit
import Foundation
import SentimentModel
import Testing

@testable import DanmakuServer

@Suite("Demo stream")
struct DemoStreamTests {
    @Test("A seed gives the same stream again, at about the rate asked for, in every room")
    func script() {
        var first = DemoScript(rate: 50, random: SeededGenerator(seed: 7))
        var second = DemoScript(rate: 50, random: SeededGenerator(seed: 7))
        var lines: [DemoScript.Line] = []
        for _ in 0..<6000 {
            let more = first.advance(by: 0.1)
            #expect(more == second.advance(by: 0.1))
            lines += more
        }
        #expect((15_000...75_000).contains(lines.count), "10 minutes at 50 a second, bursts included")
        for room in first.rooms.indices {
            let share = lines.count { $0.room == room }
            #expect(share > 1000, "\(first.rooms[room])")
        }
        #expect(lines.allSatisfy { !$0.text.isEmpty && $0.text.utf8.count <= 1024 && $0.name.utf8.count <= 64 })
        #expect(lines.contains { $0.kind == .gift })
        #expect(lines.contains { $0.kind != .gift && $0.kind != .chat })
    }

    @Test("The mood changes: no minute's words are the last one's")
    func drift() {
        var script = DemoScript(rate: 100, random: SeededGenerator(seed: 8))
        let minutes = (0..<5)
            .map { _ in
                Set((0..<600).flatMap { _ in script.advance(by: 0.1) }.filter { $0.room == 0 }.map(\.text).prefix(30))
            }
        #expect(Set(minutes).count == minutes.count)
    }

    @Test("The shipped model understands every line as the demo means it", arguments: DemoLines.Feeling.allCases)
    func feelings(feeling: DemoLines.Feeling) throws {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
        let file = repository.appendingPathComponent(ShippedModel.relativePath).standardizedFileURL.path
        let scorer = LinearScorer(model: try LinearModel(path: file))
        let texts = DemoLines.Language.allCases.flatMap { DemoLines.lines($0, feeling) }
        var results: [Sentiment] = []
        scorer.score(TextBatch(texts: texts), into: &results)
        for (text, result) in zip(texts, results) {
            let isMeant =
                switch feeling {
                case .calm: result.label == .neutral
                case .delighted, .amused: result.label == .positive
                case .annoyed, .sad: result.label == .negative
                case .astonished: result.label == .neutral || result.emotion == .surprised
                }
            #expect(isMeant, "\(text): \(result)")
        }
    }

    @Test("A chunk is what an edge would have decoded")
    func chunk() {
        let lines = [
            DemoScript.Line(room: 1, text: "牛啊", name: "小明", user: 3, kind: .paid(price: 30)),
            DemoScript.Line(room: 0, text: "gg", name: "moss", user: 4, kind: .chat),
        ]
        let now = Timestamp(nanoseconds: 5, milliseconds: 1_763_654_400_000)
        let chunk = DemoStream.chunk(of: lines, rooms: ["a", "b"], now: now)
        let text = { (range: Range<Int>) in String(decoding: chunk.bytes[range], as: UTF8.self) }
        #expect(chunk.comments.map { text($0.room.indices) } == ["b", "a"])
        #expect(chunk.comments.map { text($0.text.indices) } == ["牛啊", "gg"])
        #expect(chunk.comments.map { text($0.name.indices) } == ["小明", "moss"])
        #expect(chunk.comments.map { text($0.uid.indices) } == ["demo-3", "demo-4"])
        #expect(chunk.comments.map { text($0.price.indices) } == ["30", ""])
        #expect(chunk.comments.map(\.kind) == [.paid, .chat])
        #expect(chunk.comments.map(\.roomHash) == ["b", "a"].map { (room: RoomName) in room.hash })
        #expect(chunk.comments.allSatisfy { $0.sentAt == now.milliseconds })
    }
}
