import DanmakuReplay
import DanmakuTestKit
import Testing

@Suite("Replay: what was not acknowledged is sent again")
struct ReplayWindowTests {
    private func chunk(_ lines: Range<Int>) -> [UInt8] {
        Array(lines.map { "line \($0)\n" }.joined().utf8)
    }

    private func acknowledged(_ lines: Int, duplicate: Int = 0) -> ReplayCounts {
        var counts = ReplayCounts()
        counts.lines = lines
        counts.accepted = lines - duplicate
        counts.duplicate = duplicate
        return counts
    }

    private func written(_ window: inout ReplayWindow) -> String {
        var bytes: [UInt8] = []
        while let next = window.nextWrite() {
            bytes += next
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("Exactly the lines past the last acknowledgement go to the next connection")
    func resume() {
        var window = ReplayWindow()
        window.append(chunk(0..<3), lines: 3)
        window.append(chunk(3..<5), lines: 2)
        let unconnected = window.nextWrite()
        #expect(unconnected == nil)
        window.connected()
        let first = written(&window)
        #expect(first == String(decoding: chunk(0..<5), as: UTF8.self))
        let isTrue1 = window.acknowledge(acknowledged(4))
        #expect(isTrue1)
        window.disconnected()
        window.append(chunk(5..<6), lines: 1)
        window.connected()
        let second = written(&window)
        #expect(second == "line 4\nline 5\n")
        let isTrue2 = window.acknowledge(acknowledged(2, duplicate: 1))
        #expect(isTrue2)
        #expect(window.unacknowledged == 0)
        #expect(window.bytes == 0)
        #expect(window.counts == acknowledged(6, duplicate: 1))
    }

    @Test("It is full at its limit and has room again when lines are acknowledged")
    func bounded() {
        var window = ReplayWindow(limit: 20)
        window.append(chunk(0..<3), lines: 3)
        #expect(window.isFull)
        window.connected()
        _ = window.nextWrite()
        let isTrue3 = window.acknowledge(acknowledged(2))
        #expect(isTrue3)
        #expect(window.isFull)
        let isTrue4 = window.acknowledge(acknowledged(3))
        #expect(isTrue4)
        #expect(!window.isFull)
    }

    @Test("An acknowledgement that cannot be true is refused and changes nothing")
    func impossible() {
        var window = ReplayWindow()
        window.append(chunk(0..<3), lines: 3)
        window.append(chunk(3..<6), lines: 3)
        window.connected()
        _ = window.nextWrite()
        let isTrue5 = window.acknowledge(acknowledged(2))
        #expect(isTrue5)
        var wrongSum = acknowledged(3)
        wrongSum.shed = 1
        // Whatever answers may write any numbers; these have no sum.
        var tooLarge = acknowledged(.max)
        tooLarge.duplicate = .max
        for counts in [acknowledged(1), acknowledged(4), wrongSum, tooLarge] {
            let isTrue6 = window.acknowledge(counts)
            #expect(!isTrue6)
        }
        #expect(window.counts == acknowledged(2))
    }

    @Test("Any interleaving of reading, writing, acknowledging and losing the connection delivers each line")
    func interleavings() {
        let seed = UInt64.random(in: 1...UInt64.max)
        var random = SeededGenerator(seed: seed)
        var window = ReplayWindow()
        var read = 0
        var counts = ReplayCounts()
        // The server's side: what has arrived on this connection, and how often each line was taken.
        var arrived: [Int] = []
        var taken: [Int: Int] = [:]
        func receive(_ bytes: [UInt8]) {
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                arrived.append(Int(line.dropFirst(5)) ?? -1)
            }
        }
        for step in 0..<4000 {
            let isConnected = window.state != .disconnected
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where step < 3900:
                let lines = Int.random(in: 1...9, using: &random)
                window.append(chunk(read..<(read + lines)), lines: lines)
                read += lines
            case 1 where isConnected, 2 where isConnected:
                window.nextWrite().map(receive)
            case 3 where isConnected, 4 where isConnected:
                let lines = Int.random(in: 0...(arrived.count - counts.lines), using: &random)
                for line in arrived[counts.lines..<(counts.lines + lines)] {
                    taken[line, default: 0] += 1
                }
                counts.lines += lines
                counts.accepted += lines
                let isTrue7 = window.acknowledge(counts)
                #expect(isTrue7, "seed \(seed)")
            case 5 where isConnected && Bool.random(using: &random):
                window.disconnected()
            default:
                if !isConnected {
                    arrived = []
                    counts = ReplayCounts()
                    window.connected()
                }
            }
        }
        if window.state == .disconnected {
            arrived = []
            counts = ReplayCounts()
            window.connected()
        }
        while let next = window.nextWrite() {
            receive(next)
        }
        for line in arrived[counts.lines...] {
            taken[line, default: 0] += 1
        }
        counts.accepted += arrived.count - counts.lines
        counts.lines = arrived.count
        let isTrue8 = window.acknowledge(counts)
        #expect(isTrue8, "seed \(seed)")
        #expect(window.unacknowledged == 0, "seed \(seed)")
        // Every acknowledgement reached us here, so nothing at all was sent twice.
        #expect(taken == Dictionary(uniqueKeysWithValues: (0..<read).map { ($0, 1) }), "seed \(seed)")
    }

    @Test(
        "The server's answers",
        arguments: [
            (#"{"ack":{"lines":10,"accepted":6,"duplicate":2,"rejected":1,"shed":1}}"#, "ack 10 6 2 1 1"),
            (#"{"error":"invalid_json","line":17}"#, "line invalid_json 17"),
            (#"{"error":"draining","message":"later"}"#, "connection draining"),
            ("pong", "unknown"),
        ]
    )
    func answers(line: String, expected: String) {
        let read =
            switch ReplayAnswer(line) {
            case .ack(let counts):
                "ack \(counts.lines) \(counts.accepted) \(counts.duplicate) \(counts.rejected) \(counts.shed)"
            case .lineError(let code, let line): "line \(code) \(line)"
            case .connectionError(let code): "connection \(code)"
            case .unknown: "unknown"
            }
        #expect(read == expected)
    }
}
