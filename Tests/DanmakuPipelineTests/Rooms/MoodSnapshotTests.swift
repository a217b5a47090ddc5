import DanmakuPipeline
import SentimentModel
import Testing

@Suite("Mood snapshot")
struct MoodSnapshotTests {
    private static func json(_ snapshot: MoodSnapshot, _ detail: MoodSnapshot.Detail) -> String {
        var writer = JSONWriter()
        snapshot.encode(room: Array("huya-1".utf8), detail: detail, into: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("full: the contract's object, member for member")
    func full() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        for author in UInt64(1)...3 {
            let sentiment = AggregationFixture.sentiment(830, emotion: .happy)
            aggregate.add("a\"b", sentiment, author: author, at: AggregationFixture.time(1))
        }
        aggregate.add("x", AggregationFixture.sentiment(-500), kind: .paid, author: 3, at: AggregationFixture.time(400))
        let window1 = """
            {"comments":1,"scored":1,"mean":-0.5,"positive":0,"neutral":0,"negative":1,\
            "emotions":{"happy":0,"angry":0,"sad":0,"surprised":0}}
            """
        let window2 = """
            {"comments":4,"scored":4,"mean":0.498,"positive":3,"neutral":0,"negative":1,\
            "emotions":{"happy":3,"angry":0,"sad":0,"surprised":0}}
            """
        let expected = """
            {"room":"huya-1","at":1763654800123,"mood":-0.083,"trend":0,"commentsPerSecond":0.017,"uniqueCommenters":3,\
            "windows":{"1m":\(window1),"5m":\(window1),"15m":\(window2),"60m":\(window2)},"coverage":1,"degraded":true,\
            "phrases":[],"totals":{"comments":4,"paid":1}}
            """
        #expect(Self.json(aggregate.snapshot(now: AggregationFixture.time(400), degraded: true), .full) == expected)
    }

    @Test("phrases are escaped and listed")
    func phrases() {
        var aggregate = RoomAggregate(now: AggregationFixture.time(0))
        for text in ["a\"b", "a\"b", "a\"b", "666", "666"] {
            aggregate.add(text, AggregationFixture.sentiment(700), at: AggregationFixture.time(1))
        }
        let json = Self.json(aggregate.snapshot(now: AggregationFixture.time(1), degraded: false), .full)
        #expect(
            json.contains(
                #""phrases":[{"text":"a\"b","count":3,"mood":0.7,"affective":true},"#
                    + #"{"text":"666","count":2,"mood":0.7,"affective":true}],"#
            )
        )
    }

    @Test("brief: without windows and phrases")
    func brief() {
        let snapshot = MoodSnapshot(at: 5)
        let expected = """
            {"room":"huya-1","at":5,"mood":null,"trend":0,"commentsPerSecond":0,"uniqueCommenters":0,"coverage":1,\
            "degraded":false,"totals":{"comments":0,"paid":0}}
            """
        #expect(Self.json(snapshot, .brief) == expected)
    }

    @Test("a room that was never seen has zeros in every window")
    func neverSeen() {
        let json = Self.json(MoodSnapshot(at: 5), .full)
        let zeros = """
            {"comments":0,"scored":0,"mean":0,"positive":0,"neutral":0,"negative":0,\
            "emotions":{"happy":0,"angry":0,"sad":0,"surprised":0}}
            """
        #expect(json.contains("\"windows\":{\"1m\":\(zeros),\"5m\":\(zeros),\"15m\":\(zeros),\"60m\":\(zeros)}"))
    }
}
