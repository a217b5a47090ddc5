import DanmakuReplay
import Foundation
import Testing

@Suite("Replay: a recording becomes ingest lines")
struct ReplayScannerTests {
    private struct Replayed: Equatable {
        var lines: [String] = []
        var times: [Int64?] = []
    }

    /// Feeds a recording in pieces of one size.
    private func replay(_ text: [UInt8], piece: Int = 1 << 16, keepsRooms: Bool = true, loop: Int = 1) throws
        -> Replayed
    {
        let format = try #require(ReplayFormat.detect(text))
        let encoder = ReplayLineEncoder(run: "run", room: "hall", keepsRooms: keepsRooms)
        var scanner = ReplayScanner(format: format, encoder: encoder, loop: loop)
        var result = Replayed()
        var output: [UInt8] = []
        func drain() {
            while let line = scanner.next(into: &output) {
                result.times.append(line.time)
            }
        }
        text.withUnsafeBytes { whole in
            for start in stride(from: 0, to: whole.count, by: piece) {
                scanner.feed(UnsafeRawBufferPointer(rebasing: whole[start..<min(start + piece, whole.count)]))
                drain()
            }
        }
        scanner.finish()
        drain()
        result.lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
        return result
    }

    private func replay(_ text: String, keepsRooms: Bool = true, loop: Int = 1) throws -> Replayed {
        try replay(Array(text.utf8), keepsRooms: keepsRooms, loop: loop)
    }

    @Test("The recording that we ship is read whole, in order of time")
    func sample() throws {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let recording = try Data(contentsOf: repository.appending(path: "Samples/game-night.xml"))
        let result = try replay([UInt8](recording))
        let times = result.times.compactMap(\.self)
        #expect(result.lines.count == 207)
        #expect(times.count == 207)
        #expect(times == times.sorted())
        #expect((180_000...210_000).contains((times.last ?? 0) - (times.first ?? 0)), "about three minutes")
    }

    @Test("A tabbed line carries its text, our id and the room")
    func tabbed() throws {
        let result = try replay("0\t太强了\r\n\n1500\tsay \"hi\"\\\u{7}\t!", loop: 3)
        #expect(result.times == [0, 1500])
        #expect(
            result.lines == [
                #"{"id":"run-3-1","room":"hall","text":"太强了"}"#,
                #"{"id":"run-3-3","room":"hall","text":"say \"hi\"\\\u0007\u0009!"}"#,
            ]
        )
    }

    @Test("An object keeps its fields behind our id, and its room unless one was asked for")
    func objects() throws {
        let text = """
            {"room":"a","text":"x","id":7,"sentAt":1763654400000}
             { "text" : "y" , "receivedAt" : 12 }
            {}
            not json
            """
        let kept = try replay(text)
        #expect(kept.times == [1_763_654_400_000, 12, nil, nil])
        #expect(
            kept.lines == [
                #"{"id":"run-1-1","room":"a","text":"x","id":7,"sentAt":1763654400000}"#,
                #"{"id":"run-1-2", "text" : "y" , "receivedAt" : 12 }"#,
                #"{"id":"run-1-3"}"#,
                "not json",
            ]
        )
        let moved = try replay(text, keepsRooms: false)
        #expect(
            moved.lines[0] == #"{"id":"run-1-1","room":"hall","room":"a","text":"x","id":7,"sentAt":1763654400000}"#
        )
        #expect(moved.lines[2] == #"{"id":"run-1-3","room":"hall"}"#)
    }

    @Test("A key that only looks like a time inside a text is not one")
    func timeInsideText() throws {
        let result = try replay(#"{"text":"\"sentAt\":5","receivedAt":9}"#)
        #expect(result.times == [9])
    }

    private static let archive = """
        <?xml version="1.0"?><i><!-- <d p="9">no --><chatid>7</chatid>
        <d p="1.25,1,25,16777215,1763654400,0,a1b2c3,99">哈&lt;哈&#21704; &amp; co</d>
        <d p="2,1,25,0,1763654401999,0,77,0" user="小明" raw='[["<d>"]]'>second</d>
        <sc ts="3.5" user="老板" uid="8" price="30.0" time="60">生日快乐</sc>
        <gift ts="4" user="g" uid="9" giftname="辣条" giftcount="10"/>
        <guard ts="5" user="h" uid="10" level="3" count="1"></guard>
        <d p="soon,1">no time</d><d p="6,1,25,0,0,0,0,0">cut <o>x</o><d p="7">last</d>
        <d p="8,1
        """

    @Test("Bilibili XML and its recorders' elements, with seconds and milliseconds told apart")
    func xml() throws {
        let result = try replay(Self.archive)
        #expect(result.times == [1250, 2000, 3500, 4000, 5000, 7000])
        #expect(
            result.lines == [
                #"{"id":"run-1-1","room":"hall","text":"哈<哈哈 & co","uid":"a1b2c3","sentAt":1763654400000}"#,
                #"{"id":"run-1-2","room":"hall","text":"second","uid":"77","name":"小明","sentAt":1763654401999}"#,
                #"{"id":"run-1-3","room":"hall","text":"生日快乐","uid":"8","name":"老板","kind":"paid","price":30}"#,
                #"{"id":"run-1-4","room":"hall","text":"辣条 ×10","uid":"9","name":"g","kind":"gift"}"#,
                #"{"id":"run-1-5","room":"hall","text":"舰长 ×1","uid":"10","name":"h","kind":"gift"}"#,
                #"{"id":"run-1-6","room":"hall","text":"last"}"#,
            ]
        )
    }

    @Test("Pieces of any size give the same lines", arguments: [1, 2, 3, 7, 64])
    func pieces(size: Int) throws {
        let recordings = [
            Self.archive, "0\t太强了\r\n5\t哈哈哈\n3\tz", "\u{FEFF}{\"text\":\"a\"}\n\n{\"text\":\"b\",\"sentAt\":4}\n",
        ]
        for recording in recordings {
            let bytes = Array(recording.utf8)
            #expect(try replay(bytes, piece: size) == replay(bytes))
        }
    }

    @Test(
        "The format is told from the first bytes",
        arguments: [
            ("{\"text\":1}", ReplayFormat.ndjson), ("\u{FEFF} \n<i>", .xml), ("12\tx", .tabbed), ("-5\tx", .tabbed),
            ("hello", nil), ("", nil), ("12 x", nil),
        ] as [(String, ReplayFormat?)]
    )
    func detection(text: String, expected: ReplayFormat?) {
        #expect(ReplayFormat.detect(text.utf8) == expected)
    }
}
