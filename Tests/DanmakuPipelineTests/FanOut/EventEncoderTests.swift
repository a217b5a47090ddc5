@testable import DanmakuPipeline
import DanmakuTestKit
import Foundation
import Testing

@Suite("Frames")
struct EventEncoderTests {
    private static let id = EventID(epoch: Fixture.bytes("k3"), id: 42)

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
        var encoder = EventEncoder()
        encoder.id(Self.id)
        encoder.event("mood")
        encoder.data { $0.raw("{}") }
        let frame = encoder.finish()
        #expect(String(decoding: frame.bytes, as: UTF8.self) == "id: k3-42\nevent: mood\ndata: {}\n\n")
        #expect(String(decoding: frame.withoutID.bytes, as: UTF8.self) == "event: mood\ndata: {}\n\n")
        let overloaded = StreamEvent.overloaded(reason: "draining", retry: 3000).frame
        #expect(overloaded.withoutID.bytes == overloaded.bytes)
    }

    @Test("an id without data is kept and dispatches nothing")
    func bareID() {
        let parser = Self.parse(StreamEvent.position(Self.id).frame)
        #expect(parser.events.isEmpty)
        #expect(parser.lastEventID == "k3-42")
    }

    @Test("a client's cursor comes back cut and escaped")
    func reset() throws {
        let from = "\"\r\n\u{1F600}" + String(repeating: "x", count: 500)
        let event = try #require(Self.parse(StreamEvent.reset(.malformed, from: from, to: Self.id).frame).events.first)
        let object = try JSONSerialization.jsonObject(with: Data(event.data.utf8)) as? [String: String]
        #expect(object == ["reason": "malformed", "from": String(from.prefix(64)), "to": "k3-42"])
    }

    private final class Form: Sendable {
        let text: String

        init(_ text: String) {
            self.text = text
        }
    }

    @Test("an edge's form of a frame is made once")
    func form() {
        let frame = Frame(bytes: Fixture.bytes("abc"), idCount: 0)
        let first = frame.form { Form(String(decoding: $0, as: UTF8.self)) }
        #expect(first.text == "abc")
        #expect(frame.form { _ in Form("again") } === first)
    }

    @Test("threads that ask for a form at the same time get the same one")
    func concurrentForms() async {
        for _ in 0..<100 {
            let frame = Frame(bytes: Fixture.bytes("abc"), idCount: 0)
            let forms = await withTaskGroup(of: Form.self) { group in
                for number in 0..<4 {
                    group.addTask { frame.form { _ in Form("\(number)") } }
                }
                return await group.reduce(into: Set<ObjectIdentifier>()) { $0.insert(ObjectIdentifier($1)) }
            }
            #expect(forms.count == 1)
        }
    }

    @Test("a mood and an alert are encoded as the contract writes them")
    func bodies() throws {
        let id = EventID(epoch: Fixture.bytes("k3"), id: 7)
        var snapshot = MoodSnapshot(at: 12)
        snapshot.totalComments = 3
        let brief = try #require(
            Self.parse(.mood(snapshot, detail: .brief, room: Fixture.bytes("a"), id: id)).events.first
        )
        #expect(brief.type == "mood")
        #expect(brief.lastEventID == "k3-7")
        #expect(!brief.data.contains("windows"))
        let full = try #require(
            Self.parse(.mood(snapshot, detail: .full, room: Fixture.bytes("a"), id: id)).events.first
        )
        #expect(full.data.contains(#""windows":{"1m":"#))
        let alert = RoomAlert(
            kind: .moodDrop,
            isRaised: false,
            at: 12,
            value: -3100,
            baseline: 800,
            phrases: [Fixture.bytes("6\"6"), Fixture.bytes("牛啊")]
        )
        let event = try #require(Self.parse(.alert(alert, room: Fixture.bytes("a"), id: id)).events.first)
        #expect(event.type == "alert")
        let expected =
            #"{"room":"a","alert":"mood_drop","state":"cleared","at":12,"value":-3.1,"baseline":0.8,"#
            + #""phrases":["6\"6","牛啊"]}"#
        #expect(event.data == expected)
    }

    @Test(
        "cursors",
        arguments: [
            ("k3-42", Cursor.place(epoch: Array("k3".utf8), id: 42)),
            ("k3-0", .place(epoch: Array("k3".utf8), id: 0)),
            ("a-b-18446744073709551615", .place(epoch: Array("a-b".utf8), id: .max)),
            ("k3-18446744073709551616", .malformed), ("k3-", .malformed), ("-1", .malformed), ("k3", .malformed),
            ("k3-042", .malformed), ("k3-+4", .malformed), ("k3-4 ", .malformed), ("", .malformed),
        ]
    )
    func cursors(_ text: String, _ cursor: Cursor) {
        #expect(Cursor(text) == cursor)
    }
}
