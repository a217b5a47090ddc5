import DanmakuPipeline

/// Ingest lines: TCP connections and NDJSON bodies.
///
/// Input: a byte of options (1 a fixed room, 2 no hello, 4 and 8 a shorter limit), a byte that seeds the cuts, then the
/// stream. Rules: what is decoded does not depend on the cuts; a line is worth the same as a line and as a body.
enum LineHarness {
    @Sendable
    static func run(_ input: FuzzInput) throws {
        var input = input
        let options = input.byte()
        let seed = input.byte()
        let stream = input.rest
        let way = Way(
            room: options & 1 == 0 ? nil : RoomName("room-1".utf8),
            expectsHello: options & 2 == 0,
            limit: [8192, 200, 64, 16][Int(options >> 2 & 3)]
        )
        let cuts = Cuts.all(of: stream, seed: seed)
        let whole = try way.decode(cuts[0])
        for cut in cuts.dropFirst() {
            let other = try way.decode(cut)
            try require(other == whole, "cut into \(cut.map(\.count)): \(other), whole: \(whole)")
        }
        try compareWithBodies(stream, whole, way)
    }

    private struct Way {
        var room: RoomName?
        var expectsHello: Bool
        var limit: Int

        func decode(_ reads: [[UInt8]]) throws -> Decoded {
            var decoder = LineDecoder(maxLineBytes: limit, expectsHello: expectsHello, fixedRoom: room)
            var decoded = Decoded()
            for read in reads {
                try decoded.add(read.withUnsafeBytes { decoder.decode($0) })
            }
            decoded.unfinishedLine = decoder.unfinishedLine
            try decoded.add(decoder.finish())
            decoded.lines = decoder.line
            decoded.isFinished = decoder.isFinished
            try require(decoder.unfinishedLine == nil, "a line is unfinished after the end")
            try require(decoded.items.allSatisfy { $0.item <= decoder.line }, "an item is behind the last line")
            try require(decoded.isFinished == (decoded.tooLongLine != nil), "finished without a line that is too long")
            return decoded
        }
    }

    private struct Decoded: Equatable {
        var items: [DecodedItem] = []
        var hello: Hello?
        var tooLongLine: UInt64?
        var unfinishedLine: UInt64?
        var lines: UInt64 = 0
        var isFinished = false

        mutating func add(_ output: LineDecoder.Output) throws {
            items += try DecodedItem.all(of: output.chunk)
            try require(hello == nil || output.hello == nil, "two hellos")
            try require(tooLongLine == nil || output.tooLongLine == nil, "two lines are the first that is too long")
            hello = hello ?? output.hello
            tooLongLine = tooLongLine ?? output.tooLongLine
        }
    }

    /// The first lines, each as the body of a request.
    private static func compareWithBodies(_ stream: [UInt8], _ decoded: Decoded, _ way: Way) throws {
        let decoder = BodyDecoder(fixedRoom: way.room)
        let items = Dictionary(uniqueKeysWithValues: decoded.items.map { ($0.item, $0) })
        for (index, line) in stream.split(separator: 0x0A, omittingEmptySubsequences: false).prefix(16).enumerated() {
            guard let item = items[UInt64(index) + 1], index > 0 || decoded.hello == nil else {
                continue
            }
            let content = line.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            guard content.first == UInt8(ascii: "{"), index > 0 || !way.expectsHello else {
                continue
            }
            let body = try? Array(line).withUnsafeBytes { try decoder.decode($0) }
            let asBody = try body.map { try DecodedItem.all(of: $0.chunk) }
            switch item.error {
            case .invalidJSON, .invalidUTF8:
                let error = asBody?.first?.error
                let isRefused = asBody == nil || error == .invalidJSON || error == .invalidUTF8
                try require(isRefused, "line \(index + 1) is \(item), as a body \(String(describing: asBody))")
            default:
                let agrees = asBody == [item.numbered(0)]
                try require(agrees, "line \(index + 1) is \(item), as a body \(String(describing: asBody))")
            }
        }
    }
}
