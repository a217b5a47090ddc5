import DanmakuServer
import NIOCore
import Testing

@Suite("Drain over real sockets", .serves)
struct ServerDrainTests {
    private func line(_ room: String, _ number: Int) -> String {
        #"{"room":"\#(room)","text":"太强了 \#(number)","id":"i\#(number)"}"# + "\n"
    }

    @Test("What was acknowledged is published to every reader before bye, in order and without holes")
    func nothingIsLost() async throws {
        try await RunningServer.with { running in
            let readers = try await withThrowingTaskGroup(of: RawConnection.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        let reader = try await running.connect()
                        try await reader.write("GET /v1/rooms/a/events?detail=full HTTP/1.1\r\nhost: a\r\n\r\n")
                        _ = try await reader.read(until: "event: hello")
                        return reader
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let source = try await RawConnection(to: running.addresses.ingest)
            let lines = (1...5000).map { line("a", $0) }
            try await source.write("{\"hello\":{\"ack\":true}}\n" + lines.joined())
            _ = try await source.read(until: "\"ack\"")
            running.server.beginDrain()
            let answers = try await source.readToEnd()
            let last = try #require(answers.split(separator: "\n").last { $0.contains("\"ack\"") })
            let accepted = try #require(number("accepted", in: last))
            #expect(try #require(number("lines", in: last)) >= accepted)
            for reader in readers {
                let seen = try await reader.readToEnd()
                #expect(sequence(in: seen) == Array(1...accepted))
                #expect(seen.contains("event: bye"))
            }
        }
    }

    @Test("A reader that never reads, a silent source and a half-sent body do not keep the server")
    func nobodyHoldsItUp() async throws {
        try await RunningServer.with { running in
            let stalled = try await running.connect()
            try await stalled.stopReading()
            try await stalled.write("GET /v1/rooms/a/events?detail=full HTTP/1.1\r\nhost: a\r\n\r\n")
            let silent = try await RawConnection(to: running.addresses.ingest)
            try await silent.write(line("a", 1))
            let stream = try await running.connect()
            try await stream.write(
                "POST /v1/rooms/a/comments HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-ndjson\r\n"
                    + "transfer-encoding: chunked\r\n\r\n"
            )
            let first = #"{"text":"牛啊"}"# + "\n"
            try await stream.write("\(String(first.utf8.count, radix: 16))\r\n\(first)\r\n")
            let watcher = try await running.connect()
            try await watcher.write("GET /v1/rooms/a/events?detail=full HTTP/1.1\r\nhost: a\r\n\r\n")
            _ = try await watcher.read(until: "\"comments\":2")
            running.server.beginDrain()
            _ = try await silent.readToEnd()
            let answer = RawResponse(try await stream.readToEnd())
            #expect(answer.status == 202)
            #expect(answer.body.contains("\"accepted\":1"))
            #expect(try await watcher.readToEnd().contains("event: bye"))
            try? await stalled.close()
        }
    }

    @Test("A body that was begun before the drain is taken or refused, and its connection closed")
    func begunBody() async throws {
        try await RunningServer.with { running in
            let body = #"{"text":"牛啊"}"#
            let connection = try await running.connect()
            // In one write, so that the head of the second request is there when the first one is answered.
            try await connection.write(
                "GET /health/live HTTP/1.1\r\nhost: a\r\n\r\nPOST /v1/rooms/a/comments HTTP/1.1\r\nhost: a\r\n"
                    + "content-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n"
            )
            _ = try await connection.read(until: "\"live\"}")
            running.server.beginDrain()
            try await connection.write(body)
            let seen = try await connection.readToEnd()
            let answer = RawResponse(String(try #require(seen.split(separator: "\"live\"}").dropFirst().first)))
            switch answer.status {
            case 202: #expect(answer.body.contains("\"accepted\":1"))
            case 503: #expect(answer.body.hasPrefix(#"{"error":"draining","message":"#))
            default: Issue.record("answered \(answer.status)")
            }
        }
    }

    private func number(_ name: String, in text: some StringProtocol) -> Int? {
        text.split(separator: "\"\(name)\":").dropFirst().last.flatMap { Int($0.prefix { $0.isNumber }) }
    }

    private func sequence(in stream: String) -> [Int] {
        stream.split(separator: "{\"seq\":").dropFirst().compactMap { Int($0.prefix { $0.isNumber }) }
    }
}
