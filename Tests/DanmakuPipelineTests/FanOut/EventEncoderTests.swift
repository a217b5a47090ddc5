@testable import DanmakuPipeline
import DanmakuTestKit
import Foundation
import Testing

@Suite("Frames")
struct EventEncoderTests {
    private static let id = EventID(epoch: Fixture.bytes("k3"), sequence: 42)

    private static func parse(_ frame: Frame) -> EventStreamParser {
        var parser = EventStreamParser()
        parser.feed(frame.bytes)
        #expect(!parser.isWithinEvent, "whole frames only")
        #expect(parser.unknownFields.isEmpty)
        return parser
    }

    @Test(
        "no text can leave its field",
        arguments: ["\r\nevent: x", "a\rb", "a\nid: 1\n\n", "\u{0}", "\u{2028}\u{FEFF}:"]
    )
    func escapes(_ text: String) throws {
        let (result, bytes) = Fixture.result(text, seq: 1)
        var block = ResultBlock()
        block.append(result, fieldsFrom: bytes)
        let results = PublishedResults(block: block, displayed: [.init(index: 0, repeats: 1)], omitted: 0, receipts: [])
        var objects: [Range<Int>] = []
        let frame = Frame.full(results, room: Fixture.bytes("a"), id: Self.id, displayed: &objects)
        let event = try #require(Self.parse(frame).events.first)
        #expect(event.lastEventID == "k3-42")
        let object = try JSONSerialization.jsonObject(with: Data(event.data.utf8)) as? [String: Any]
        let first = (object?["results"] as? [[String: Any]])?.first
        #expect(first?["text"] as? String == text)
    }

    @Test("should a line end come through, the data is split at it", arguments: ["{\r\n}", "{\n}", "{\r}"])
    func lineEnds(_ json: String) {
        var encoder = EventEncoder()
        encoder.event("mood")
        encoder.data { $0.raw(Array(json.utf8)) }
        #expect(Self.parse(encoder.finish()).events.map(\.data) == ["{\n}"])
    }

    @Test("the display frame is the same bytes whether the full frame was there or not")
    func sharedObjects() throws {
        var results = Fixture.results(1...9, shown: 0)
        results.displayed = [.init(index: 1, repeats: 3), .init(index: 4, repeats: 1), .init(index: 8, repeats: 12)]
        results.omitted = 7
        let room = Fixture.bytes("a")
        var objects: [Range<Int>] = []
        let full = Frame.full(results, room: room, id: Self.id, displayed: &objects)
        let copied = Frame.display(results, room: room, id: Self.id, encoded: (full, objects))
        let encoded = Frame.display(results, room: room, id: Self.id, encoded: nil)
        #expect(copied.bytes == encoded.bytes)
        let data = try #require(Self.parse(copied).events.first).data
        let object = try JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any]
        let shown = try #require(object?["results"] as? [[String: Any]])
        #expect(shown.map { $0["seq"] as? Int } == [2, 5, 9])
        #expect(shown.map { $0["repeat"] as? Int } == [3, nil, 12])
        #expect(object?["omitted"] as? Int == 7)
    }

    @Test("a frame without its id is the same event")
    func withoutID() throws {
        let frame = Frame.body(EncodedBody(footprint: 2) { $0.raw("{}") }, event: "mood", id: Self.id)
        #expect(String(decoding: frame.bytes, as: UTF8.self) == "id: k3-42\nevent: mood\ndata: {}\n\n")
        #expect(String(decoding: frame.withoutID.bytes, as: UTF8.self) == "event: mood\ndata: {}\n\n")
        let hello = StreamEvents.overloaded(reason: "draining", retry: 3000)
        #expect(hello.withoutID.bytes == hello.bytes)
    }

    @Test("an id without data is kept and dispatches nothing")
    func bareID() {
        let parser = Self.parse(StreamEvents.bare(id: Self.id))
        #expect(parser.events.isEmpty)
        #expect(parser.lastEventID == "k3-42")
    }

    @Test("a client's cursor comes back cut and escaped")
    func reset() throws {
        let from = "\"\r\n\u{1F600}" + String(repeating: "x", count: 500)
        let event = try #require(Self.parse(StreamEvents.reset(.malformed, from: from, to: Self.id)).events.first)
        let object = try JSONSerialization.jsonObject(with: Data(event.data.utf8)) as? [String: String]
        #expect(object == ["reason": "malformed", "from": String(from.prefix(64)), "to": "k3-42"])
    }

    @Test("an edge's form of a frame is made once")
    func rendering() {
        let frame = Frame(bytes: Fixture.bytes("abc"), idCount: 0)
        #expect(frame.rendered(String.self) { String(decoding: $0, as: UTF8.self) } == "abc")
        #expect(frame.rendered(String.self) { _ in "again" } == "abc")
    }

    @Test(
        "cursors",
        arguments: [
            ("k3-42", Cursor.place(epoch: Array("k3".utf8), sequence: 42)),
            ("k3-0", .place(epoch: Array("k3".utf8), sequence: 0)),
            ("a-b-18446744073709551615", .place(epoch: Array("a-b".utf8), sequence: .max)),
            ("k3-18446744073709551616", .malformed), ("k3-", .malformed), ("-1", .malformed), ("k3", .malformed),
            ("k3-042", .malformed), ("k3-+4", .malformed), ("k3-4 ", .malformed), ("", .malformed),
        ]
    )
    func cursors(_ text: String, _ cursor: Cursor) {
        #expect(Cursor(text) == cursor)
    }
}
