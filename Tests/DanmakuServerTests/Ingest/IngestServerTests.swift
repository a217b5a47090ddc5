import DanmakuPipeline
import DanmakuServer
import DanmakuTestKit
import NIOCore
import Testing

/// The TCP row of the contract, over real sockets.
@Suite(.serves)
struct IngestServerTests {
    @Test("acknowledgements are cumulative, and the last one comes before the close")
    func acknowledges() async throws {
        try await RunningIngest.with { running in
            let client = try await running.connect()
            try await client.write(IngestClient.hello)
            try await client.write(
                #"{"room":"a","text":"1","id":"x"}"# + "\r\n\n  \n" + #"{"room":"a","text":"1","id":"x"}"# + "\n"
            )
            _ = try await client.read(until: IngestClient.acknowledgement(accepted: 1, duplicate: 1))
            try await client.write("nonsense\n" + #"{"room":"a","text":"without an end"}"#)
            try await client.finish()
            let answers = try await client.readToEnd()
            #expect(answers.contains(#"{"error":"invalid_json","line":6}"# + "\n"))
            #expect(answers.hasSuffix(IngestClient.acknowledgement(accepted: 2, duplicate: 1, rejected: 1)))
            #expect(running.server.counters.snapshot.lines == 4)
            #expect(running.server.counters.snapshot.errors == 1)
        }
    }

    @Test("a client that asks for nothing hears nothing")
    func silence() async throws {
        try await RunningIngest.with { running in
            for lines in [#"{"room":"a","text":"1"}"# + "\n", "", #"{"hello":{}}"#] {
                let answers = try await running.answers(to: lines)
                #expect(answers.isEmpty)
            }
        }
    }

    @Test("every error code of a comment, with its line")
    func errorCodes() async throws {
        var settings = PipelineConfiguration()
        settings.rooms.max = 1
        try await RunningIngest.with(pipeline: settings) { running in
            let long = String(repeating: "x", count: 1025)
            let lines: [([UInt8], CommentError?)] = [
                // Two comments: a room of one makes way for the next as soon as that one is scored.
                (Array(#"{"room":"a","text":"first"}"#.utf8), nil),
                (Array(#"{"room":"a","text":"second"}"#.utf8), nil),
                (Array(#"{"room":"a","text":"#.utf8), .invalidJSON),
                (Array(#"{"room":"a","text":""#.utf8) + [0xFF] + Array(#""}"#.utf8), .invalidUTF8),
                (Array(#"{"room":"a","text":5}"#.utf8), .invalidField),
                (Array(#"{"text":"x"}"#.utf8), .roomMissing),
                (Array(#"{"room":"a b","text":"x"}"#.utf8), .roomInvalid),
                (Array(#"{"room":"b","text":"x"}"#.utf8), .roomLimit),
                (Array(#"{"room":"a"}"#.utf8), .textMissing),
                (Array(#"{"room":"a","text":" "}"#.utf8), .textEmpty),
                (Array(#"{"room":"a","text":"\#(long)"}"#.utf8), .textTooLong),
                (Array(#"{"room":"a","text":"last"}"#.utf8), nil),
            ]
            let bytes = Array(IngestClient.hello.utf8) + Array(lines.map(\.0).joined(separator: [0x0A]))
            var expected = ""
            for (index, line) in lines.enumerated() {
                if let error = line.1 {
                    expected += #"{"error":"\#(error.rawValue)","line":\#(index + 2)}"# + "\n"
                }
            }
            let answers = try await running.answers(to: bytes)
            #expect(answers.hasSuffix(IngestClient.acknowledgement(accepted: 3, rejected: 9)))
            #expect(
                answers.split(separator: "\n").filter { $0.contains("error") }.map { $0 + "\n" }.joined() == expected
            )
        }
    }

    @Test("a line that is too long closes the connection after its error, though the client never stops")
    func longLine() async throws {
        try await RunningIngest.with { running in
            let client = try await running.connect()
            try await client.write(IngestClient.hello + #"{"room":"a","text":"1"}"# + "\n")
            let piece = [UInt8](repeating: 0x78, count: 1 << 20)
            var sent = 0
            while sent < 100, (try? await client.write(piece)) != nil {
                sent += 1
            }
            let answers = try await client.readToEnd()
            let expected = #"{"error":"line_too_long","line":3}"# + "\n" + IngestClient.acknowledgement(accepted: 1)
            #expect(answers.hasSuffix(expected))
            #expect(try await running.servesOthers())
        }
    }

    @Test("clients that never finish a line are closed after their error")
    func slowloris() async throws {
        var configuration = RunningIngest.patient
        configuration.lineTimeout = .milliseconds(50)
        try await RunningIngest.with(configuration) { running in
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let client = try await running.connect()
                        try await client.write(#"{"room":"a","text":"1"}"# + "\n" + #"{"room":"a","#)
                        return try await client.readToEnd()
                    }
                }
                #expect(try await running.servesOthers())
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == [String](repeating: #"{"error":"line_timeout","line":2}"# + "\n", count: 50))
        }
    }

    @Test("one connection too many is told so")
    func tooManyConnections() async throws {
        var configuration = RunningIngest.patient
        configuration.maxConnections = 1
        try await RunningIngest.with(configuration) { running in
            let first = try await running.connect()
            try await first.write(IngestClient.hello + #"{"room":"a","text":"1"}"# + "\n")
            _ = try await first.read(until: IngestClient.acknowledgement(accepted: 1))
            let second = try await running.connect()
            #expect(try await second.readToEnd() == #"{"error":"too_many_connections"}"# + "\n")
            #expect(running.server.counters.snapshot.refused == 1)
            try await first.write(#"{"room":"a","text":"2"}"# + "\n")
            _ = try await first.read(until: IngestClient.acknowledgement(accepted: 2))
        }
    }

    @Test("one address does not take the places of the others, and gets its own back")
    func tooManyFromAddress() async throws {
        var configuration = RunningIngest.patient
        configuration.maxConnections = 3
        configuration.maxConnectionsPerAddress = 2
        try await RunningIngest.with(configuration) { running in
            let line = IngestClient.hello + #"{"room":"a","text":"1"}"# + "\n"
            var greedy: [IngestClient] = []
            for _ in 0..<2 {
                let client = try await running.connect(from: "127.0.0.2")
                try await client.write(line)
                _ = try await client.read(until: IngestClient.acknowledgement(accepted: 1))
                greedy.append(client)
            }
            let third = try await running.connect(from: "127.0.0.2")
            #expect(try await third.readToEnd() == #"{"error":"too_many_from_address"}"# + "\n")
            let other = try await running.connect(from: "127.0.0.3")
            try await other.write(line)
            _ = try await other.read(until: IngestClient.acknowledgement(accepted: 1))
            let one = try await running.connect(from: "127.0.0.4")
            #expect(try await one.readToEnd() == #"{"error":"too_many_connections"}"# + "\n")
            #expect(running.budgets.connections.snapshot.held == 3)
            #expect(running.budgets.connections.snapshot.refusedAddress == 1)
            #expect(running.budgets.connections.snapshot.refusedFull == 1)
            for client in greedy {
                try await client.finish()
                _ = try await client.readToEnd()
            }
            // The answer's end came before the place was free; a connection is either let in or told why not.
            #expect(try await running.servesOthers())
        }
    }

    @Test("in a drain a source that does not read its answers does not keep the others waiting")
    func drainOfMute() async throws {
        try await RunningIngest.with { running in
            let mute = try await running.connect(reads: false)
            let nonsense = [UInt8](repeating: 0x78, count: 1) + [0x0A]
            let piece = [UInt8](repeatElement(nonsense, count: 32 * 1024).joined())
            // Until neither side takes more: its answers are several times as long.
            let sending = Task { while (try? await mute.write(piece)) != nil {} }
            while running.budgets.waiting.held == 0 {
                await Task.yield()
            }
            // Its progress time-out is an hour.
            await running.server.stopListening()
            await running.server.drain()
            #expect(running.budgets.waiting.held == 0)
            #expect(running.server.counters.snapshot.open == 0)
            await sending.value
        }
    }

    @Test("a drain acknowledges what was read, says why, and leaves nothing open")
    func drains() async throws {
        try await RunningIngest.with { running in
            let client = try await running.connect()
            try await client.write(IngestClient.hello + #"{"room":"a","text":"1"}"# + "\n" + #"{"room":"#)
            _ = try await client.read(until: IngestClient.acknowledgement(accepted: 1))
            await running.server.stopListening()
            await running.server.drain()
            let answers = try await client.readToEnd()
            #expect(answers.hasSuffix(#"{"error":"draining"}"# + "\n" + IngestClient.acknowledgement(accepted: 1)))
            await #expect(throws: (any Error).self) { try await running.connect() }
        }
    }

    @Test("a full pipeline stops the reading of the socket, and nothing is lost")
    func demand() async throws {
        var settings = PipelineConfiguration()
        settings.queueLimit = 100
        let start = AsyncStream.makeStream(of: Void.self)
        let starts = start.stream
        let waits: @Sendable () async -> Void = {
            for await _ in starts {
                break
            }
        }
        try await RunningIngest.with(pipeline: settings, pipelineStarts: waits) { running in
            let client = try await running.connect()
            // More than all the kernel's buffers hold.
            let count = 10_000
            let text = String(repeating: "x", count: 1000)
            let lines = [UInt8]((0..<count).map { #"{"room":"a","text":"\#($0) \#(text)"}"# + "\n" }.joined().utf8)
            try await client.write(IngestClient.hello)
            async let sent: Void = client.write(lines)
            _ = try await client.read(until: IngestClient.acknowledgement(accepted: 80))
            #expect(running.server.counters.snapshot.lines == 80)
            start.continuation.yield()
            try await sent
            try await client.finish()
            let answers = try await client.readToEnd()
            #expect(answers.hasSuffix(IngestClient.acknowledgement(accepted: count)))
        }
    }

    @Test("a client that never reads its answers is closed, and others notice nothing")
    func neverReads() async throws {
        var configuration = RunningIngest.patient
        configuration.progressTimeout = .milliseconds(100)
        configuration.linger = .milliseconds(100)
        try await RunningIngest.with(configuration) { running in
            let client = try await running.connect(reads: false)
            let nonsense =
                [UInt8](repeating: 0, count: 64 * 1024).enumerated().map { $0.offset % 2 == 0 ? 0x78 : 0x0A } as [UInt8]
            var sent = 0
            while (try? await client.write(nonsense)) != nil {
                sent += 1
                #expect(sent < 10_000)
                guard sent < 10_000 else {
                    return
                }
            }
            #expect(try await running.servesOthers())
        }
    }

    @Test("random bytes get an answer for every line and hurt nobody")
    func randomBytes() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("random bytes into the ingest port: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let bytes = (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        try await RunningIngest.with { running in
            let answers = try await running.answers(to: bytes).split(separator: "\n")
            let blank: Set<UInt8> = [0x20, 0x09, 0x0D]
            let lines = bytes.split(separator: 0x0A).filter { !$0.allSatisfy(blank.contains) }
            #expect(answers.count == lines.count)
            let known = ["invalid_json", "invalid_utf8"].map { #"{"error":"\#($0)","line":"# }
            #expect(answers.allSatisfy { answer in known.contains { answer.hasPrefix($0) } })
            #expect(try await running.servesOthers())
        }
    }

    @Test("half a UTF-8 sequence at the end is refused")
    func halfSequence() async throws {
        try await RunningIngest.with { running in
            let answers = try await running.answers(to: Array(#"{"room":"a","text":"x"#.utf8) + [0xE4, 0xB8])
            #expect(answers == #"{"error":"invalid_utf8","line":1}"# + "\n")
        }
    }
}
