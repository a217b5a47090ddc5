import DanmakuPipeline
import SentimentModel
import Testing

/// How a stream is cut into lines.
struct LineDecoderTests {
    private static func run(_ reads: [[UInt8]], expectsHello: Bool = true, maxLineBytes: Int = 8192) -> Stream {
        var stream = Stream()
        var decoder = LineDecoder(maxLineBytes: maxLineBytes, expectsHello: expectsHello)
        for read in reads {
            stream.add(read.withUnsafeBytes { decoder.decode($0) })
        }
        stream.unfinishedLine = decoder.unfinishedLine
        stream.add(decoder.finish())
        return stream
    }

    /// All that came out of a decoder.
    struct Stream: Equatable {
        var items: [UInt64] = []
        var texts: [[UInt8]] = []
        var rejections: [Rejection] = []
        var hello: Hello?
        var tooLongLine: UInt64?
        var unfinishedLine: UInt64?

        mutating func add(_ output: LineDecoder.Output) {
            items += output.chunk.comments.map(\.item)
            texts += output.chunk.comments.map { Array(output.chunk.bytes[$0.text.indices]) }
            rejections += output.chunk.rejections
            hello = hello ?? output.hello
            tooLongLine = tooLongLine ?? output.tooLongLine
        }
    }

    private static let stream = Array(
        """
        {"hello":{"token":"s\\u0065cret","ack":true}}\r
        {"room":"a","text":"一"}
        \t \r

        {"room":"a","text":"\\u4e8c"}\r
        nonsense
        {"room":"a","text":"三"}
        """
        .utf8
    )

    @Test("the same comments come out wherever the reads are cut")
    func everyCut() {
        let whole = Self.run([Self.stream])
        #expect(whole.items == [2, 5, 7])
        #expect(whole.texts == ["一", "二", "三"].map { Array($0.utf8) })
        #expect(whole.rejections == [Rejection(item: 6, error: .invalidJSON)])
        #expect(whole.hello == Hello(token: Array("secret".utf8), wantsAcknowledgements: true))
        #expect(whole.unfinishedLine == 7)
        for first in 0...Self.stream.count {
            for second in stride(from: first, through: Self.stream.count, by: 7) {
                let reads = [Self.stream[..<first], Self.stream[first..<second], Self.stream[second...]]
                #expect(Self.run(reads.map(Array.init)) == whole, "cut at \(first) and \(second)")
            }
        }
        #expect(Self.run(Self.stream.map { [$0] }) == whole)
    }

    @Test("a line at its limit is read, one byte more ends the stream")
    func longLine() {
        let head = Array(#"{"room":"a","text":"x","z":""#.utf8)
        func line(_ count: Int) -> [UInt8] {
            head + [UInt8](repeating: 0x7A, count: count - head.count - 2) + Array(#""}"#.utf8)
        }
        let good = Array(#"{"room":"a","text":"y"}"#.utf8) + [0x0A]
        for end in [[0x0A], [0x0D, 0x0A]] as [[UInt8]] {
            let fits = Self.run([good + line(200) + end + good], maxLineBytes: 200)
            #expect(fits.items == [1, 2, 3] && fits.tooLongLine == nil)
            for cut in 195...203 {
                let bytes = line(200) + end + good
                let halves = [Array(bytes[..<cut]), Array(bytes[cut...])]
                #expect(Self.run(halves, maxLineBytes: 200).items == [1, 2])
            }
            let exceeds = Self.run([good + line(201) + end + good, good], maxLineBytes: 200)
            #expect(exceeds.items == [1] && exceeds.tooLongLine == 2 && exceeds.unfinishedLine == nil)
        }
    }

    @Test("a line that never ends is refused once, and never kept")
    func endlessLine() {
        var decoder = LineDecoder(maxLineBytes: 100, expectsHello: true)
        let piece = [UInt8](repeating: 0x61, count: 64)
        #expect(piece.withUnsafeBytes { decoder.decode($0) }.tooLongLine == nil)
        #expect(decoder.unfinishedLine == 1)
        #expect(piece.withUnsafeBytes { decoder.decode($0) }.tooLongLine == 1)
        #expect(decoder.isFinished && decoder.unfinishedLine == nil)
        for _ in 0..<1000 {
            let output = piece.withUnsafeBytes { decoder.decode($0) }
            #expect(output.tooLongLine == nil && output.chunk.comments.isEmpty && output.chunk.rejections.isEmpty)
        }
    }

    @Test(
        "what the first line may be",
        arguments: [
            (#"{"hello":{}}"#, true, []), (#"{"hello":{"ack":false,"x":[1]},"y":2}"#, true, []),
            (#" { "hello" : { "token" : null , "ack" : null } } "#, true, []),
            (#"{"hello":{"ack":1}}"#, false, [CommentError.invalidField]),
            (#"{"hello":{"token":1}}"#, false, [.invalidField]), (#"{"hello":true}"#, false, [.invalidField]),
            (#"{"hello":{"ack":true}"#, false, [.invalidJSON]), (#"{"hello":{"ack":true,}}"#, false, [.invalidJSON]),
            (#"{"text":"x","hello":{}}"#, false, [.roomMissing]), (#"{"hello":{}} x"#, false, [.invalidJSON]),
        ] as [(String, Bool, [CommentError])]
    )
    func firstLine(line: String, isHello: Bool, errors: [CommentError]) {
        let stream = Self.run([Array(line.utf8) + [0x0A]])
        #expect((stream.hello != nil) == isHello)
        #expect(stream.rejections.map(\.error) == errors)
        // On any later line, or where none is expected, it is a comment without a room.
        let later = Self.run([[0x0A] + Array(line.utf8) + [0x0A]])
        #expect(later.hello == nil && later.rejections.count == 1)
        #expect(Self.run([Array(line.utf8)], expectsHello: false).hello == nil)
    }

    @Test("lines in another room than the path's are rejected one by one")
    func fixedRoom() {
        var decoder = LineDecoder(expectsHello: false, fixedRoom: RoomName("r".utf8))
        let lines = #"{"text":"a"}"# + "\n" + #"{"text":"b","room":"q"}"# + "\n" + #"{"text":"c","room":"r"}"# + "\n"
        let chunk = Array(lines.utf8).withUnsafeBytes { decoder.decode($0) }.chunk
        #expect(chunk.comments.map(\.item) == [1, 3])
        #expect(chunk.comments.map(\.roomHash) == [UInt64?](repeating: RoomName("r".utf8)?.hash, count: 2))
        #expect(chunk.rejections == [Rejection(item: 2, error: .roomMismatch)])
    }
}
