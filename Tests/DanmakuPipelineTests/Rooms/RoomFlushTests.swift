import DanmakuPipeline
import Testing

@Suite("A room's flush")
struct RoomFlushTests {
    private static let step = Fixture.second / 20

    private var flush = RoomFlush(room: Fixture.bytes("a"), configuration: FanOutConfiguration())

    @discardableResult
    private mutating func add(
        _ text: String,
        seq: UInt64,
        kind: CommentKind = .chat,
        receivedAt: Int64 = 0,
        now: Int64 = 0
    ) -> EntryDraft? {
        let (result, bytes) = Fixture.result(text, seq: seq, kind: kind)
        return text.withNormalised { normalised in
            flush.append(result, fieldsFrom: bytes, normalised: normalised.span, receivedAt: receivedAt, now: now)
        }
    }

    private func results(_ draft: EntryDraft?) throws -> PublishedResults {
        guard case .results(let results) = try #require(draft).content else {
            throw Mismatch()
        }
        return results
    }

    private struct Mismatch: Error {}

    @Test("the first result of a quiet room is due at once, the next 1/rate later")
    mutating func leadingEdge() throws {
        #expect(flush.due == nil)
        add("a", seq: 1, now: 5)
        #expect(flush.takeIfDue(now: 5) != nil)
        #expect(flush.due == nil)
        add("b", seq: 2, now: 6)
        #expect(flush.due == 5 + Self.step)
        #expect(flush.takeIfDue(now: 4 + Self.step) == nil)
        #expect(try results(flush.takeIfDue(now: 5 + Self.step)).block.results.map(\.seq) == [2])
    }

    @Test("a frame that is full leaves whatever the rate")
    mutating func frameBytes() throws {
        add("first", seq: 1)
        _ = flush.takeIfDue(now: 0)
        var taken: EntryDraft?
        var seq: UInt64 = 1
        while taken == nil {
            seq += 1
            taken = add("一条普通的弹幕", seq: seq)
        }
        let results = try results(taken)
        #expect(results.block.results.map(\.seq) == Array(2...seq))
        #expect((100...160).contains(results.block.results.count), "32 KiB at 210 bytes and the fields a comment")
        #expect(flush.count == 0)
        #expect(flush.due == nil)
    }

    @Test("receipts are runs of one time")
    mutating func receipts() throws {
        add("a", seq: 1, receivedAt: 10)
        add("b", seq: 2, receivedAt: 10)
        add("c", seq: 3, receivedAt: 11)
        let results = try results(flush.take(now: 20))
        #expect(results.receipts == [.init(receivedAt: 10, count: 2), .init(receivedAt: 11, count: 1)])
    }

    @Test("the same text is shown once with its number; the first one's fields stand for it")
    mutating func repeats() throws {
        for seq in 1...5 as ClosedRange<UInt64> {
            add(seq == 3 ? "no" : "666", seq: seq)
        }
        let results = try results(flush.take(now: 0))
        #expect(results.displayed == [.init(index: 0, repeats: 4), .init(index: 2, repeats: 1)])
        #expect(results.omitted == 0)
        #expect(results.block.results.map(\.seq) == Array(1...5), "full never merges")
    }

    @Test("over the display rate what most people wrote is shown, the rest is omitted and counted once")
    mutating func sampling() throws {
        for seq in 1...30 as ClosedRange<UInt64> {
            add("text \(seq)", seq: seq)
        }
        add("text 30", seq: 31)
        let first = try results(flush.take(now: 0))
        #expect(first.displayed.count == 20)
        #expect(first.displayed.last == .init(index: 29, repeats: 2))
        #expect(first.displayed.dropLast().map(\.index) == Array(0...18))
        #expect(first.omitted == 10)

        add("later", seq: 32)
        let silent = try results(flush.take(now: 1))
        #expect(silent.displayed.isEmpty)
        #expect(silent.omitted == 0, "an entry that shows nothing is no event, so it says nothing")

        add("again", seq: 33)
        let next = try results(flush.take(now: Fixture.second))
        #expect(next.displayed.count == 1)
        #expect(next.omitted == 1, "the one of the entry before")
    }

    @Test("paid comments are always shown, never merged, and take no slot")
    mutating func paid() throws {
        for seq in 1...60 as ClosedRange<UInt64> {
            add(seq % 2 == 0 ? "666" : "text \(seq)", seq: seq, kind: seq % 2 == 0 ? .paid : .chat)
        }
        let results = try results(flush.take(now: 0))
        let shown = results.displayed.map { results.block.results[Int($0.index)] }
        #expect(shown.count { $0.fields.kind == .paid } == 30)
        #expect(shown.count { $0.fields.kind == .chat } == 20)
        #expect(results.omitted == 10)
        #expect(results.displayed.map(\.index) == results.displayed.map(\.index).sorted())
    }

    @Test(
        "what is not scored is shown and never merged, whatever its text",
        arguments: [.gift, .marker, .system] as [CommentKind]
    )
    mutating func unscored(kind: CommentKind) throws {
        for seq in 1...3 as ClosedRange<UInt64> {
            let (result, bytes) = Fixture.result("gift \(seq)", seq: seq, kind: kind)
            // As the board has it: there is no normalised text of what is not scored.
            _ = flush.append(result, fieldsFrom: bytes, normalised: Span(), receivedAt: 0, now: 0)
        }
        add("666", seq: 4)
        let results = try results(flush.take(now: 0))
        #expect(results.displayed == (0..<4).map { .init(index: $0, repeats: 1) })
        #expect(results.omitted == 0)
    }

    @Test("texts of which nothing is left when they are normalised are not taken for each other")
    mutating func empty() throws {
        add("", seq: 1)
        add("", seq: 2)
        let results = try results(flush.take(now: 0))
        #expect(results.displayed.map(\.repeats) == [1, 1])
    }

    @Test("every comment is shown, merged or omitted, for any run of flushes", .computes)
    func displayAccounts() {
        let seed = UInt64.random(in: 0...9_999_999)
        print("RoomFlushTests.displayAccounts seed \(seed)")
        var dice = FanOutDice(seed: seed)
        var flush = RoomFlush(room: Fixture.bytes("a"), configuration: FanOutConfiguration())
        var now: Int64 = 0
        var seq: UInt64 = 0
        var accounted: UInt64 = 0
        var published: UInt64 = 0
        var carried = 0
        func take(_ draft: EntryDraft?) {
            guard case .results(let results)? = draft?.content else {
                return
            }
            #expect(results.block.results.map(\.seq) == Array((published + 1)...(seq)), "seed \(seed)")
            published = seq
            let share = Tally(of: .results(results))
            #expect(share.full.comments == UInt64(results.block.results.count))
            accounted += share.display.comments
            carried = results.displayed.isEmpty ? carried + results.block.results.count : 0
            #expect(accounted + UInt64(carried) == published, "seed \(seed)")
        }
        for _ in 0..<2000 {
            now += Int64(dice.roll(Int(Fixture.second / 10)))
            for _ in 0..<dice.roll(40) {
                seq += 1
                let text = "text \(dice.roll(12))"
                let (result, bytes) = Fixture.result(text, seq: seq, kind: dice.chance(3) ? .paid : .chat)
                text.withNormalised {
                    take(flush.append(result, fieldsFrom: bytes, normalised: $0.span, receivedAt: now, now: now))
                }
            }
            take(flush.takeIfDue(now: now))
        }
        take(flush.take(now: now))
        #expect(published == seq)
    }
}

extension String {
    fileprivate func withNormalised<Value>(_ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        Array(utf8).withUnsafeBufferPointer(body)
    }
}
