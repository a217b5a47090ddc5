import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("Queue: fields are copied once, batches leave whole")
struct CommentQueueTests {
    static let now = Timestamp(nanoseconds: 5, milliseconds: 7)

    static func fill(
        _ queue: inout CommentQueue,
        _ chunk: CommentChunk,
        exposeUID: Bool = false,
        watch: ResultWatch? = nil
    ) {
        for (index, comment) in chunk.comments.enumerated() {
            queue.append(
                comment,
                in: chunk.bytes.span,
                slot: 3,
                number: UInt64(index),
                author: 9,
                receivedAt: Self.now,
                exposeUID: exposeUID,
                watch: watch
            )
        }
    }

    static func strings(_ batch: CommentBatch, _ range: (CommentFields) -> Range<Int>) -> [String] {
        batch.comments.map { String(decoding: batch.bytes[range($0.fields)], as: UTF8.self) }
    }

    @Test("every field arrives", arguments: [false, true])
    func fields(exposeUID: Bool) {
        let chunk = CommentChunk([
            CommentFixture(
                text: "主播太强了",
                id: "41",
                uid: "u7",
                name: "小明",
                price: "30.5",
                kind: .paid,
                sentAt: 77,
                idIsInteger: true
            ),
            CommentFixture(text: "b"),
        ])
        var queue = CommentQueue(maxBatch: 10)
        Self.fill(&queue, chunk, exposeUID: exposeUID)
        #expect(queue.count == 2 && queue.cost == 2)
        let batch = queue.take()
        #expect(Self.strings(batch, \.text) == ["主播太强了", "b"])
        #expect(Self.strings(batch, \.id) == ["41", ""])
        #expect(Self.strings(batch, \.name) == ["小明", ""])
        #expect(Self.strings(batch, \.uid) == [exposeUID ? "u7" : "", ""])
        #expect(Self.strings(batch, \.price) == ["30.5", ""])
        let first = batch.comments[0]
        #expect(first.fields.kind == .paid && first.fields.idIsInteger && first.sentAt == 77)
        #expect(first.slot == 3 && first.number == 0 && first.author == 9 && first.receivedAt == Self.now)
        #expect(batch.comments[1].number == 1)
        #expect(queue.isEmpty && queue.bytes == 0 && queue.cost == 0)
        if !exposeUID {
            let all = String(decoding: batch.bytes, as: UTF8.self)
            #expect(!all.contains("u7"), "a uid that is not exposed is not even kept")
        }
    }

    @Test("batches are cut at the count and at the cost; a comment that costs more goes alone")
    func cuts() {
        var queue = CommentQueue(maxBatch: 3, maxCost: 5)
        let long = String(repeating: "x", count: 640)
        let texts = ["a", "b", "c", "d", long, "e", String(repeating: "y", count: 128), "f", "g"]
        Self.fill(&queue, CommentChunk(texts.map { ("room", $0) }))
        #expect(queue.count == 9 && queue.cost == 7 + 11 + 3)
        var taken: [[String]] = []
        while !queue.isEmpty {
            let front = queue.front
            let batch = queue.take()
            #expect(front.count == batch.comments.count)
            taken.append(Self.strings(batch, \.text))
        }
        #expect(taken == [["a", "b", "c"], ["d"], [long], ["e", texts[6], "f"], ["g"]])
        #expect(queue.front == .init(count: 0, cost: 0))
    }

    @Test("a watcher finds its comment by position and item")
    func watchers() {
        let watch = ResultWatch {}
        var queue = CommentQueue(maxBatch: 2)
        let chunk = CommentChunk([("r", "a"), ("r", "b"), ("r", "c")])
        Self.fill(&queue, chunk)
        Self.fill(&queue, chunk, watch: watch)
        let batches = [queue.take(), queue.take(), queue.take()]
        #expect(batches.map { $0.watchers.map(\.position) } == [[], [1], [0, 1]])
        #expect(batches.flatMap { $0.watchers.map(\.item) } == [0, 1, 2])
    }

    @Test("recycled buffers bring nothing back")
    func recycling() {
        var queue = CommentQueue(maxBatch: 2)
        for round in 0..<20 {
            Self.fill(&queue, CommentChunk([("r", "a\(round)"), ("r", "b\(round)"), ("r", "c")]), watch: nil)
            let first = queue.take()
            #expect(Self.strings(first, \.text) == ["a\(round)", "b\(round)"])
            queue.recycle(first)
            // Somebody still holds the batch that was recycled: it must not change under them.
            let second = queue.take()
            Self.fill(&queue, CommentChunk([("r", "zzzz")]))
            #expect(Self.strings(first, \.text) == ["a\(round)", "b\(round)"])
            #expect(Self.strings(second, \.text) == ["c"])
            queue.recycle(second)
            #expect(Self.strings(queue.take(), \.text) == ["zzzz"])
        }
    }
}
