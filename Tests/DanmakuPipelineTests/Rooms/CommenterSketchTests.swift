import DanmakuPipeline
import Testing

/// Unique commenters, as a room's snapshot shows them.
@Suite("Unique commenters")
struct CommenterSketchTests {
    private static func unique(_ aggregate: inout RoomAggregate, at second: Int64) -> Int {
        aggregate.snapshot(now: AggregationFixture.time(second), degraded: false, detail: .brief).uniqueCommenters
    }

    @Test("exact up to some hundreds, sliding by the minute", .computes, arguments: AggregationFixture.seeds)
    func exactForSmallRooms(seed: UInt64) {
        var random = AggregationFixture.Random(seed: seed)
        let authors = (0..<300).map { _ in random.next() }
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        var seen: [UInt64: Int64] = [:]
        var second: Int64 = 0
        for _ in 0..<3000 {
            second += Int64.random(in: 0...20, using: &random)
            if Int.random(in: 0..<200, using: &random) == 0 {
                second += Int64.random(in: 0...5000, using: &random)
            }
            let author = authors.randomElement(using: &random)!
            let late = max(0, second - Int64.random(in: 0...90, using: &random))
            aggregate.add("a", author: author, at: AggregationFixture.time(late))
            seen[author] = max(seen[author] ?? 0, late / 60)
            let expected = seen.values.count { second / 60 - $0 < 60 }
            #expect(Self.unique(&aggregate, at: second) == expected)
        }
    }

    @Test("within 5 to 7 % for larger rooms", .computes, arguments: [1_000, 10_000, 100_000])
    func errorForLargeRooms(authors: Int) {
        var squares = 0.0
        var worst = 0.0
        let trials = authors == 100_000 ? 8 : 24
        for trial in 0..<trials {
            var random = AggregationFixture.Random(seed: UInt64(trial * 1000 + authors))
            var aggregate = RoomAggregate(now: AggregationFixture.time(0))
            for index in 0..<authors {
                let author = random.next()
                let second = Int64(index * 3000 / authors)
                aggregate.add("a", nil, kind: .gift, author: author, at: AggregationFixture.time(second))
                aggregate.add("a", nil, kind: .gift, author: author, at: AggregationFixture.time(second))
            }
            let error = Double(Self.unique(&aggregate, at: 3000) - authors) / Double(authors)
            squares += error * error
            worst = max(worst, abs(error))
        }
        // The mean of eight trials may itself be off by a quarter.
        #expect((squares / Double(trials)).squareRoot() < 0.085)
        #expect(worst < 0.25)
    }

    @Test("a room that shrinks is followed down, within the hour and the error")
    func shrinkingRoom() {
        var random = AggregationFixture.Random(seed: 4)
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        for _ in 0..<20_000 {
            aggregate.add("a", author: random.next(), at: AggregationFixture.time(0))
        }
        let regulars = (0..<100).map { _ in random.next() }
        var second: Int64 = 60
        while second < 16 * 3600 {
            aggregate.add("a", author: regulars[Int(second / 10) % 100], at: AggregationFixture.time(second))
            second += 10
        }
        #expect(Self.unique(&aggregate, at: second) == 100)
    }

    @Test("small numbers as authors do as well as hashes; nobody is not counted")
    func anyAuthors() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        for author in 0...2000 {
            aggregate.add("a", author: UInt64(author), at: AggregationFixture.time(1))
        }
        #expect(abs(Self.unique(&aggregate, at: 1) - 2000) < 400)
        var anonymous = RoomAggregate(now: AggregationFixture.time(0))
        anonymous.add("a", author: 0, at: AggregationFixture.time(1))
        #expect(Self.unique(&anonymous, at: 1) == 0)
    }
}
