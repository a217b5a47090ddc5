import DanmakuPipeline
import DanmakuServer
import DanmakuTestKit
import Foundation
import NIOCore
import Testing

@Suite("Event streams over real sockets", .serves)
struct EventStreamTests {
    private static func watch(
        _ server: RunningServer,
        _ path: String,
        headers: String = "",
        receiveBuffer: Int? = nil
    ) async throws -> WatchingClient {
        try await WatchingClient(server.addresses.http, path, headers: headers, receiveBuffer: receiveBuffer)
    }

    /// Posts comments to a room; the answer says that all were accepted.
    private static func post(_ server: RunningServer, _ room: String, _ texts: [String]) async throws {
        let body = "[" + texts.map { "{\"text\":\"\($0)\"}" }.joined(separator: ",") + "]"
        let head = "POST /v1/rooms/\(room)/comments HTTP/1.1\r\ncontent-type: application/json"
        let answer = try await server.request(head, body: body)
        try #require(answer.status == 202, "\(answer.body)")
    }

    private static func object(_ event: EventStreamParser.Event) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(event.data.utf8)) as? [String: Any])
    }

    /// The `seq` of every comment, in the order they came.
    private static func seqs(_ parser: EventStreamParser) throws -> [Int] {
        try parser.events.filter { $0.type == "sentiment" }
            .flatMap { try #require(Self.object($0)["results"] as? [[String: Any]]).compactMap { $0["seq"] as? Int } }
    }

    /// The `seq` of the last comment so far, without reading all that came before it again.
    private static func lastSeq(_ parser: EventStreamParser) -> Int? {
        guard let last = parser.events.last(where: { $0.type == "sentiment" }),
            let results = (try? object(last))?["results"] as? [[String: Any]]
        else {
            return nil
        }
        return results.last?["seq"] as? Int
    }

    @Test("headers, hello, snapshot, and a comment as soon as it is there")
    func watching() async throws {
        try await RunningServer.with { server in
            let client = try await Self.watch(server, "/v1/rooms/a/events?detail=full")
            let first = try await client.wait(for: ["hello", "snapshot"])
            #expect(client.head.hasPrefix("HTTP/1.1 200 OK"))
            let head = client.head.lowercased()
            for header in [
                "content-type: text/event-stream; charset=utf-8", "cache-control: no-store, no-transform",
                "x-accel-buffering: no",
            ] {
                #expect(head.contains(header))
            }
            #expect((2000...6000).contains(try #require(first.retry)))
            let hello = try Self.object(first.events[0])
            #expect(hello["version"] as? Int == 1)
            #expect(hello["heartbeatSeconds"] as? Int == 15)
            let snapshot = try Self.object(first.events[1])
            #expect(snapshot["room"] as? String == "a")
            #expect(snapshot["mood"] is NSNull)
            #expect(first.lastEventID == "\(try #require(hello["epoch"] as? String))-0")

            try await Self.post(server, "a", ["主播太强了", "牛啊"])
            let parser = try await client.wait { $0.events.contains { $0.type == "sentiment" } }
            #expect(try Self.seqs(parser).first == 1)
            #expect(parser.unknownFields.isEmpty)
            try await client.close()
        }
    }

    @Test("every level and several rooms; the default is display")
    func levels() async throws {
        try await RunningServer.with { server in
            let mood = try await Self.watch(server, "/v1/events?room=a&room=b&room=a&detail=mood")
            let display = try await Self.watch(server, "/v1/events?room=a&room=b")
            let every = try await Self.watch(server, "/v1/events?room=*&detail=full")
            try await mood.wait(for: ["hello", "snapshot", "snapshot"])
            try await display.wait(for: ["hello", "snapshot", "snapshot"])
            let bare = try await every.wait { !$0.lastEventID.isEmpty }
            #expect(bare.events.map(\.type) == ["hello"], "no rooms yet: an id without data")
            try await Self.post(server, "b", ["太强了"])
            try await Self.post(server, "c", ["太强了"])
            let moods = try await mood.wait { $0.events.contains { $0.type == "mood" } }
            #expect(!moods.events.contains { $0.type == "sentiment" })
            try await display.wait { $0.events.contains { $0.type == "sentiment" } }
            try await every.wait { $0.events.count { $0.type == "sentiment" } == 2 }
        }
    }

    @Test("a stream resumes after its cursor; the header wins over the query; another epoch is reset")
    func resuming() async throws {
        try await RunningServer.with { server in
            let first = try await Self.watch(server, "/v1/rooms/a/events?detail=full")
            try await first.wait(for: ["hello", "snapshot"])
            try await Self.post(server, "a", ["一"])
            let parser = try await first.wait { $0.events.contains { $0.type == "sentiment" } }
            let start = parser.events[1].lastEventID
            let cursor = try #require(parser.events.first { $0.type == "sentiment" }).lastEventID
            try await first.close()
            try await Self.post(server, "a", ["二"])
            let watcher = try await Self.watch(server, "/v1/rooms/a/events?detail=full&cursor=\(cursor)")
            try await watcher.wait { $0.events.contains { $0.type == "sentiment" } }

            let header = "last-event-id: \(start)\r\n"
            let second = try await Self.watch(server, "/v1/rooms/a/events?detail=full&cursor=x", headers: header)
            let replayed = try await second.wait { $0.events.count { $0.type == "sentiment" } == 2 }
            #expect(!replayed.events.contains { $0.type == "reset" })
            #expect(replayed.events[1].lastEventID == start)
            #expect(try Self.seqs(replayed) == [1, 2])
            #expect(try Self.seqs(try await watcher.wait { _ in true }) == [2])

            let reset = try await Self.watch(server, "/v1/rooms/a/events?cursor=0000000000000-7")
            let events = try await reset.wait(for: ["hello", "reset", "snapshot"]).events
            #expect(try Self.object(events[1])["reason"] as? String == "epoch")
        }
    }

    @Test(
        "what there cannot be is refused before a stream begins",
        arguments: [
            ("/v1/events", 400, "room_missing"), ("/v1/events?room=", 400, "room_invalid"),
            ("/v1/events?room=a%2Fb", 400, "room_invalid"), ("/v1/rooms/%E4%B8%AD/events", 400, "room_invalid"),
            ("/v1/rooms/a/events?detail=all", 400, "invalid_field"),
            ("/v1/events?" + (0...100).map { "room=r\($0)" }.joined(separator: "&"), 413, "too_many_items"),
        ]
    )
    func refusals(_ path: String, _ status: Int, _ code: String) async throws {
        try await RunningServer.with { server in
            let answer = try await server.request("GET \(path) HTTP/1.1")
            #expect(answer.status == status)
            #expect(answer.body.contains("\"error\":\"\(code)\""))
            #expect(answer.headers["x-accel-buffering"] == "no")
        }
    }

    @Test("a colon in a room's name may come escaped, and HEAD has no stream")
    func names() async throws {
        try await RunningServer.with { server in
            let client = try await Self.watch(server, "/v1/rooms/twitch%3Ax/events")
            let parser = try await client.wait(for: ["hello", "snapshot"])
            #expect(try Self.object(parser.events[1])["room"] as? String == "twitch:x")
            let head = try await server.request("HEAD /v1/rooms/a/events HTTP/1.1")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
        }
    }

    @Test("a client that sends its FIN has left: the response ends as HTTP says, and the connection closes")
    func halfClose() async throws {
        try await RunningServer.with { server in
            let client = try await Self.watch(server, "/v1/rooms/a/events")
            try await client.wait(for: ["hello", "snapshot"])
            try await client.finish()
            let end = try await client.waitForEnd()
            #expect(end.malformed == nil)
            #expect(!server.server.pipeline.log.isWatched(Array("a".utf8)))
        }
    }

    @Test("drain: bye with a retry, then the end as HTTP says; what was accepted comes before")
    func drain() async throws {
        try await RunningServer.with { server in
            var clients: [WatchingClient] = []
            for _ in 0..<10 {
                clients.append(try await Self.watch(server, "/v1/rooms/a/events?detail=full"))
            }
            for client in clients {
                try await client.wait(for: ["hello", "snapshot"])
            }
            try await Self.post(server, "a", (0..<500).map { "弹幕 \($0)" })
            server.server.beginDrain()
            for client in clients {
                let end = try await client.waitForEnd()
                #expect(end.isComplete)
                #expect(end.malformed == nil)
                let last = try #require(end.parser.events.last)
                #expect(last.type == "bye")
                #expect(last.data == #"{"reason":"drain"}"#)
                #expect((2000...6500).contains(try #require(end.parser.retry)))
                #expect(try Self.seqs(end.parser) == Array(1...500))
            }
        }
    }

    @Test("a stalled reader holds nobody up, neither the others nor the drain, and is told what it missed")
    func stalled() async throws {
        let settings = ["fanout.max-lag-bytes": "1048576"]
        try await RunningServer.with(settings) { server in
            let path = "/v1/rooms/a/events?detail=full"
            let stalled = try await Self.watch(server, path, receiveBuffer: 8192)
            let dead = try await Self.watch(server, path, receiveBuffer: 8192)
            let healthy = try await Self.watch(server, path)
            for client in [stalled, dead, healthy] {
                try await client.wait(for: ["hello", "snapshot"])
            }
            try await stalled.stopReading()
            try await dead.stopReading()
            let total = 5000
            for batch in 0..<(total / 1000) {
                try await Self.post(
                    server,
                    "a",
                    (0..<1000).map { "\(batch) \($0) \(String(repeating: "弹", count: 60))" }
                )
                let seen = try await healthy.wait { Self.lastSeq($0) == (batch + 1) * 1000 }
                #expect(try Self.seqs(seen) == Array(1...((batch + 1) * 1000)))
            }
            try await stalled.startReading()
            let parser = try await stalled.wait { $0.events.contains { $0.type == "skipped" } }
            let skipped = try #require(parser.events.first { $0.type == "skipped" })
            let comments = try #require(Self.object(skipped)["comments"] as? Int)
            let before = try Self.seqs(parser).filter { $0 <= total - comments }
            #expect(before == Array(1...(total - comments)))
            #expect(comments > 2000)
            try await Self.post(server, "a", ["再来"])
            let after = try await stalled.wait { Self.lastSeq($0) == total + 1 }
            #expect(after.events.filter { $0.type == "skipped" }.count == 1)
            // `dead` never reads again: the drain at the end has to do without it.
        }
    }

    @Test("a hundred streams come and go, and none is left")
    func churn() async throws {
        try await RunningServer.with { server in
            for round in 0..<100 {
                let client = try await Self.watch(server, "/v1/rooms/r\(round % 7)/events")
                try await client.wait(for: ["hello"])
                if round % 2 == 0 {
                    try await client.close()
                } else {
                    try await client.finish()
                    _ = try await client.waitForEnd()
                }
            }
        }
    }
}
