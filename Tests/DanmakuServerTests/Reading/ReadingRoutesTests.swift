import DanmakuPipeline
import DanmakuServer
import DanmakuTestKit
import Foundation
import HTTPTypes
import Testing

@Suite("Reading routes")
struct ReadingRoutesTests {
    private struct Rooms: Decodable {
        struct Room: Decodable {
            var room: String
            var mood: Double?
            var commentsPerSecond: Double
        }

        var rooms: [Room]
        var total: Int
    }

    private struct Timeline: Decodable {
        struct Point: Decodable {
            var at: Int64
            var comments: Int
            var mean: Double?
            var positive: Int
            var neutral: Int
            var negative: Int
        }

        var room: String
        var stepSeconds: Int
        var points: [Point]
    }

    private struct Comments: Decodable {
        struct Comment: Decodable {
            var seq: Int
            var text: String
            var score: Double?
        }

        var comments: [Comment]
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ answer: ReadingFixture.Answer) throws -> Value {
        #expect(answer.status == .ok)
        #expect(answer.headers[.cacheControl] == "no-store")
        #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
        return try JSONDecoder().decode(type, from: Data(answer.body.utf8))
    }

    private static func publish(_ fixture: ReadingFixture) async throws {
        try await fixture.publish(
            """
            [{"room":"b","text":"+1"},{"room":"b","text":"+2"},{"room":"b","text":"x"},
             {"room":"a","text":"-1"},{"room":"c","text":"gift","kind":"gift"},{"room":"a:1","text":"+1"}]
            """
        )
    }

    @Test("rooms are listed in each order, with a limit, and ties by name")
    func rooms() async throws {
        try await ReadingFixture.with { fixture in
            try await Self.publish(fixture)
            let orders = [
                "": ["b", "a", "a:1", "c"], "?sort=rate": ["b", "a", "a:1", "c"], "?sort=name": ["a", "a:1", "b", "c"],
                "?sort=mood": ["b", "a:1", "a", "c"], "?sort=mood&limit=2": ["b", "a:1"],
                "?limit=1000": ["b", "a", "a:1", "c"],
            ]
            for (query, expected) in orders {
                let rooms = try Self.decode(Rooms.self, await fixture.get("/v1/rooms\(query)"))
                #expect(rooms.rooms.map(\.room) == expected, "\(query)")
                #expect(rooms.total == 4)
            }
            let rooms = try Self.decode(Rooms.self, await fixture.get("/v1/rooms?sort=name"))
            #expect(rooms.rooms.map(\.mood) == [-0.133, 0.133, 0.2, nil])
            #expect(rooms.rooms.map(\.commentsPerSecond) == [0.1, 0.1, 0.3, 0.1])
        }
    }

    @Test("a room's mood object is the full one; the colon may be escaped")
    func mood() async throws {
        try await ReadingFixture.with { fixture in
            try await Self.publish(fixture)
            let answer = try await fixture.get("/v1/rooms/b")
            #expect(answer.status == .ok)
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.body.hasPrefix(#"{"room":"b","at":"#))
            #expect(answer.body.contains(#""1m":{"comments":3,"scored":3,"mean":0.533,"positive":2,"neutral":1,"#))
            #expect(answer.body.hasSuffix(#""phrases":[],"totals":{"comments":3,"paid":0}}"#))
            #expect(try await fixture.get("/v1/rooms/a%3A1").body.hasPrefix(#"{"room":"a:1","#))
        }
    }

    @Test("a timeline holds every comment, in points of the asked step")
    func timeline() async throws {
        try await ReadingFixture.with { fixture in
            try await Self.publish(fixture)
            for (query, step) in [("", 10), ("?step=1", 1), ("?step=60&from=0", 60)] {
                let timeline = try Self.decode(Timeline.self, await fixture.get("/v1/rooms/b/timeline\(query)"))
                #expect(timeline.room == "b")
                #expect(timeline.stepSeconds == step)
                #expect(timeline.points.reduce(0) { $0 + $1.comments } == 3)
                #expect(timeline.points.reduce(0) { $0 + $1.positive } == 2)
                #expect(timeline.points.reduce(0) { $0 + $1.neutral } == 1)
                #expect(timeline.points.allSatisfy { $0.at % Int64(step * 1000) == 0 })
                #expect(timeline.points.count <= min(1000, 3600 / step + 3))
            }
            let past = try Self.decode(Timeline.self, await fixture.get("/v1/rooms/b/timeline?from=5&to=1000"))
            #expect(past.points.isEmpty)
        }
    }

    @Test("comments come in pages, newest first, each in ascending order")
    func comments() async throws {
        try await ReadingFixture.with { fixture in
            let all = (1...250).map { #"{"room":"r","text":"+\#($0)"}"# }
            try await fixture.publish("[\(all.joined(separator: ","))]")
            let first = try Self.decode(Comments.self, await fixture.get("/v1/rooms/r/comments?limit=100"))
            #expect(first.comments.map(\.seq) == Array(151...250))
            #expect(first.comments.last?.text == "+250")
            #expect(first.comments.last?.score == 0.8)
            let second = try Self.decode(Comments.self, await fixture.get("/v1/rooms/r/comments?before=151&limit=100"))
            #expect(second.comments.map(\.seq) == Array(51...150))
            let third = try Self.decode(Comments.self, await fixture.get("/v1/rooms/r/comments?before=51"))
            #expect(third.comments.isEmpty)
            let whole = try Self.decode(Comments.self, await fixture.get("/v1/rooms/r/comments?limit=1000"))
            #expect(whole.comments.count == 200)
        }
    }

    @Test("alerts are an empty list")
    func alerts() async throws {
        try await ReadingFixture.with { fixture in
            try await Self.publish(fixture)
            #expect(try await fixture.get("/v1/rooms/b/alerts").body == #"{"room":"b","alerts":[]}"#)
        }
    }

    @Test(
        "a room that nobody wrote to is not found",
        arguments: ["/v1/rooms/z", "/v1/rooms/z/timeline", "/v1/rooms/z/comments", "/v1/rooms/z/alerts"]
    )
    func unknownRoom(path: String) async throws {
        try await ReadingFixture.with { fixture in
            let answer = try await fixture.get(path)
            #expect(answer.status == .notFound)
            #expect(answer.body.hasPrefix(#"{"error":"not_found","message":"#))
        }
    }

    @Test("a timeline has at most 1,000 points: more are refused, and without a from it begins later")
    func timelinePoints() async throws {
        try await ReadingFixture.with { fixture in
            try await Self.publish(fixture)
            let now = fixture.time.now().milliseconds
            let to = now - now % 1000
            for step in [1, 2, 3] as [Int64] {
                let first = to - to % (step * 1000) - 1000 * step * 1000
                let query = "/v1/rooms/b/timeline?step=\(step)&to=\(to - to % (step * 1000))&from="
                let most = try Self.decode(Timeline.self, await fixture.get("\(query)\(first)"))
                #expect(most.points.count == 1000)
                #expect(most.points.first?.at == first)
                let refused = try await fixture.get("\(query)\(first - 1)")
                #expect(refused.status == .badRequest)
                #expect(refused.body.hasPrefix(#"{"error":"invalid_field","message":"A timeline can"#))
                let all = try await fixture.get("/v1/rooms/b/timeline?step=\(step)&from=0")
                #expect(all.status == .badRequest)
                let newest = try Self.decode(Timeline.self, await fixture.get("/v1/rooms/b/timeline?step=\(step)"))
                #expect((999...1000).contains(newest.points.count))
                #expect(newest.points.last?.at == now - now % (step * 1000))
            }
            let hour = try Self.decode(Timeline.self, await fixture.get("/v1/rooms/b/timeline?step=4&from=0"))
            #expect((900...901).contains(hour.points.count))
        }
    }

    @Test(
        "a parameter that is wrong is refused",
        arguments: [
            "/v1/rooms?sort=size", "/v1/rooms?limit=0", "/v1/rooms?limit=x", "/v1/rooms?limit=",
            "/v1/rooms?limit=1001", "/v1/rooms/b/comments?limit=1001",
            "/v1/rooms/b/comments?limit=-1",
            "/v1/rooms/b/comments?before=1.5", "/v1/rooms/b/comments?before=99999999999999999999",
            "/v1/rooms/b/timeline?step=0", "/v1/rooms/b/timeline?step=10000", "/v1/rooms/b/timeline?from=2&to=1",
            "/v1/rooms/b/timeline?from=x", "/v1/rooms/b/timeline?to=-5",
        ]
    )
    func badParameter(path: String) async throws {
        try await ReadingFixture.with { fixture in
            try await Self.publish(fixture)
            let answer = try await fixture.get(path)
            #expect(answer.status == .badRequest)
            #expect(answer.body.hasPrefix(#"{"error":"invalid_field","message":"#))
        }
    }

    @Test("a name that no room can have is refused", arguments: ["/v1/rooms/%E7%89%9B", "/v1/rooms/a%20b/comments"])
    func badRoom(path: String) async throws {
        try await ReadingFixture.with { fixture in
            let answer = try await fixture.get(path)
            #expect(answer.status == .badRequest)
            #expect(answer.body.hasPrefix(#"{"error":"room_invalid","#))
        }
    }
}
