import DanmakuPipeline
import DanmakuServer
import DanmakuTestKit
import Foundation
import Logging
import Testing

@Suite("Log lines")
struct LineLogHandlerTests {
    private struct FixedTime: TimeSource {
        var milliseconds: Int64

        func now() -> Timestamp {
            Timestamp(nanoseconds: 0, milliseconds: milliseconds)
        }
    }

    private let sink = MemoryLogSink()

    private func logger(_ format: LineLogHandler.Format, milliseconds: Int64 = 1_763_654_400_012) -> Logger {
        var logger = Logger(label: "danmaku") { label in
            let time = FixedTime(milliseconds: milliseconds)
            return LineLogHandler(label: label, format: format, level: .info, time: time, sink: sink)
        }
        logger[metadataKey: "node"] = "a"
        return logger
    }

    @Test("A human line: time, level, label, message, metadata in order")
    func human() {
        logger(.human).info("ready", metadata: ["zone": "eu west", "http": "127.0.0.1:8080"])
        #expect(
            sink.lines == ["2025-11-20T16:00:00.012Z info danmaku: ready http=127.0.0.1:8080 node=a zone=\"eu west\""]
        )
    }

    @Test("A JSON line is one object, nested metadata included")
    func json() throws {
        logger(.json)
            .warning(
                "said \"no\"\n牛啊",
                metadata: ["list": .array(["1", .stringConvertible(2)]), "more": .dictionary(["k": "v"])]
            )
        let line = try #require(sink.lines.first)
        #expect(!line.contains("\n"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["time"] as? String == "2025-11-20T16:00:00.012Z")
        #expect(object["level"] as? String == "warning")
        #expect(object["logger"] as? String == "danmaku")
        #expect(object["message"] as? String == "said \"no\"\n牛啊")
        let metadata = try #require(object["metadata"] as? [String: Any])
        #expect(metadata["list"] as? [String] == ["1", "2"])
        #expect(metadata["more"] as? [String: String] == ["k": "v"])
        #expect(metadata["node"] as? String == "a")
    }

    @Test("What a client sends cannot forge a line or move the cursor")
    func forging() {
        logger(.human).info("a\r\n2026 info danmaku: b\u{1B}[2J", metadata: ["x\ny": "\u{9B}1"])
        #expect(sink.lines.count == 1)
        let controls = sink.lines[0].unicodeScalars.filter { $0.properties.generalCategory == .control }
        #expect(controls.isEmpty)
    }

    @Test("The event's metadata wins over the logger's, and the level is a floor")
    func precedence() {
        let logger = logger(.human)
        logger.debug("never")
        logger.error("once", metadata: ["node": "b"])
        #expect(sink.lines.map { $0.split(separator: " ").last.map(String.init) } == ["node=b"])
    }

    @Test("Times agree with Foundation over four centuries, leap days and the time before 1970")
    func times() {
        var generator = SeededGenerator(seed: 20)
        let edges: [Int64] = [0, -1, 951_782_400_000, 951_868_799_999, 4_107_542_400_000, -2_203_891_200_000]
        let random = (0..<500).map { _ in Int64.random(in: -6_000_000_000_000...6_000_000_000_000, using: &generator) }
        for milliseconds in edges + random {
            let logger = logger(.human, milliseconds: milliseconds)
            logger.info("x")
            // Foundation counts in floating point: whole seconds it prints exactly, thousandths it may cut.
            let rest = ((milliseconds % 1000) + 1000) % 1000
            let date = Date(timeIntervalSince1970: Double((milliseconds - rest) / 1000))
            let expected = date.formatted(Date.ISO8601FormatStyle()).dropLast()
            let thousandths = String(1000 + rest).dropFirst()
            #expect(sink.lines.last?.hasPrefix("\(expected).\(thousandths)Z ") == true, "\(milliseconds), seed 20")
        }
    }
}
