import Foundation
import NIOCore
import Synchronization
import Testing

@Suite("The executable", .serves, .enabled(if: Executable.path != nil, "the program is not built beside the tests"))
struct ExecutableTests {
    @Test("The first signal drains and exits with 0", arguments: [SIGTERM, SIGINT])
    func firstSignal(number: Int32) async throws {
        let program = try Executable(
            "serve",
            "--http-port",
            "0",
            "--ingest-port",
            "0",
            "--log-format",
            "json",
            "--set",
            "shutdown.grace-seconds=600"
        )
        let ready = try await program.line(containing: "\"Ready.\"")
        #expect(ready.contains("\"http\":\"http://127.0.0.1:"))
        #expect(ready.contains("\"ingest\":\"127.0.0.1:"))
        program.send(number)
        #expect(await program.exitStatus() == 0)
        #expect(program.lines.last?.contains("\"Stopped.\"") == true)
    }

    @Test("A second signal exits at once with 128 and its number")
    func secondSignal() async throws {
        let program = try Executable("serve", "--http-port", "0", "--ingest-port", "0")
        _ = try await program.line(containing: "Ready.")
        // Both are there when the process goes on: no drain can be complete between them.
        program.send(SIGSTOP)
        program.send(SIGTERM)
        program.send(SIGINT)
        program.send(SIGCONT)
        #expect([128 + SIGTERM, 128 + SIGINT].contains(await program.exitStatus()))
    }

    @Test("After the grace what is left is closed and counted, and the exit is 0")
    func grace() async throws {
        let program = try Executable(
            "serve",
            "--http-port",
            "0",
            "--ingest-port",
            "0",
            "--set",
            "shutdown.grace-seconds=1",
            "--set",
            "http.head-timeout-seconds=3600"
        )
        let ready = try await program.line(containing: "Ready.")
        let port = try #require(ready.split(separator: "http://127.0.0.1:").last?.prefix { $0.isNumber })
        let reader = try await RawConnection(to: SocketAddress(ipAddress: "127.0.0.1", port: Int(port) ?? 0))
        // Half a body: its connection is given five seconds, which is more than the grace.
        try await reader.write(
            "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\nPOST /v1/comments HTTP/1.1\r\nhost: localhost\r\n"
                + "content-type: application/json\r\ncontent-length: 9\r\n\r\n["
        )
        _ = try await reader.read(until: "\"live\"}")
        program.send(SIGTERM)
        _ = try await reader.readToEnd()
        #expect(await program.exitStatus() == 0)
        #expect(program.lines.contains { $0.contains("The grace is over") && $0.contains("http-connections=1") })
    }

    @Test("A source that does not read its answers and stalled readers take the bye from nobody")
    func muteSource() async throws {
        // Less than the thirty seconds that a source is given for its answers otherwise.
        let program = try Executable(
            "serve",
            "--http-port",
            "0",
            "--ingest-port",
            "0",
            "--set",
            "shutdown.grace-seconds=25"
        )
        let ready = try await program.line(containing: "Ready.")
        let http = try Self.address(after: "http://127.0.0.1:", in: ready)
        let ingest = try Self.address(after: "ingest=127.0.0.1:", in: ready)
        let watch = "GET /v1/rooms/a/events?detail=full HTTP/1.1\r\nhost: localhost\r\n\r\n"
        var stalled: [IngestClient] = []
        for _ in 0..<20 {
            let reader = try await IngestClient(to: http, reads: false)
            try await reader.write(watch)
            stalled.append(reader)
        }
        var readers: [RawConnection] = []
        for _ in 0..<5 {
            let reader = try await RawConnection(to: http)
            try await reader.write(watch)
            _ = try await reader.read(until: "event: hello")
            readers.append(reader)
        }
        // More than the kernel takes for a client that reads nothing.
        let source = try await IngestClient(to: ingest)
        try await source.write(IngestClient.hello)
        let text = String(repeating: "x", count: 1000)
        for piece in 0..<100 {
            try await source.write(
                (0..<100).map { #"{"room":"a","text":"\#(piece) \#($0) \#(text)"}"# + "\n" }.joined()
            )
        }
        _ = try await source.read(until: #""lines":10000,"#)
        let mute = try await IngestClient(to: ingest, reads: false)
        let nonsense = [UInt8]("x\n".utf8)
        let piece = [UInt8](repeatElement(nonsense, count: 32 * 1024).joined())
        let sending = Task { while (try? await mute.write(piece)) != nil {} }
        // Until the server holds lines of it whose answers nobody reads.
        while try await !Self.holdsWaitingBytes(http) {
            await Task.yield()
        }
        program.send(SIGTERM)
        for reader in readers {
            #expect(try await reader.readToEnd().contains("event: bye"))
        }
        #expect(await program.exitStatus() == 0)
        await sending.value
        _ = stalled
    }

    private static func address(after text: String, in line: String) throws -> SocketAddress {
        let digits = try #require(line.split(separator: text).last?.prefix { $0.isNumber })
        return try SocketAddress(ipAddress: "127.0.0.1", port: Int(digits) ?? 0)
    }

    private static func holdsWaitingBytes(_ http: SocketAddress) async throws -> Bool {
        let client = try await RawConnection(to: http)
        try await client.write("GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        let metrics = try await client.readToEnd()
        return metrics.contains(#"danmaku_budget_used{budget="ingest-waiting"}"#)
            && !metrics.contains(#"danmaku_budget_used{budget="ingest-waiting"} 0"# + "\n")
    }

    @Test("A wrong configuration is one line and status 64, a taken port one line and 69")
    func failures() async throws {
        let wrong = try Executable("serve", "--set", "http.prot=1")
        #expect(await wrong.exitStatus() == 64)
        #expect(wrong.lines.count == 1)
        #expect(wrong.lines.first?.hasPrefix("danmaku: http.prot = \"1\" (--set): there is no such key") == true)

        let first = try Executable("serve", "--http-port", "0", "--ingest-port", "0")
        let ready = try await first.line(containing: "Ready.")
        let port = try #require(ready.split(separator: "ingest=127.0.0.1:").last?.prefix { $0.isNumber })
        let second = try Executable("serve", "--http-port", "0", "--ingest-port", String(port))
        #expect(await second.exitStatus() == 69)
        #expect(second.lines.last?.hasSuffix("port \(port) is in use: choose another with --ingest-port") == true)
        first.send(SIGTERM)
        #expect(await first.exitStatus() == 0)
    }
}

/// The program as a user runs it: its own process, its standard error line by line.
final class Executable: Sendable {
    /// Where the build put it: beside the tests.
    static let path: String? = {
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let path = folder.appendingPathComponent("danmaku").path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    private let identifier: pid_t
    private let inbox = Inbox()
    private let exited: AsyncStream<Int32>

    /// Starts the program.
    ///
    /// By `posix_spawn` and a thread of its own: with Foundation's `Process`, tests that start programs side by side have
    /// waited for ever for the end of one.
    convenience init(_ arguments: String...) throws {
        try self.init(arguments)
    }

    /// Starts the program.
    init(_ arguments: [String], environment variables: [String] = []) throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
        // Or the program would keep the sockets of the servers in this process open.
        for descriptor in (STDERR_FILENO + 1)..<4096 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var words: [UnsafeMutablePointer<CChar>?] = ([Self.path ?? ""] + arguments).map { strdup($0) }
        words.append(nil)
        var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        var child: pid_t = 0
        let failure = posix_spawn(&child, Self.path ?? "", &actions, nil, words, &environment)
        posix_spawn_file_actions_destroy(&actions)
        for word in words + environment {
            free(word)
        }
        close(ends[1])
        try #require(failure == 0)
        identifier = child
        let (exited, exit) = AsyncStream.makeStream(of: Int32.self)
        self.exited = exited
        Thread.detachNewThread { [inbox, output = ends[0], child] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(output, &buffer, buffer.count)
                guard count > 0 else {
                    break
                }
                inbox.append(Array(buffer[..<count]))
            }
            close(output)
            var status: Int32 = 0
            waitpid(child, &status, 0)
            // WIFEXITED and WEXITSTATUS, which are macros.
            exit.yield(status & 0x7f == 0 ? (status >> 8) & 0xff : -1)
            exit.finish()
            inbox.close()
        }
    }

    deinit {
        kill(identifier, SIGKILL)
    }

    /// The lines on standard error so far.
    var lines: [String] {
        inbox.text.split(separator: "\n").map(String.init)
    }

    func send(_ signal: Int32) {
        kill(identifier, signal)
    }

    /// Waits for a whole line.
    func line(containing text: String) async throws -> String {
        for await _ in inbox.changes() {
            let whole = inbox.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = whole.first(where: { $0.contains(text) }) {
                return String(line)
            }
        }
        throw ChannelError.eof
    }

    /// Waits for the end of the process and of its output; −1 if a signal killed it.
    func exitStatus() async -> Int32 {
        for await _ in inbox.changes() {}
        for await status in exited {
            return status
        }
        return -1
    }
}
