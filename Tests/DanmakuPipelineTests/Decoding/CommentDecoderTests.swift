import DanmakuPipeline
import SentimentModel
import Testing

/// The rules of one comment, case by case.
struct CommentDecoderTests {
    private static func decode(_ json: String, fixedRoom: String? = nil) -> DecodedItem? {
        DecodedItem.ours(Array(json.utf8), fixedRoom: fixedRoom)
    }

    private static func fields(_ json: String, fixedRoom: String? = nil) throws -> DecodedItem.Fields {
        guard case .comment(let fields) = decode(json, fixedRoom: fixedRoom) else {
            throw CommentError.invalidJSON
        }
        return fields
    }

    @Test("every field of the contract's example")
    func everyField() throws {
        let fields = try Self.fields(
            """
            {"room":"huya-11342412","text":"主播太强了哈哈哈","id":"src-81f2","uid":"u77","name":"小明",\
            "sentAt":1763654400000,"kind":"paid","price":30}
            """
        )
        #expect(fields.room == Array("huya-11342412".utf8))
        #expect(fields.text == Array("主播太强了哈哈哈".utf8))
        #expect(fields.id == Array("src-81f2".utf8))
        #expect(fields.uid == Array("u77".utf8))
        #expect(fields.name == Array("小明".utf8))
        #expect(fields.sentAt == 1_763_654_400_000)
        #expect(fields.kind == "paid")
        #expect(fields.price == Array("30".utf8))
    }

    @Test(
        "every error code of a comment",
        arguments: [
            (#"{"room":"a","text":"x""#, "invalid_json"),
            (#"{"room":"a","text":"x",}"#, "invalid_json"),
            (#"{"room":"a","text":"x"}{}"#, "invalid_json"),
            (#"{"room":"a","text":"x"} 1"#, "invalid_json"),
            (#"[{"room":"a","text":"x"}]"#, "invalid_json"),
            (#"{"room":"a","text":"x","z":tru}"#, "invalid_json"),
            (#"{"room":"a","text":"x","z":01}"#, "invalid_json"),
            (#"{"room":"a","text":"x","z":1.}"#, "invalid_json"),
            (#"{"room":"a","text":"x","z":.5}"#, "invalid_json"),
            (#"{"room":"a","text":"x","z":+1}"#, "invalid_json"),
            (#"{"room":"a","text":"x","z":"\x"}"#, "invalid_json"),
            (#"{"room":"a","text":"x","z":[1,]}"#, "invalid_json"),
            (#"{"room":"a","text":"x","z":{"b":1,}}"#, "invalid_json"),
            (#"{"room":"a","text":"x","z":[1}}"#, "invalid_json"),
            (#"{room:"a","text":"x"}"#, "invalid_json"),
            (#"{"room":"a","text":"\ud83d"}"#, "invalid_utf8"),
            (#"{"room":"a","text":"\udc00\ud83d"}"#, "invalid_utf8"),
            (#"{"room":"a","text":"x","z":"\ud83dx"}"#, "invalid_utf8"),
            (#"{"room":"a","text":5}"#, "invalid_field"),
            (#"{"room":["a"],"text":"x"}"#, "invalid_field"),
            (#"{"room":"a","text":"x","id":1.5}"#, "invalid_field"),
            (#"{"room":"a","text":"x","id":true}"#, "invalid_field"),
            (#"{"room":"a","text":"x","uid":{}}"#, "invalid_field"),
            (#"{"room":"a","text":"x","name":7}"#, "invalid_field"),
            (#"{"room":"a","text":"x","kind":7}"#, "invalid_field"),
            (#"{"room":"a","text":"x","price":"30"}"#, "invalid_field"),
            (#"{"room":"a","text":"x","price":1e400}"#, "invalid_field"),
            (#"{"room":"a","text":"x","sentAt":1.5}"#, "invalid_field"),
            (#"{"room":"a","text":"x","sentAt":9223372036854775808}"#, "invalid_field"),
            (#"{"room":"a","text":"x","sentAt":-9223372036854775808}"#, "invalid_field"),
            (#"{"text":"x"}"#, "room_missing"),
            (#"{"room":null,"text":"x"}"#, "room_missing"),
            (#"{}"#, "room_missing"),
            (#"{"room":"","text":"x"}"#, "room_invalid"),
            (#"{"room":"a b","text":"x"}"#, "room_invalid"),
            (#"{"room":"a/b","text":"x"}"#, "room_invalid"),
            (#"{"room":"房间","text":"x"}"#, "room_invalid"),
            (#"{"room":"a"}"#, "text_missing"),
            (#"{"room":"a","text":null}"#, "text_missing"),
            (#"{"room":"a","text":""}"#, "text_empty"),
            (#"{"room":"a","text":" \t\n\u3000\u0000\u007f\u0085 "}"#, "text_empty"),
        ]
    )
    func rejects(json: String, code: String) {
        #expect(Self.decode(json) == .rejected(code))
    }

    /// Found by the fuzz test, seed 5775438067702595336.
    @Test("a key cannot be imitated by a NUL behind it")
    func keyWithNUL() {
        #expect(Self.decode("{\"text\":\"x\",\"id\0\":1.5}") == .rejected("invalid_json"))
        #expect(Self.decode(#"{"room\u0000":"a","text":"x"}"#) == .rejected("room_missing"))
    }

    @Test("bytes that are not UTF-8 are called so wherever they stand")
    func invalidUTF8() {
        let bad: [[UInt8]] = [
            [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xF0, 0x80, 0x80, 0x80], [0xE4, 0xB8], [0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xC2],
        ]
        for sequence in bad {
            let inText = Array(#"{"room":"a","text":"x"#.utf8) + sequence + Array(#""}"#.utf8)
            #expect(DecodedItem.ours(inText) == .rejected("invalid_utf8"), "\(sequence)")
            let inSkipped = Array(#"{"room":"a","text":"x","z":"\n"#.utf8) + sequence + Array(#""}"#.utf8)
            #expect(DecodedItem.ours(inSkipped) == .rejected("invalid_utf8"), "\(sequence)")
            let outside = Array(#"{"room":"a","text":"x"}"#.utf8) + sequence
            #expect(DecodedItem.ours(outside) == .rejected("invalid_utf8"), "\(sequence)")
        }
    }

    @Test("id, uid and name are cleaned like a text, and not trimmed")
    func cleansEverything() throws {
        let cases: [(String, String)] = [
            (#"a\tb"#, "a b"), (#"a\r\nb\nc\rd"#, "a b c d"), (#"\u001b[2Ja\u0007\u007fb\u0080\u009bc"#, "[2Jabc"),
            ("a\u{7F}\u{85}b", "ab"), (" é\u{9B}é ", " éé "), (#"\u0000"#, ""), (" a ", " a "),
        ]
        for key in ["id", "uid", "name"] {
            for (raw, clean) in cases {
                let fields = try Self.fields(#"{"room":"a","text":"x","\#(key)":"\#(raw)"}"#)
                let field = key == "id" ? fields.id : key == "uid" ? fields.uid : fields.name
                #expect(field == Array(clean.utf8), "\(key) \(raw)")
            }
        }
        let long = String(repeating: "\u{7F}", count: 100) + String(repeating: "b", count: 100)
        #expect(try Self.fields(#"{"room":"a","text":"x","name":"\#(long)"}"#).name.count == 64)
        #expect(try Self.fields(#"{"room":"a","text":"x","id":"\#(long)"}"#).id.count == 100)
    }

    @Test("text is cleaned and trimmed")
    func cleansText() throws {
        let cases: [(String, String)] = [
            (#"a\tb"#, "a b"), (#"a\r\nb\nc\rd"#, "a b c d"), (#"a\u0000\u0007\u007fb\u0080\u009fc"#, "abc"),
            (#"\u3000 \u00a0a \u3000b\u2003\u2028"#, "a \u{3000}b"), ("a\u{7F}\u{85}b", "ab"),
            (#"\ud83d\ude00\/\"\\\b\f"#, "😀/\"\\"), ("é\u{9B}é", "éé"), (#"\n\n666\n"#, "666"),
            ("12345678\u{7F}", "12345678"), (#"\u4e3b\u64AD"#, "主播"),
        ]
        for (raw, clean) in cases {
            let text = try Self.fields(#"{"room":"a","text":"\#(raw)"}"#).text
            #expect(text == Array(clean.utf8), "\(raw)")
        }
    }

    @Test("lengths at their limits")
    func limits() throws {
        let text = String(repeating: "哈", count: 341)
        #expect(try Self.fields(#"{"room":"a","text":" \#(text)x "}"#).text.count == 1024)
        #expect(Self.decode(#"{"room":"a","text":"\#(text)xy"}"#) == .rejected("text_too_long"))
        let long = String(repeating: "r", count: 64)
        #expect(try Self.fields(#"{"room":"\#(long)","text":"x"}"#).room.count == 64)
        #expect(Self.decode(#"{"room":"\#(long)r","text":"x"}"#) == .rejected("room_invalid"))
        let id = String(repeating: "9", count: 128)
        #expect(try Self.fields(#"{"room":"a","text":"x","id":\#(id),"uid":"\#(id)"}"#).id == Array(id.utf8))
        #expect(Self.decode(#"{"room":"a","text":"x","id":\#(id)9}"#) == .rejected("invalid_field"))
        #expect(Self.decode(#"{"room":"a","text":"x","uid":"\#(id)9"}"#) == .rejected("invalid_field"))
        let name = String(repeating: "明", count: 22)
        #expect(try Self.fields(#"{"room":"a","text":"x","name":"\#(name)"}"#).name == Array(name.utf8.prefix(63)))
    }

    @Test("the first of duplicate keys wins, escaped or not")
    func duplicates() throws {
        let fields = try Self.fields(
            #"{"room":"a","text":"x","\u0072oom":"b","text":7,"id":null,"id":"y","kind":"gift","kind":3}"#
        )
        #expect(fields.room == Array("a".utf8))
        #expect(fields.text == Array("x".utf8))
        #expect(fields.id.isEmpty)
        #expect(fields.kind == "gift")
        #expect(try Self.fields(#"{"t\u0065xt":"first","room":"a","text":"second"}"#).text == Array("first".utf8))
    }

    @Test("nesting of 64 is read, 65 is not")
    func nesting() {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            let brackets = String(repeating: open, count: depth - 1) + "1" + String(repeating: close, count: depth - 1)
            return #"{"room":"a","text":"x","z":\#(brackets)}"#
        }
        for (open, close) in [("[", "]"), (#"{"k":"#, "}"), (#"[{"k":"#, "}]")] {
            let levels = open.first == "[" && close.count == 2 ? 2 : 1
            let deepest = 1 + 63 / levels
            let accepted = DecodedItem.comment(.init(room: [0x61], text: [0x78]))
            #expect(Self.decode(nested(deepest, open, close)) == accepted)
            #expect(Self.decode(nested(deepest + 1, open, close)) == .rejected("invalid_json"))
            #expect(
                Self.decode(nested(4000 / (open.utf8.count + close.utf8.count), open, close))
                    == .rejected("invalid_json")
            )
        }
    }

    @Test("a room in the path stands in for the field, which has to agree")
    func fixedRoom() throws {
        let fields = try Self.fields(#"{"text":"x"}"#, fixedRoom: "path-room")
        #expect(fields.room == Array("path-room".utf8))
        #expect(try Self.fields(#"{"text":"x","room":"path-room"}"#, fixedRoom: "path-room") == fields)
        #expect(Self.decode(#"{"text":"x","room":"other"}"#, fixedRoom: "path-room") == .rejected("room_mismatch"))
        #expect(Self.decode(#"{"text":"x","room":""}"#, fixedRoom: "path-room") == .rejected("room_mismatch"))
        #expect(Self.decode(#"{"text":"x","room":4}"#, fixedRoom: "path-room") == .rejected("invalid_field"))
        #expect(RoomName(Array("a b".utf8)) == nil)
    }

    @Test("integers and absent fields")
    func optionals() throws {
        let fields = try Self.fields(
            #" {"room":"a","text":"x","id":-42,"uid":7,"price":-1.5e+2,"sentAt":-1,"kind":"mystery"} "#
        )
        #expect(fields.id == Array("-42".utf8) && fields.idIsInteger)
        #expect(fields.uid == Array("7".utf8))
        #expect(fields.price == Array("-1.5e+2".utf8))
        #expect(fields.sentAt == -1)
        #expect(fields.kind == "chat")
        let bare = try Self.fields(
            #"{"room":"a","text":"x","id":null,"uid":null,"name":null,"sentAt":null,"kind":null,"price":null}"#
        )
        #expect(bare == DecodedItem.Fields(room: [0x61], text: [0x78]))
    }
}
