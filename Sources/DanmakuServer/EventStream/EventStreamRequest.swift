import DanmakuPipeline
import HTTPTypes
import Hummingbird

/// Reads what a client wants to watch.
enum EventStreamRequest {
    /// The most rooms of one stream.
    static let maximumRooms = 100
    /// The longest cursor that is kept, in bytes: ours has 13 letters and digits, a dash and at most 20 digits.
    private static let maximumCursorBytes = 64

    /// The subscription of a request.
    ///
    /// - Parameters:
    ///   - request: Its query and its `Last-Event-ID`.
    ///   - path: The room of the path, if there is one; else the rooms are in the query.
    /// - Returns: The subscription.
    /// - Throws: ``HTTPFailure`` for rooms or a level that there cannot be.
    static func subscription(_ request: Request, path: String?) throws -> Subscription {
        let query = request.uri.queryParameters
        let rooms: [[UInt8]]?
        if let path {
            rooms = [try room(path).bytes]
        } else {
            rooms = try self.rooms(query[values: "room"])
        }
        return Subscription(rooms: rooms, level: try level(query["detail"]), cursor: cursor(request))
    }

    /// Whether a client takes an event stream for an answer to anything: a browser's EventSource gives up for good on any
    /// status but 200.
    static func wantsEvents(_ request: Request) -> Bool {
        request.headers[values: .accept].contains { $0.lowercased().contains("text/event-stream") }
    }

    private static func rooms(_ names: [Substring]) throws -> [[UInt8]]? {
        guard !names.isEmpty else {
            throw HTTPFailure(.roomMissing, "Name the rooms: ?room=a&room=b, or ?room=* for every room.")
        }
        if names.contains("*") {
            return nil
        }
        guard names.count <= maximumRooms else {
            throw HTTPFailure(.tooManyItems, "A stream can watch at most \(maximumRooms) rooms.")
        }
        var seen: Set<RoomName> = []
        return try names.map { try room($0) }.filter { seen.insert($0).inserted }.map(\.bytes)
    }

    private static func room(_ name: some StringProtocol) throws -> RoomName {
        guard let room = RoomName(path: name) else {
            throw HTTPFailure(.roomInvalid, "A room's name must be 1 to 64 of A–Z a–z 0–9 . _ : -")
        }
        return room
    }

    private static func level(_ name: Substring?) throws -> DetailLevel {
        guard let name else {
            return .display
        }
        guard let level = DetailLevel(rawValue: String(name)) else {
            throw HTTPFailure(.invalidField, "detail must be mood, display or full.")
        }
        return level
    }

    /// A cursor that is too long is not one of ours; its beginning is kept for the `reset`.
    ///
    /// The header wins: a browser sends it when it comes back, with the URL of the first time.
    private static func cursor(_ request: Request) -> String? {
        let cursors = [request.headers[.lastEventID], request.uri.queryParameters["cursor"].map(String.init)]
        guard let cursor = cursors.compactMap({ $0 }).first(where: { !$0.isEmpty }) else {
            return nil
        }
        guard cursor.utf8.count > maximumCursorBytes else {
            return cursor
        }
        return String(decoding: cursor.utf8.prefix(maximumCursorBytes), as: UTF8.self) + "…"
    }
}

extension HTTPField.Name {
    /// `Last-Event-ID`: the last `id` that a browser has read.
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
}
