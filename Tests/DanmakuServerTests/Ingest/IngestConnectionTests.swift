import DanmakuPipeline
import DanmakuServer
import DanmakuTestKit
import Logging
import NIOCore
import NIOEmbedded
import SentimentModel
import Testing

/// One ingest connection without a socket, before a pipeline that scores nothing.
struct IngestConnectionTests {
    /// A connection and all that it touches.
    private struct Rig {
        let channel = EmbeddedChannel()
        let pipeline: Pipeline
        let counters: IngestCounters
        let waiting: ClientBudget

        // With the pipeline, counters and budget of another one if there is one; `queueLimit` comments fit into the
        // pipeline, four fifths of it for sources that wait; `trusted` are the proxies, if a header is required.
        init(
            queueLimit: Int = 100,
            beside other: Rig? = nil,
            waiting: ClientBudget = ClientBudget(name: "test", unit: .bytes, limit: 1 << 30),
            trusted: String? = nil,
            from address: String = "127.0.0.1"
        ) throws {
            var settings = PipelineConfiguration()
            settings.queueLimit = queueLimit
            let scorer = InProcessScorer(name: "lexicon", LexiconScorer.builtIn)
            pipeline =
                other?.pipeline
                ?? Pipeline(
                    configuration: settings,
                    scorer: scorer,
                    fallback: scorer,
                    time: ManualTime(),
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
            counters = other?.counters ?? IngestCounters()
            self.waiting = other?.waiting ?? waiting
            var configuration = IngestConfiguration()
            if let trusted {
                configuration.proxyProtocol = .require
                let ranges = try AddressRanges(parsing: trusted)
                let header = ProxyHeaderHandler(trusted: ranges, timeout: configuration.proxyHeaderTimeout)
                try channel.pipeline.syncOperations.addHandler(header)
            }
            try channel.pipeline.syncOperations.addHandler(
                IngestConnection(
                    configuration: configuration,
                    intake: pipeline.intake,
                    time: ManualTime(),
                    counters: counters,
                    waiting: self.waiting,
                    eventLoop: channel.eventLoop,
                    admit: { Self.refused.contains($0) ? .tooManyFromAddress : nil }
                )
            )
            let remote = try SocketAddress(ipAddress: address, port: 1)
            channel.remoteAddress = remote
            try channel.connect(to: remote).wait()
        }

        /// The clients that are not let in.
        private static let refused = [ClientAddress(version4: 0xCB00_7108)]

        func send(_ bytes: some Sequence<UInt8>) throws {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
        }

        func send(_ text: String) throws {
            try send(Array(text.utf8))
        }

        /// What was answered since it was last asked.
        func answers() throws -> String {
            var text = ""
            while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
                text += String(buffer: buffer)
            }
            return text
        }

        func close() throws {
            try channel.close().wait()
            channel.embeddedEventLoop.run()
        }
    }

    private static func lines(_ numbers: Range<Int>) -> String {
        numbers.map { #"{"room":"a","text":"\#($0)"}"# + "\n" }.joined()
    }

    @Test("a connection that is reset while it waits holds nothing any more, and its untaken lines count as abandoned")
    func resetWhileWaiting() throws {
        let rig = try Rig()
        try rig.send(Self.lines(0..<200))
        #expect(rig.pipeline.intake.waitingSources == 1)
        #expect(rig.waiting.held > 120 * 20)
        #expect(rig.counters.snapshot.lines == 80)
        try rig.close()
        #expect(rig.pipeline.intake.waitingSources == 0)
        #expect(rig.waiting.held == 0)
        // What was not offered was not received: the identity knows nothing of it.
        #expect(rig.pipeline.metrics().intake.total == 80)
        #expect(rig.counters.snapshot.abandoned == 120)
    }

    @Test("many connections that are reset while they wait leave as much as none")
    func manyResets() throws {
        let rig = try Rig()
        try rig.send(Self.lines(0..<200))
        let held = rig.waiting.held
        for _ in 0..<1000 {
            let other = try Rig(beside: rig)
            try other.send(Self.lines(0..<100))
            #expect(rig.pipeline.intake.waitingSources == 2)
            try other.close()
        }
        #expect(rig.pipeline.intake.waitingSources == 1)
        #expect(rig.waiting.held == held)
        #expect(rig.counters.snapshot.abandoned == 100_000)
        try rig.close()
        #expect(rig.waiting.held == 0)
    }

    @Test("what came behind the chunk that waits is held too, and dropped with it")
    func backlog() throws {
        let rig = try Rig()
        try rig.send(Self.lines(0..<100))
        let held = rig.waiting.held
        let more = Self.lines(0..<50)
        try rig.send(more)
        #expect(rig.waiting.held == held + more.utf8.count)
        try rig.close()
        #expect(rig.waiting.held == 0)
        #expect(rig.counters.snapshot.abandoned == 70)
    }

    @Test("a connection that finds no room among the waiting ones is told so, after what was taken of it")
    func waitingBudget() throws {
        let full = try Rig(waiting: ClientBudget(name: "test", unit: .bytes, limit: 1000))
        try full.send(IngestClient.hello + Self.lines(0..<200))
        #expect(
            try full.answers() == #"{"error":"overloaded"}"# + "\n" + IngestClient.acknowledgement(accepted: 80)
        )
        #expect(full.waiting.held == 0)
        #expect(full.pipeline.intake.waitingSources == 0)
        #expect(full.counters.snapshot.abandoned == 120)
        let capped = try Rig(waiting: ClientBudget(name: "test", unit: .bytes, limit: 1 << 30, perAddress: 1000))
        try capped.send(Self.lines(0..<200))
        #expect(try capped.answers() == #"{"error":"too_many_from_address"}"# + "\n")
        #expect(capped.pipeline.intake.waitingSources == 0)
    }

    @Test("an HTTP request is answered as one, and no line of it is a comment", arguments: [1, 7, 1000])
    func http(piece: Int) throws {
        let rig = try Rig()
        let request =
            "POST / HTTP/1.1\r\nHost: localhost:9000\r\nContent-Type: text/plain\r\n\r\n" + Self.lines(0..<3)
        for start in stride(from: 0, to: request.utf8.count, by: piece) {
            try rig.send(request.utf8.dropFirst(start).prefix(piece))
        }
        let answer = RawResponse(try rig.answers())
        #expect(answer.status == 400)
        #expect(answer.headers["connection"] == "close")
        #expect(answer.body.hasPrefix(#"{"error":"invalid_json","message":""#))
        #expect(answer.headers["content-length"] == String(answer.body.utf8.count))
        #expect(rig.pipeline.metrics().intake.total == 0)
        #expect(rig.counters.snapshot.errors == 1)
        // Output shut, input discarded for a second, closed.
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!rig.channel.isActive)
    }

    @Test("a TLS greeting is no line either")
    func tls() throws {
        let rig = try Rig()
        try rig.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x0A] + Array(Self.lines(0..<1).utf8))
        #expect(try rig.answers() == #"{"error":"invalid_json","line":1}"# + "\n")
        #expect(rig.pipeline.metrics().intake.total == 0)
    }

    @Test("a connection that never finishes a line is closed after a minute, one that has may be quiet")
    func idle() throws {
        let silent = try Rig()
        let begun = try Rig()
        let quiet = try Rig()
        try begun.send("{")
        try quiet.send(IngestClient.hello)
        for rig in [silent, begun, quiet] {
            rig.channel.embeddedEventLoop.advanceTime(by: .seconds(29))
            #expect(rig.channel.isActive)
            rig.channel.embeddedEventLoop.advanceTime(by: .seconds(32))
        }
        #expect(try silent.answers() == #"{"error":"line_timeout","line":1}"# + "\n")
        #expect(!silent.channel.isActive)
        #expect(try begun.answers() == #"{"error":"line_timeout","line":1}"# + "\n")
        #expect(!begun.channel.isActive)
        quiet.channel.embeddedEventLoop.advanceTime(by: .hours(24))
        #expect(quiet.channel.isActive)
    }

    @Test("in a drain a client that does not read its answers is closed after the linger, not after 30 s")
    func drainOfMute() throws {
        let rig = try Rig()
        rig.channel.isWritable = false
        rig.channel.pipeline.fireChannelWritabilityChanged()
        try rig.send("nonsense\n")
        #expect(rig.waiting.held > 0)
        rig.channel.pipeline.fireUserInboundEventTriggered(IngestConnection.DrainEvent())
        rig.channel.embeddedEventLoop.advanceTime(by: .milliseconds(999))
        #expect(rig.channel.isActive)
        rig.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(rig.waiting.held == 0)
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!rig.channel.isActive)
    }

    @Test("a client that shuts its side while the server stops is told so, and its cut line is no bad line")
    func endDuringDrain() throws {
        let rig = try Rig()
        try rig.send(IngestClient.hello + Self.lines(0..<100) + #"{"room":"a","#)
        #expect(rig.pipeline.intake.waitingSources == 1)
        rig.channel.pipeline.fireUserInboundEventTriggered(IngestConnection.DrainEvent())
        // Nothing of this is taken any more, so that the line that had begun has no end.
        try rig.send(#""text":"x"}"# + "\n" + Self.lines(0..<3))
        rig.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(rig.channel.isActive)
        #expect(try rig.answers() == "")
        // The queue has room again: what was read before the drain began is taken.
        rig.pipeline.intake.budget.release(80)
        rig.channel.embeddedEventLoop.run()
        #expect(
            try rig.answers() == #"{"error":"draining"}"# + "\n" + IngestClient.acknowledgement(accepted: 100)
        )
        #expect(!rig.channel.isActive)
    }

    @Test("a trusted proxy names the client, whose lines follow in the same read or later", arguments: [1, 28, 1000])
    func proxied(piece: Int) throws {
        let rig = try Rig(trusted: "127.0.0.0/8")
        let bytes = ProxyHeaderTests.header() + Array((IngestClient.hello + Self.lines(0..<2)).utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            try rig.send(bytes.dropFirst(start).prefix(piece))
        }
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try rig.answers().hasSuffix(IngestClient.acknowledgement(accepted: 2)))
        // Caps count the client, not the proxy.
        let refused = try Rig(trusted: "127.0.0.1")
        try refused.send(ProxyHeaderTests.header([203, 0, 113, 8, 10, 0, 0, 1, 0, 1, 0, 2]))
        #expect(try refused.answers() == #"{"error":"too_many_from_address"}"# + "\n")
    }

    @Test("whoever is no trusted proxy is refused, and a header that is wrong or late ends the connection")
    func untrusted() throws {
        let stranger = try Rig(trusted: "10.0.0.0/8")
        try stranger.send(ProxyHeaderTests.header() + Array(Self.lines(0..<2).utf8))
        #expect(try stranger.answers() == #"{"error":"unauthorized"}"# + "\n")
        #expect(stranger.pipeline.metrics().intake.total == 0)
        let wrong = try Rig(trusted: "127.0.0.1")
        try wrong.send(Self.lines(0..<2))
        #expect(!wrong.channel.isActive)
        #expect(wrong.pipeline.metrics().intake.total == 0)
        let late = try Rig(trusted: "127.0.0.1")
        try late.send(ProxyHeaderTests.header().prefix(20))
        late.channel.embeddedEventLoop.advanceTime(by: .milliseconds(4999))
        #expect(late.channel.isActive)
        late.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!late.channel.isActive)
        let draining = try Rig(trusted: "127.0.0.1")
        draining.channel.pipeline.fireUserInboundEventTriggered(IngestConnection.DrainEvent())
        #expect(!draining.channel.isActive)
    }
}
