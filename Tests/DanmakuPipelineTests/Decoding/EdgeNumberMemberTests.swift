import DanmakuTestKit
import Foundation
import Testing

@testable import DanmakuPipeline

/// Edge values in every number of a comment, a hello and a cursor.
@Suite("Edge values from clients")
struct EdgeNumberMemberTests {
    @Test("sentAt is an integer of 64 bits, or the comment is refused", arguments: EdgeNumbers.texts)
    func sentAt(text: String) throws {
        let item = DecodedItem.ours(Array(#"{"room":"a","text":"x","sentAt":\#(text)}"#.utf8))
        switch item {
        case .comment(let fields):
            let isNull = text == "null"
            let value = EdgeNumbers.integer(text.trimmingCharacters(in: .whitespaces))
            #expect(isNull ? fields.sentAt == nil : fields.sentAt == value)
            #expect(isNull || value != nil)
        case .rejected(let code):
            let fits = EdgeNumbers.integer(text).map { $0 != .min } ?? false
            #expect(!fits)
            #expect(["invalid_json", "invalid_field", "invalid_utf8"].contains(code))
        case nil:
            Issue.record("a line counted for nothing")
        }
    }

    @Test("price, id and uid go through as they are written, or the comment is refused", arguments: EdgeNumbers.texts)
    func texts(text: String) throws {
        for member in ["price", "id", "uid", "room", "name", "kind", "other"] {
            let line =
                member == "room" ? #"{"text":"x","room":\#(text)}"# : #"{"room":"a","text":"x","\#(member)":\#(text)}"#
            guard case .comment(let fields)? = DecodedItem.ours(Array(line.utf8)) else {
                continue
            }
            let written = Array(text.trimmingCharacters(in: .whitespaces).utf8)
            let isNull = text == "null"
            switch member {
            case "price": #expect(fields.price == (isNull ? [] : written) && written.count <= 32)
            case "id": #expect(fields.id == (isNull ? [] : written))
            case "uid": #expect(fields.uid == (isNull ? [] : written))
            case "room": Issue.record("a room that is a number: \(text)")
            default: break
            }
        }
    }

    @Test("a hello has no numbers: they are refused, or passed over as what is unknown", arguments: EdgeNumbers.texts)
    func hello(text: String) {
        for line in [#"{"hello":\#(text)}"#, #"{"hello":{"ack":\#(text)}}"#, #"{"hello":{"x":\#(text)}}"#] {
            let reading = Array(line.utf8).withUnsafeBufferPointer { Hello.read($0) }
            if case .hello(let hello) = reading {
                #expect(!hello.wantsAcknowledgements || text == "true")
            }
        }
    }

    @Test(
        "a cursor's sequence is an unsigned integer of 64 bits, or the cursor is malformed",
        arguments: EdgeNumbers.texts
    )
    func cursor(text: String) {
        let cursor = Cursor("epoch-\(text)")
        // The epoch may hold dashes: the last one parts it.
        let digits = text.split(separator: "-", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let value = EdgeNumbers.isInteger(digits) ? UInt64(digits) : nil
        if let value {
            guard case .place(_, value) = cursor else {
                Issue.record("\(text) is \(cursor)")
                return
            }
        } else {
            #expect(cursor == .malformed)
        }
    }
}
