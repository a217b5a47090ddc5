@testable import DanmakuServer
import DanmakuPipeline
import DanmakuTestKit
import Foundation
import Logging
import NIOCore
import NIOPosix
import SentimentModel
import Synchronization
import Testing

/// A hub on an event loop of its own, with subscribers on real sockets and without HTTP around them.
@Suite("A hub on its event loop", .endsIfHung)
struct HubLoopTests {
    /// A hub, its group and a listening socket whose connections it takes for subscribers.
    private struct Rig {
        let streams: EventStreams
        let pipeline: Pipeline
        let listener: any Channel
        let group: MultiThreadedEventLoopGroup
        let accepted: AsyncStream<any Channel>

        /// Runs a body with a rig whose readers lag when they take nothing.
        static func with(_ body: (Rig) async throws -> Void) async throws {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let lexicon = InProcessScorer(name: "lexicon", LexiconScorer.builtIn)
            let pipeline = Pipeline(
                configuration: PipelineConfiguration(),
                scorer: lexicon,
                fallback: lexicon,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let streams = EventStreams(pipeline: pipeline, eventLoopGroup: group)
            let (accepted, continuation) = AsyncStream.makeStream(of: (any Channel).self)
            let listener = try await ServerBootstrap(group: group)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let over = channel.eventLoop.makePromise(of: Void.self)
                        let handler = SubscriberHandler(hub: streams.hub(of: channel)!, over: over)
                        try channel.pipeline.syncOperations.addHandlers([
                            handler,
                            Joiner(handler: handler) { continuation.yield(channel) },
                        ])
                    }
                }
                .bind(host: "127.0.0.1", port: 0)
                .get()
            try await body(
                Rig(streams: streams, pipeline: pipeline, listener: listener, group: group, accepted: accepted)
            )
            try await listener.close()
            try await group.shutdownGracefully()
        }

        /// A client that takes what its kernel takes, and reads nothing.
        func connectStalled() async throws -> any Channel {
            try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.socketOption(.so_rcvbuf), value: 4096)
                .channelOption(.autoRead, value: false)
                .connect(to: listener.localAddress!)
                .get()
        }

        /// Publishes more than any socket takes.
        func publishMegabytes() {
            let alert = RoomAlert(
                kind: .spike,
                isRaised: true,
                at: 0,
                value: 0,
                baseline: 0,
                phrases: [[UInt8](repeating: 0x78, count: 1 << 20)]
            )
            for _ in 0..<8 {
                pipeline.log.append([.alert(alert, room: Array("a".utf8))], now: 0)
            }
        }
    }

    /// Lets a subscriber join when its connection is there.
    private final class Joiner: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        let handler: SubscriberHandler
        let onJoin: () -> Void

        init(handler: SubscriberHandler, onJoin: @escaping () -> Void) {
            self.handler = handler
            self.onJoin = onJoin
        }

        func channelActive(context: ChannelHandlerContext) {
            handler.join(Subscription(rooms: [Array("a".utf8)], level: .full, cursor: nil))
            onJoin()
        }
    }

    /// Keeps what it is given.
    private final class KeepingSink: SubscriberSink {
        var parser = EventStreamParser()
        var isEnded = false
        let isWritable = true
        let pendingBytes = 0

        func write(_ frame: Frame) -> Int {
            parser.feed(frame.bytes)
            return frame.bytes.count
        }

        func flush() {}

        func end() {
            isEnded = true
        }

        func joined() {}
    }

    @Test("a stream that joins after the farewell gets its bye at once")
    func lateJoin() async throws {
        try await Rig.with { rig in
            await rig.streams.drain(within: .seconds(5))
            let hub = try #require(rig.streams.hub(of: rig.listener))
            let (types, isEnded) = try await hub.loop
                .submit {
                    let sink = KeepingSink()
                    _ = hub.join(Subscription(rooms: [Array("a".utf8)], level: .full, cursor: nil), sink: sink)
                    return (sink.parser.events.map(\.type), sink.isEnded)
                }
                .get()
            #expect(types == ["bye"])
            #expect(isEnded)
        }
    }

    @Test("a drain closes stalled readers when its time is over, whatever patience is left")
    func limit() async throws {
        try await Rig.with { rig in
            var clients: [any Channel] = []
            var accepted = rig.accepted.makeAsyncIterator()
            for _ in 0..<20 {
                clients.append(try await rig.connectStalled())
                _ = await accepted.next()
            }
            rig.publishMegabytes()
            let hub = try #require(rig.streams.hub(of: rig.listener))
            await hub.drain(over: .zero, retryOver: .zero, patience: .seconds(1000), within: .milliseconds(100))
            let counters = await rig.streams.counters()
            #expect(counters.subscribers == 0)
            #expect(counters.closed == [.drain: 20])
            for client in clients {
                client.close(promise: nil)
            }
        }
    }

    @Test("the kernel waits longer for a still reader than the stream does, so that it is evicted and told so")
    func userTimeout() async throws {
        try await Rig.with { rig in
            let client = try await rig.connectStalled()
            var accepted = rig.accepted.makeAsyncIterator()
            let channel = try #require(await accepted.next())
            #if os(Linux)
            let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_USER_TIMEOUT))
            let milliseconds = try await channel.getOption(option).get()
            let deadline = rig.pipeline.configuration.fanOut.writeDeadline
            // A look at what moved comes once a second.
            #expect(Duration.milliseconds(milliseconds) >= deadline + .seconds(5))
            #endif
            client.close(promise: nil)
        }
    }

    @Test("a reader that the kernel gave up is counted as stalled, not as a client that left")
    func timedOut() async throws {
        try await Rig.with { rig in
            let client = try await rig.connectStalled()
            var accepted = rig.accepted.makeAsyncIterator()
            let channel = try #require(await accepted.next())
            channel.pipeline.fireErrorCaught(IOError(errnoCode: ETIMEDOUT, reason: "read"))
            try await channel.close()
            #expect(await rig.streams.counters().closed == [.stalled: 1])
            client.close(promise: nil)
        }
    }
}
