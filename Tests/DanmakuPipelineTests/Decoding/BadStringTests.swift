import DanmakuPipeline
import DanmakuTestKit
import Foundation
import Testing

/// A string that is not Unicode costs its own item and no other: scores are handed out by index.
@Suite("Strings that are not Unicode")
struct BadStringTests {
    /// What is wrong in a string that is otherwise JSON, and what may stand around it.
    private struct Generator {
        static let faults: [[UInt8]] = [
            Array(#"\ud800"#.utf8), Array(#"\udc00"#.utf8), Array(#"\ud83d\ud83d"#.utf8), Array(#"\ud83dx"#.utf8),
            Array(#"\uD800\n"#.utf8), Array(#"\ud800\u0041"#.utf8), Array(#"\udfff\\"#.utf8), [0xFF], [0xC0, 0x80],
            [0xE4, 0xB8], [0xF0, 0x9F, 0x98], [0xED, 0xA0, 0x80], [0x80], [0xC2],
        ]
        static let pieces = [
            #"\""#, #"\\"#, "}", "]", "{", "[", ",", ":", "x", "\u{4E3B}", #"\u4e3b"#, #"\ud83d\ude00"#, #"\n"#, "",
            "abcdefgh",
        ]
        var random: SeededGenerator

        func coin(_ sides: Int, _ random: inout SeededGenerator) -> Bool {
            Int.random(in: 0..<sides, using: &random) == 0
        }

        /// A string with or without a fault, and the same one with none.
        mutating func string() -> (bad: [UInt8], good: [UInt8], isBad: Bool) {
            var bad: [UInt8] = [0x22]
            var good: [UInt8] = [0x22]
            var isBad = false
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                if coin(3, &random) {
                    bad += Self.faults.randomElement(using: &random)!
                    good += Array("?".utf8)
                    isBad = true
                    // A high surrogate must not find its other half in the next piece by chance.
                    bad += Array("-".utf8)
                }
                let piece = Array(Self.pieces.randomElement(using: &random)!.utf8)
                bad += piece
                good += piece
            }
            return (bad + [0x22], good + [0x22], isBad)
        }

        /// An item with its twin that is well-formed.
        mutating func item() -> (bad: [UInt8], good: [UInt8], isBad: Bool) {
            let first = string()
            let second = string()
            func around(_ before: String, _ between: String, _ after: String) -> (
                bad: [UInt8], good: [UInt8], isBad: Bool
            ) {
                let parts = [before, between, after].map { Array($0.utf8) }
                return (
                    parts[0] + first.bad + parts[1] + second.bad + parts[2],
                    parts[0] + first.good + parts[1] + second.good + parts[2], first.isBad || second.isBad
                )
            }
            switch Int.random(in: 0..<7, using: &random) {
            case 0: return first
            case 1: return around(#"{"room":"a","text":"#, #","z":"#, "}")
            case 2: return around(#"{"room":"a","text":"x","id":"#, #","name":"#, " }")
            case 3: return around(#"{"room":"a","text":"x","#, #":[{"y":"#, "}]}")
            case 4: return around("[", ",", "]")
            case 5: return around(#"[{"z":["#, "]},{},", #",[1,"]"]]"#)
            default: return around(#"{"z":{"#, ":", #"},"room":"a","text":"x"}"#)
            }
        }
    }

    private static func decode(_ body: [UInt8]) throws(BodyDecoder.Failure) -> BodyDecoder.Output {
        let result = body.withUnsafeBytes { bytes in
            Result { () throws(BodyDecoder.Failure) in try BodyDecoder().decode(bytes) }
        }
        return try result.get()
    }

    @Test("the item after a bad string is itself, at its own index")
    func swallowed() throws {
        let body = Array(#"["\ud800",{"room":"a","text":"A"},{"room":"a","text":"B"}]"#.utf8)
        let output = try Self.decode(body)
        #expect(output.count == 3)
        #expect(output.chunk.comments.map(\.item) == [1, 2])
        #expect(output.chunk.rejections == [Rejection(item: 0, error: .invalidUTF8)])
        #expect(DecodedItem.items(of: output.chunk).count == 3)
    }

    @Test("a body is refused as a whole where it is not JSON behind a bad string")
    func notJSON() {
        for body in [
            #"["\ud800]"#, #"["\ud800\x"]"#, #"["\ud800\u12"]"#, #"[{"z":"\ud800"]"#, #"[{"z":"\ud800" 1}]"#,
            "[\"\\ud800\n\"]",
            #"[{"\ud800"}]"#, #"["\ud800"{}]"#,
        ] {
            #expect(throws: BodyDecoder.Failure.invalidJSON, "\(body)") { try Self.decode(Array(body.utf8)) }
        }
    }

    @Test(
        "one element for each item, as many as Foundation counts in the same array without the faults",
        arguments: 0..<4
    )
    func differential(run: Int) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("BadStringTests.differential seed \(seed)")
        var generator = Generator(random: SeededGenerator(seed: seed))
        for _ in 0..<500 {
            let items = (0..<Int.random(in: 1...6, using: &generator.random)).map { _ in generator.item() }
            let separator = Array([",", " , ", "\n,\t"].randomElement(using: &generator.random)!.utf8)
            let good = [0x5B] + items.map(\.good).joined(separator: separator) + [0x5D]
            let bad = [0x5B] + items.map(\.bad).joined(separator: separator) + [0x5D]
            let counted = try #require(try JSONSerialization.jsonObject(with: Data(good)) as? [Any]).count
            let output = try Self.decode(bad)
            let decoded = output.chunk.comments.map(\.item) + output.chunk.rejections.map(\.item)
            let badItems = items.indices.filter { items[$0].isBad }.map { UInt64($0) }
            let called = output.chunk.rejections.filter { $0.error == .invalidUTF8 }.map(\.item)
            guard output.count == counted, decoded.sorted() == (0..<UInt64(counted)).map({ $0 }), called == badItems
            else {
                Issue.record("seed \(seed): \(String(decoding: bad, as: UTF8.self).debugDescription)")
                return
            }
        }
    }

    @Test("a line with a bad string costs that line alone")
    func lines() {
        var decoder = LineDecoder(expectsHello: false)
        let lines = Array("{\"z\":\"\\ud800\"}\n{\"room\":\"a\",\"text\":\"A\"}\n".utf8)
        let chunk = lines.withUnsafeBytes { decoder.decode($0).chunk }
        #expect(chunk.rejections == [Rejection(item: 1, error: .invalidUTF8)])
        #expect(chunk.comments.map(\.item) == [2])
    }

    @Test("a list of texts with a bad string is refused as a whole, so no score can stand at another's index")
    func texts() {
        for body in [#"{"texts":["\ud800","A","B"]}"#, #"{"z":"\ud800","texts":["A"]}"#] {
            #expect(throws: TextListDecoder.Failure.invalidUTF8) {
                let result = Array(body.utf8)
                    .withUnsafeBytes { bytes in
                        Result { () throws(TextListDecoder.Failure) in try TextListDecoder().decode(bytes).ranges.count
                        }
                    }
                _ = try result.get()
            }
        }
    }
}
