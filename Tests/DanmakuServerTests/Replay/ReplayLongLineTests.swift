import DanmakuReplay
import DanmakuTestKit
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

@Suite("Replay: what a server will not read", .serves)
struct ReplayLongLineTests {
    private func options(_ file: String, port: Int) -> ReplayOptions {
        ReplayOptions(
            file: file,
            host: "127.0.0.1",
            port: port,
            room: "hall",
            keepsRooms: true,
            speed: nil,
            loops: false,
            token: nil,
            retrySeconds: 3600,
            run: "run"
        )
    }

    private func withRecording(_ text: String, _ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("replay-\(UUID().uuidString).tsv").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    @Test("a line over the server's limit is sent once; one over every server's limit not at all")
    func longLines() async throws {
        let medium = String(repeating: "y", count: 20_000)
        let long = String(repeating: "x", count: 3_000_000)
        try await withRecording("0\ta\n1\t\(medium)\n2\tb\n3\t\(long)\n4\tc\n") { path in
            try await RunningIngest.with { ingest in
                let port = try #require(ingest.address.port)
                let result = try await ReplayClient(options(path, port: port), pause: { _ in }).run()
                #expect(result.counts.accepted == 3)
                #expect(result.tooLong.count == 2)
                #expect(Set(result.tooLong.first) == [2, 4])
                #expect(result.errors == ["line_too_long": 1])
                #expect(result.lost == 0)
                #expect(result.connections == 2)
            }
        }
    }

    @Test("a recording of one line that is too long ends at once, and says so")
    func onlyLine() async throws {
        try await withRecording("1\t" + String(repeating: "x", count: 3_000_000)) { path in
            try await RunningIngest.with { ingest in
                let port = try #require(ingest.address.port)
                let result = try await ReplayClient(options(path, port: port), pause: { _ in }).run()
                #expect(result.sent == 0)
                #expect(result.tooLong.first == [1])
            }
        }
    }

    private final class Flag: Sendable {
        let isRaised = Atomic(false)
    }

    @Test("a server that takes lines and never answers is given up")
    func muteServer() async throws {
        let mute = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // Else it would close at the end of the client's lines, which would be an answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(host: "127.0.0.1", port: 0)
            .get()
        let port = try #require(mute.localAddress?.port)
        try await withRecording("0\ta\n1\tb\n") { path in
            let clock = ManualClock()
            let flag = Flag()
            let client = ReplayClient(options(path, port: port), pause: { _ in }, clock: clock)
            let running = Task {
                defer { flag.isRaised.store(true, ordering: .releasing) }
                return try await client.run()
            }
            // Each sleep of the watcher is a second of the patience.
            while !flag.isRaised.load(ordering: .acquiring) {
                if clock.sleeperCount > 0 {
                    clock.advance(by: .seconds(1))
                }
                await Task.yield()
            }
            let progress = try await running.value
            #expect(progress.lost == 2)
            #expect(progress.connections == 1)
        }
        try await mute.close()
    }
}
