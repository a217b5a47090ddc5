@testable import DanmakuServer
import DanmakuPipeline
import DanmakuTestKit
import Foundation
import NIOCore
import Testing

@Suite("What event streams may hold", .endsIfHung)
struct StreamBudgetTests {
    private static let one = ClientAddress(version4: 0x7f00_0001)
    private static let two = ClientAddress(version4: 0x7f00_0002)

    private static func limits(_ change: (inout StreamLimits) -> Void) -> StreamBudgets {
        var limits = StreamLimits()
        change(&limits)
        return StreamBudgets(limits: limits)
    }

    private static func code(_ budgets: StreamBudgets, rooms: Int = 1, _ client: ClientAddress) -> String? {
        do throws(HTTPFailure) {
            // Given back at once.
            _ = try budgets.reserve(rooms: rooms, for: client)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("streams, watched rooms and joins have a limit in all and one for each address")
    func limits() throws {
        let streams = Self.limits { ($0.streams, $0.streamsPerAddress) = (3, 2) }
        let held = try [Self.one, Self.one].map { try streams.reserve(rooms: 1, for: $0) }
        #expect(Self.code(streams, Self.one) == "too_many_from_address")
        let other = try streams.reserve(rooms: 1, for: Self.two)
        #expect(Self.code(streams, Self.two) == "overloaded")
        #expect(streams.watchedRooms.held == 3, "what was refused holds nothing")

        let rooms = Self.limits { ($0.watchedRooms, $0.watchedRoomsPerAddress) = (250, 200) }
        let hundred = try rooms.reserve(rooms: 100, for: Self.one)
        #expect(Self.code(rooms, rooms: 101, Self.one) == "too_many_from_address")
        #expect(Self.code(rooms, rooms: 151, Self.two) == "overloaded")
        #expect(Self.code(rooms, rooms: 100, Self.one) == nil)

        let joins = Self.limits { ($0.joins, $0.joinsPerAddress) = (3, 1) }
        let joining = try joins.reserve(rooms: 1, for: Self.one)
        #expect(Self.code(joins, Self.one) == "too_many_from_address")
        joining.joined()
        #expect(Self.code(joins, Self.one) == nil)
        #expect(joins.streams.held == 1)
        withExtendedLifetime((held, other, hundred)) {}
    }

    @Test("what a stream has reserved is given back once, when it is over or dropped")
    func leases() throws {
        let budgets = StreamBudgets()
        do {
            let lease = try budgets.reserve(rooms: 7, for: Self.one)
            #expect(budgets.all.map(\.held) == [1, 7, 1])
            lease.release()
            #expect(budgets.all.map(\.held) == [0, 0, 0])
            lease.joined()
        }
        _ = try budgets.reserve(rooms: 7, for: Self.one)
        #expect(budgets.all.map(\.held) == [0, 0, 0])
    }

    @Test("the keys reach the budgets")
    func keys() throws {
        let settings = [
            "fanout.max-streams": "11", "fanout.max-streams-per-address": "10", "fanout.max-watched-rooms": "1300",
            "fanout.max-watched-rooms-per-address": "1200", "fanout.join-queue": "15",
            "fanout.join-queue-per-address": "14",
        ]
        let sources = ConfigurationSources(
            commandLine: settings.map { ConfigurationSetting(name: $0, value: $1, origin: .commandLine("--set")) }
        )
        let budgets = StreamBudgets(limits: try Server.Configuration(sources.resolve()).streams)
        #expect(budgets.all.map(\.limit) == [11, 1300, 15])
        #expect(budgets.all.map(\.perAddress) == [10, 1200, 14])
        #expect(Server.Configuration.standard.streams.watchedRooms == StreamLimits().watchedRooms)
    }

    private static func watch(
        _ server: RunningServer,
        _ path: String,
        from source: String? = nil
    ) async throws -> WatchingClient {
        try await WatchingClient(server.addresses.http, path, source: source)
    }

    /// The count of a row in `/health/memory`.
    private static func count(_ server: RunningServer, _ name: String) async throws -> Int {
        let body = try await server.request("GET /health/memory HTTP/1.1").body
        let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        let rows = try #require(object?["components"] as? [[String: Any]])
        return try #require(rows.first { $0["component"] as? String == name }?["count"] as? Int)
    }

    @Test("an address at its cap is refused as its client understands it; another address is not")
    func caps() async throws {
        try await RunningServer.with(["fanout.max-streams-per-address": "2", "fanout.max-streams": "3"]) { server in
            let path = "/v1/rooms/a/events"
            let first = try await Self.watch(server, path)
            let second = try await Self.watch(server, path)
            for client in [first, second] {
                try await client.wait(for: ["hello", "snapshot"])
            }
            #expect(try await Self.count(server, "streams") == 2)
            #expect(try await Self.count(server, "subscribers") == 2)

            let refused = try await Self.watch(server, path).waitForEnd()
            #expect(refused.head.hasPrefix("HTTP/1.1 200"))
            #expect(refused.parser.events.map(\.type) == ["overloaded"])
            #expect(refused.parser.events.first?.data == #"{"reason":"too_many_from_address"}"#)
            #expect((5000...30_000).contains(try #require(refused.parser.retry)))
            let plain = try await server.request("GET \(path) HTTP/1.1")
            #expect(plain.status == 429)
            #expect(plain.body.contains("too_many_from_address"))
            #expect(plain.headers["retry-after"] == "5")

            let other = try await Self.watch(server, path, from: "127.0.0.2")
            try await other.wait(for: ["hello", "snapshot"])
            let full = try await Self.watch(server, path, from: "127.0.0.3").waitForEnd()
            #expect(full.parser.events.first?.data == #"{"reason":"overloaded"}"#)

            try await first.finish()
            _ = try await first.waitForEnd()
            let next = try await Self.watch(server, path)
            try await next.wait(for: ["hello", "snapshot"])
        }
    }

    @Test("rooms that nobody writes to are bounded for each address, and given back")
    func watchedRooms() async throws {
        try await RunningServer.with(["fanout.max-watched-rooms-per-address": "150"]) { server in
            let path = "/v1/events?" + (0..<100).map { "room=r\($0)" }.joined(separator: "&")
            let first = try await Self.watch(server, path)
            try await first.wait { $0.events.count { $0.type == "snapshot" } == 100 }
            #expect(try await Self.count(server, "watched-rooms") == 100)
            #expect(try await Self.count(server, "log-rooms") == 100)
            let refused = try await Self.watch(server, path).waitForEnd()
            #expect(refused.parser.events.first?.data == #"{"reason":"too_many_from_address"}"#)
            let other = try await Self.watch(server, path, from: "127.0.0.2")
            try await other.wait { $0.events.count { $0.type == "snapshot" } == 100 }
            for client in [first, other] {
                try await client.finish()
                _ = try await client.waitForEnd()
            }
            #expect(try await Self.count(server, "watched-rooms") == 0)
            #expect(try await Self.count(server, "streams") == 0)
            #expect(try await Self.count(server, "joins") == 0)
        }
    }

    @Test("HEAD and a refused request hold nothing")
    func head() async throws {
        try await RunningServer.with { server in
            let head = try await server.request("HEAD /v1/rooms/a/events HTTP/1.1")
            #expect(head.status == 200)
            let refused = try await server.request("GET /v1/events?room= HTTP/1.1")
            #expect(refused.status == 400)
            let held = [try await Self.count(server, "streams"), try await Self.count(server, "joins")]
            #expect(held == [0, 0])
        }
    }

    @Test("a cursor of any length is answered with a short reset")
    func longCursor() async throws {
        try await RunningServer.with { server in
            let cursor = String(repeating: "9", count: 4000)
            let client = try await Self.watch(server, "/v1/rooms/a/events?cursor=0000000000000-\(cursor)")
            let parser = try await client.wait(for: ["hello", "reset", "snapshot"])
            #expect(parser.events[1].data.contains(#""reason":"malformed""#))
            #expect(parser.events[1].data.utf8.count < 200)
        }
    }
}
