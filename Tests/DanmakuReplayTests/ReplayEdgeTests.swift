import DanmakuReplay
import DanmakuTestKit
import Foundation
import Testing

@Suite("Replay: edge values and long lines")
struct ReplayEdgeTests {
    /// Replays a recording and gives what was written, and what was left out.
    private func replay(_ text: [UInt8], piece: Int = 256 << 10) -> (
        lines: [String], times: [Int64?], left: ReplayRefusals
    ) {
        guard let format = ReplayFormat.detect(text) else {
            return ([], [], ReplayRefusals())
        }
        let encoder = ReplayLineEncoder(run: "run", room: "hall", keepsRooms: true)
        var scanner = ReplayScanner(format: format, encoder: encoder, loop: 1)
        var output: [UInt8] = []
        var times: [Int64?] = []
        for start in stride(from: 0, to: text.count, by: piece) {
            text[start..<min(start + piece, text.count)].withUnsafeBytes { scanner.feed($0) }
            while let line = scanner.next(into: &output) {
                times.append(line.time)
            }
        }
        scanner.finish()
        while let line = scanner.next(into: &output) {
            times.append(line.time)
        }
        let lines = output.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
        return (lines, times, scanner.takeRefusals())
    }

    @Test("times, dates, prices and counts of recordings", arguments: EdgeNumbers.texts)
    func numbers(text: String) {
        let recordings = [
            "0\ta\n\(text)\tx\n\(text)\ty\n5\tb\n",
            "{\"text\":\"a\",\"sentAt\":1}\n{\"text\":\"x\",\"sentAt\":\(text)}\n{\"text\":\"y\",\"receivedAt\":\(text)}\n",
            """
            <i><d p="\(text),1,25,0,\(text),0,u,9">x</d><d p="1,\(text),25,0,\(text),\(text),\(text),\(text)">y</d>
            <sc ts="\(text)" price="\(text)" uid="\(text)">z</sc><sc ts="1" price="\(text)">z</sc>
            <gift ts="\(text)" giftname="g" giftcount="\(text)"/><guard ts="\(text)" level="\(text)" count="\(text)"></guard>
            <s ts="\(text)" type="super_chat" price="\(text)">w</s><d p="2,1">&#\(text);&#x\(text);</d></i>
            """,
        ]
        for recording in recordings {
            let (lines, times, _) = replay(Array(recording.utf8))
            for line in lines where line.hasPrefix("{\"id\":\"run-1-") && !recording.hasPrefix("{") {
                // What we write ourselves is right, whatever the recording says.
                let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(object != nil, "\(line)")
            }
            for speed in [1, 1e-6, 1e9] as [Double] {
                var pacer = ReplayPacer(speed: speed)
                for time in times + times.reversed() {
                    let due = pacer.due(time, now: 1 << 60)
                    #expect(due >= 1 << 60)
                }
            }
        }
        for order: [Int64] in [[.min, .max], [.min + 1, .max, 0], [0, .max]] {
            var pacer = ReplayPacer(speed: 1e-6)
            for time in order {
                let due = pacer.due(time, now: 0)
                #expect(due >= 0)
            }
        }
    }

    @Test("counts that a server acknowledges", arguments: EdgeNumbers.texts)
    func acknowledgements(text: String) {
        let answers = [
            #"{"ack":{"lines":\#(text),"accepted":\#(text),"duplicate":\#(text),"rejected":\#(text),"shed":\#(text)}}"#,
            #"{"error":"line_too_long","line":\#(text)}"#,
        ]
        for answer in answers.map({ ReplayAnswer($0) }) {
            var window = ReplayWindow()
            window.append(Array("a\nb\n".utf8), lines: 2)
            window.connected()
            _ = window.nextWrite()
            switch answer {
            case .ack(let counts):
                let isTaken = window.acknowledge(counts)
                #expect(isTaken == (counts == ReplayCounts()), "only of nothing: the five counts are equal")
            case .lineError(_, let line):
                window.refuse(line: line - 1)
            case .connectionError, .unknown:
                break
            }
            window.disconnected()
            #expect(window.unacknowledged >= 0 && window.bytes <= 4)
        }
    }

    @Test(
        "a line that no server reads is left out and named, in pieces of any size",
        arguments: [1 << 10, 65_536, 256 << 10]
    )
    func longLines(piece: Int) {
        let long = String(repeating: "x", count: 300_000)
        let escaped = String(repeating: "\u{1}", count: 20_000)
        for recording in [
            "0\ta\n1\t\(long)\n2\tb\n3\t\(escaped)\n4\tc",
            "{\"text\":\"a\"}\n{\"text\":\"\(long)\"}\n{\"text\":\"b\"}\n{\"x\":\"\(long)\"}\n{\"text\":\"c\"}",
        ] {
            let (lines, _, left) = replay(Array(recording.utf8), piece: piece)
            #expect(lines.count == 3)
            #expect(lines.allSatisfy { $0.utf8.count < 100 })
            #expect(left.count == 2)
            #expect(left.first == [2, 4])
        }
        let archive = "<i><d p=\"1,1\">a</d><d p=\"2,1\">\(long)</d><d p=\"3,1\">b</d></i>"
        let (lines, times, left) = replay(Array(archive.utf8), piece: piece)
        #expect(lines.count == 2 && times == [1000, 3000] && left.first == [2])
    }

    @Test("a file of one endless line takes no memory")
    func endlessLine() {
        let encoder = ReplayLineEncoder(run: "run", room: "hall", keepsRooms: true)
        var scanner = ReplayScanner(format: .ndjson, encoder: encoder, loop: 1)
        var output: [UInt8] = []
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 64 << 10)
        for _ in 0..<1000 {
            piece.withUnsafeBytes { scanner.feed($0) }
            let line = scanner.next(into: &output)
            #expect(line == nil)
            #expect(scanner.bufferedBytes <= ReplayScanner.longestLine + piece.count)
        }
        scanner.finish()
        let line = scanner.next(into: &output)
        #expect(line == nil)
        let refusals = scanner.takeRefusals()
        #expect(refusals.first == [1])
        #expect(output.isEmpty)
    }

    @Test("the line that a server refuses is not sent again; what was not acknowledged is")
    func refusedLine() {
        var window = ReplayWindow()
        window.append(Array("a\nb\n".utf8), lines: 2)
        window.append(Array("c\nd\n".utf8), lines: 2)
        window.append(Array("e\n".utf8), lines: 1)
        window.connected()
        while window.nextWrite() != nil {}
        var counts = ReplayCounts()
        counts.lines = 1
        counts.accepted = 1
        let isTaken = window.acknowledge(counts)
        #expect(isTaken)
        window.refuse(line: 3)
        let third = window.disconnected()
        #expect(third == Array("c".utf8))
        #expect(window.counts.rejected == 1)
        #expect(window.unacknowledged == 3)
        window.connected()
        var written: [UInt8] = []
        while let bytes = window.nextWrite() {
            written += bytes
        }
        #expect(written == Array("b\nd\ne\n".utf8))
        #expect(window.bytes == 6)
        // A number that no line has takes nothing out.
        for line in [-1, 0, 9, Int.max] {
            window.refuse(line: line)
            let none = window.disconnected()
            #expect(none == nil)
            window.connected()
        }
        window.refuse(line: 3)
        let last = window.disconnected()
        #expect(last == Array("e".utf8))
        #expect(window.unacknowledged == 2 && window.bytes == 4)
    }

    @Test("patience lasts while something is acknowledged, or nothing waits")
    func patience() {
        var patience = ReplayPatience(limit: .seconds(10))
        let looks: [(acknowledged: Int, outstanding: Int, second: Int)] = [
            (0, 5, 0), (0, 5, 9), (1, 4, 11), (1, 0, 100), (1, 2, 109), (1, 2, 110),
        ]
        let over = looks.map { look in
            patience.isOver(acknowledged: look.acknowledged, outstanding: look.outstanding, now: .seconds(look.second))
        }
        #expect(over == [false, false, false, false, false, true])
    }
}
