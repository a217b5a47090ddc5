import DanmakuServer
import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@Suite("Errors of accept")
struct AcceptErrorHandlerTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let second: Int64 = 1_000_000_000

    /// No error of the system: what NIO throws for a channel in the wrong state.
    private struct Stray: Error {}

    @Test("there is one log line a second at most, and it counts what it stands for")
    func logRate() {
        var rate = AcceptErrors.LogRate()
        #expect(rate.count(now: 5) == 1)
        for step in 1..<1000 {
            #expect(rate.count(now: 5 + Int64(step) * Self.second / 1000) == nil)
        }
        #expect(rate.count(now: 5 + Self.second) == 1000)
        #expect(rate.count(now: 5 + 2 * Self.second) == 1)
    }

    @Test(
        "a listener without descriptor or memory leaves the selector for 250 ms, and comes back by itself",
        arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM]
    )
    func pauses(code: CInt) throws {
        let errors = AcceptErrors(listener: "test", logger: Self.logger)
        let channel = EmbeddedChannel()
        try AcceptErrorHandler.install(on: channel, errors: errors)
        var reads: Bool? { channel.options.last { $0.option is ChannelOptions.Types.AutoReadOption }?.value as? Bool }
        for round in 1...3 {
            channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
            #expect(reads == false)
            // Another error in the pause does not make it longer.
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(249))
            channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
            #expect(reads == false)
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
            #expect(reads == true)
            #expect(errors.count == 2 * round)
        }
        try channel.throwIfErrorCaught()
    }

    @Test("a client that was gone before it was accepted pauses nothing")
    func doesNotPause() throws {
        let errors = AcceptErrors(listener: "test", logger: Self.logger)
        let channel = EmbeddedChannel()
        try AcceptErrorHandler.install(on: channel, errors: errors)
        channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNABORTED, reason: "accept"))
        channel.pipeline.fireErrorCaught(Stray())
        #expect(!channel.options.contains { $0.option is ChannelOptions.Types.AutoReadOption })
        #expect(errors.count == 2)
        try channel.throwIfErrorCaught()
    }

    @Test("no error on the listening channel ends Hummingbird's loop over accepted connections")
    func hummingbird() async throws {
        let errors = AcceptErrors(listener: "test", logger: Self.logger)
        let router = Router()
        router.get("/") { _, _ in "here" }
        let bound = AsyncStream.makeStream(of: (any Channel).self)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                try? await channel.eventLoop.submit { try AcceptErrorHandler.install(on: channel, errors: errors) }
                    .get()
                bound.continuation.yield(channel)
            },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            logger: Self.logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            for await listener in bound.stream {
                let address = try #require(listener.localAddress)
                for (index, error) in Self.errors.enumerated() {
                    // From the socket, and from NIO's set-up of an accepted connection.
                    listener.pipeline.fireErrorCaught(error)
                    try await listener.eventLoop
                        .submit {
                            try listener.pipeline.syncOperations.context(name: "AcceptHandler").fireErrorCaught(error)
                        }
                        .get()
                    let client = try await RawConnection(to: address)
                    try await client.write("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
                    #expect(try await client.readToEnd().hasSuffix("here"), "\(error)")
                    #expect(errors.count == 2 * (index + 1))
                }
                break
            }
            group.cancelAll()
        }
    }

    private static let errors: [any Error] = [
        Stray(), ChannelError.ioOnClosedChannel, IOError(errnoCode: ECONNABORTED, reason: "accept"),
        IOError(errnoCode: EMFILE, reason: "accept"),
    ]
}
