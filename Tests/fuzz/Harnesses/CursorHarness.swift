import DanmakuPipeline
import HTTPTypes
import Hummingbird
import NIOCore

@testable import DanmakuServer

/// Cursors and everything else that a stream's request can ask for.
///
/// Input: a query (or a room of a path), a NUL, the header `Last-Event-ID`. Rules: a cursor that is read is written the
/// same again; rooms are names, once each and at most 100; the header wins over the query.
enum CursorHarness {
    @Sendable
    static func run(_ input: FuzzInput) throws {
        let parts = input.rest.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let query = String(decoding: parts[0], as: UTF8.self)
        let header = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
        for text in [query, header] {
            try checkCursor(text)
            try checkRoom(text)
        }
        var head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/v1/events?" + query)
        let allowed = HTTPField.isValidValue(header)
        if allowed, !header.isEmpty {
            head.headerFields[.lastEventID] = header
        }
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        for path in [nil, query] as [String?] {
            guard let subscription = try? EventStreamRequest.subscription(request, path: path) else {
                continue
            }
            let rooms = subscription.rooms ?? []
            try require(rooms.count <= 100 && Set(rooms).count == rooms.count, "the rooms are \(rooms)")
            for room in rooms {
                try require(RoomName(room) != nil, "\(room) is not a room")
            }
            if let given = head.headerFields[.lastEventID], !given.isEmpty {
                try require(subscription.cursor == given, "the header \(given) became \(subscription.cursor ?? "nil")")
            }
        }
    }

    private static func checkCursor(_ text: String) throws {
        if case .place(let epoch, let id) = Cursor(text) {
            let written = String(decoding: epoch, as: UTF8.self) + "-\(id)"
            try require(written == text, "the cursor \(text) was read as \(written)")
        }
    }

    private static func checkRoom(_ text: String) throws {
        guard let room = RoomName(path: text) else {
            return
        }
        let name = room.description
        try require(RoomName(path: name) == room, "the room \(name) is not its own name")
        try require(text == name || text.contains("%"), "\(text) became \(name)")
    }
}
