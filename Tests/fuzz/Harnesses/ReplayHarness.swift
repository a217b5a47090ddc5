import DanmakuPipeline
import DanmakuReplay

/// Recordings for `danmaku replay`: XML archives, `t_ms<TAB>text`, JSON lines; and the server's answers to it.
///
/// Input: a byte of options (1…3 a format, else what the bytes look like; 4 the speed 0.001, 8 keep rooms, 16 answers of
/// a server instead), a byte that seeds the cuts, then the file. Rules: the lines do not depend on the cuts; each is one
/// line that the server takes as JSON, unless the recording's own bytes are not; no time makes the pacer fail.
enum ReplayHarness {
    @Sendable
    static func run(_ input: FuzzInput) throws {
        var input = input
        let options = input.byte()
        let seed = input.byte()
        let file = input.rest
        guard options & 16 == 0 || options & 32 != 0 else {
            return try answers(file)
        }
        let formats: [ReplayFormat?] = [ReplayFormat.detect(file), .ndjson, .tabbed, .xml]
        guard let format = formats[Int(options & 3)] else {
            return
        }
        let cuts = Cuts.all(of: file, seed: seed)
        let whole = scan(cuts[0], format, options)
        for cut in cuts.dropFirst() {
            let other = scan(cut, format, options)
            try require(other == whole, "cut into \(cut.map(\.count)): \(other), whole: \(whole)")
        }
        var pacer = ReplayPacer(speed: options & 4 == 0 ? 1 : 0.001)
        var now: Int64 = 1_000_000_000
        for line in whole {
            let due = pacer.due(line.time, now: now)
            // A driver sleeps until then; far waits are cut short so that times add up.
            now += min(max(0, due - now), 1_000_000_000)
            try check(line, format)
        }
    }

    private struct Line: Equatable {
        var bytes: [UInt8]
        var time: Int64?
    }

    private static func scan(_ reads: [[UInt8]], _ format: ReplayFormat, _ options: UInt8) -> [Line] {
        let encoder = ReplayLineEncoder(run: "run", room: "room-1", keepsRooms: options & 8 != 0)
        var scanner = ReplayScanner(format: format, encoder: encoder, loop: 1)
        var lines: [Line] = []
        func ask() {
            var bytes: [UInt8] = []
            while let line = scanner.next(into: &bytes) {
                lines.append(Line(bytes: bytes, time: line.time))
                bytes = []
            }
        }
        for read in reads {
            read.withUnsafeBytes { scanner.feed($0) }
            ask()
        }
        scanner.finish()
        ask()
        return lines
    }

    private static func check(_ line: Line, _ format: ReplayFormat) throws {
        let text = String(decoding: line.bytes, as: UTF8.self)
        try require(line.bytes.last == 0x0A, "a line has no end: \(text)")
        try require(line.bytes.count { $0 == 0x0A } == 1, "it is not one line: \(text)")
        guard format != .ndjson else {
            return
        }
        var decoder = LineDecoder(maxLineBytes: 1 << 24, expectsHello: false)
        let items = try DecodedItem.all(of: line.bytes.withUnsafeBytes { decoder.decode($0) }.chunk)
        try require(items.count == 1, "a line became \(items.count) items: \(text)")
        let error = items[0].error
        try require(error != .invalidJSON, "a line of ours is not JSON: \(text)")
        try require(
            error != .invalidUTF8 || !line.bytes.isUTF8,
            "a line of ours is taken for other than UTF-8: \(text)"
        )
        if error == nil {
            try require(items[0].room == Array("room-1".utf8), "a comment went into another room: \(text)")
            try require(items[0].id.starts(with: "run-1-".utf8), "a comment has no id of this run: \(text)")
        }
    }

    /// What a server, or something that is none, may answer.
    private static func answers(_ bytes: [UInt8]) throws {
        var window = ReplayWindow()
        window.append(Array(repeating: 0x0A, count: 5), lines: 5)
        window.connected()
        _ = window.nextWrite()
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            switch ReplayAnswer(line) {
            case .ack(let counts):
                if window.acknowledge(counts) {
                    try require(window.counts.lines <= 5, "\(window.counts.lines) of 5 lines are acknowledged")
                }
            case .lineError, .connectionError, .unknown:
                break
            }
        }
        window.disconnected()
        try require((0...5).contains(window.unacknowledged), "\(window.unacknowledged) of 5 lines are open")
    }
}
