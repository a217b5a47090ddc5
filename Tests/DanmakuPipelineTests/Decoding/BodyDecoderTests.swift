import DanmakuPipeline
import SentimentModel
import Testing

/// Bodies of POST requests.
struct BodyDecoderTests {
    private static func decode(_ body: [UInt8], maxItems: Int = 1000) throws(BodyDecoder.Failure) -> BodyDecoder.Output
    {
        let result = body.withUnsafeBytes { bytes in
            Result { () throws(BodyDecoder.Failure) in try BodyDecoder(maxItems: maxItems).decode(bytes) }
        }
        return try result.get()
    }

    @Test("one object is an array of one")
    func oneObject() throws {
        let output = try Self.decode(Array(#" {"room":"a","text":"x"} "#.utf8))
        #expect(output.count == 1)
        #expect(DecodedItem.items(of: output.chunk) == [.comment(.init(room: [0x61], text: [0x78]))])
        #expect(try Self.decode(Array("[]".utf8)).count == 0)
    }

    @Test("an item that is wrong by itself is rejected alone")
    func itemErrors() throws {
        let deep = String(repeating: "[", count: 64) + "\"]\"" + String(repeating: "]", count: 64)
        let before =
            #"[{"room":"a","text":"1"}, 7 ,{"room":"a"},{"room":"a","text":"\ud800","z":"}\"]"},{"z":\#(deep)},{"z":""#
        let after = #"\"}","y":[{}]}, [{}], {"room":"a","text":"\"2"}]"#
        let output = try Self.decode(Array(before.utf8) + [0xE4, 0xB8] + Array(after.utf8))
        #expect(output.count == 8)
        #expect(output.chunk.comments.map(\.item) == [0, 7])
        #expect(
            output.chunk.rejections == [
                Rejection(item: 1, error: .invalidJSON), Rejection(item: 2, error: .textMissing),
                Rejection(item: 3, error: .invalidUTF8), Rejection(item: 4, error: .invalidJSON),
                Rejection(item: 5, error: .invalidUTF8), Rejection(item: 6, error: .invalidJSON),
            ]
        )
    }

    @Test(
        "a body that is not JSON is refused as a whole",
        arguments: [
            "", " ", "7", "null", #""x""#, "[", "]", "[{]", "[{},]", "[{}{}]", "{} {}", "[] []", #"{"room":"a""#,
            #"[{"room":"a","text":"x"}"#, #"[{"text":"\ud800"}"#, "[{\"z\":tru}]", "[,{}]", "[{}\u{0}]", "\u{FEFF}[]",
        ]
    )
    func refusesBody(body: String) {
        #expect(throws: BodyDecoder.Failure.invalidJSON) { try Self.decode(Array(body.utf8)) }
    }

    @Test("one item too many refuses the body")
    func tooManyItems() throws {
        #expect(try Self.decode(Array("[{},{},{}]".utf8), maxItems: 3).count == 3)
        #expect(throws: BodyDecoder.Failure.tooManyItems) { try Self.decode(Array("[{},{},{},{}]".utf8), maxItems: 3) }
    }
}
