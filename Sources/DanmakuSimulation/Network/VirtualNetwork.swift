import DanmakuTestKit
import DequeModule
import NIOCore
import NIOEmbedded
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// All connections of a simulation, with delays that its seed decides, and the server's two listeners.
final class VirtualNetwork: @unchecked Sendable {
    // Unchecked: confined to the simulation's thread.

    /// A port of the server.
    enum Port: Int, CaseIterable {
        case ingest
        case http
    }

    private struct Listener {
        /// The server channel: it hears of failures and may stop the accepting.
        let channel: EmbeddedChannel
        let options: VirtualSocket.Options
        let prepare: (EmbeddedChannel) throws -> Void
        var backlog = Deque<VirtualConnection>()
        var isAccepting = false
    }

    /// A listening socket stays readable while a connection waits, so that a loop that does not stop tries again at once.
    private static let spin: TimeAmount = .milliseconds(1)
    /// How long after the end of a listener's pause a connection that waits is accepted at most, in nanoseconds.
    static let resumption: Int64 = 10_000_000

    let loop: EmbeddedEventLoop
    let trace: Trace
    private var random: SeededGenerator
    private let slowest: Int64
    /// Loses one answer in so many; 0 for none.
    ///
    /// A real network does not: it shows that the judge sees a loss.
    var losesOneIn = 0
    private var listeners: [Port: Listener] = [:]
    private var isOutOfDescriptors = false
    /// Every connection that was ever tried.
    private(set) var connections: [VirtualConnection] = []

    /// Creates a network without listeners.
    ///
    /// - Parameters:
    ///   - loop: Whose time it lives in.
    ///   - trace: Gets every arrival.
    ///   - random: Draws the delays.
    ///   - slowest: The longest delay of one direction, in nanoseconds.
    init(loop: EmbeddedEventLoop, trace: Trace, random: SeededGenerator, slowest: Int64) {
        self.loop = loop
        self.trace = trace
        self.random = random
        self.slowest = slowest
    }

    /// The virtual time since the loop began.
    var nanoseconds: Int64 {
        Int64(loop.now.uptimeNanoseconds)
    }

    func latency() -> TimeAmount {
        .nanoseconds(Int64.random(in: 20_000...slowest, using: &random))
    }

    func losesAnswer() -> Bool {
        losesOneIn > 0 && Int.random(in: 0..<losesOneIn, using: &random) == 0
    }

    /// Makes the listener of a port; closing its channel ends the listening.
    ///
    /// - Parameters:
    ///   - port: Where.
    ///   - options: Of the sockets.
    ///   - prepare: Adds the handlers of a new channel.
    /// - Returns: The listener's channel.
    /// - Throws: What the listener's pipeline says.
    func listen(
        on port: Port,
        options: VirtualSocket.Options,
        prepare: @escaping (EmbeddedChannel) throws -> Void
    ) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(loop: loop)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 9000 - port.rawValue)
        channel.localAddress = address
        channel.connect(to: address, promise: nil)
        channel.closeFuture.whenComplete { _ in self.stopListening(on: port) }
        listeners[port] = Listener(channel: channel, options: options, prepare: prepare)
        return channel
    }

    /// How many connections of a port could not be accepted for want of a descriptor.
    private(set) var failedAccepts: [Port: Int] = [:]

    private func stopListening(on port: Port) {
        trace.note(nanoseconds, -1, "listener closed", port.rawValue)
        let waiting = listeners.removeValue(forKey: port)?.backlog ?? []
        for connection in waiting {
            connection.refuse()
        }
    }

    /// The process has no descriptor left, or has some again.
    func setOutOfDescriptors(_ isOut: Bool) {
        trace.note(nanoseconds, -1, "out of descriptors", isOut ? 1 : 0)
        isOutOfDescriptors = isOut
    }

    /// Accepts what waits; while it cannot, the listener's handler hears of it and may ask for a pause.
    private func accept(on port: Port) {
        guard let listener = listeners[port], !listener.isAccepting, !listener.backlog.isEmpty else {
            return
        }
        let reads = listener.channel.options.lazy.compactMap { option -> Bool? in
            option.option is ChannelOptions.Types.AutoReadOption ? option.value as? Bool : nil
        }
        guard reads.first ?? true else {
            return acceptAgain(on: port, in: .nanoseconds(Self.resumption))
        }
        guard !isOutOfDescriptors else {
            failedAccepts[port, default: 0] += 1
            trace.note(nanoseconds, -1, "not accepted", port.rawValue)
            listener.channel.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
            return acceptAgain(on: port, in: Self.spin)
        }
        while let connection = listeners[port]?.backlog.popFirst() {
            connection.accept(options: listener.options, prepare: listener.prepare)
        }
    }

    private func acceptAgain(on port: Port, in pause: TimeAmount) {
        listeners[port]?.isAccepting = true
        loop.scheduleTask(in: pause) {
            self.listeners[port]?.isAccepting = false
            self.accept(on: port)
        }
    }

    /// Connects a client.
    ///
    /// - Parameters:
    ///   - client: The client's program; the caller keeps it alive.
    ///   - port: Where to.
    ///   - host: The last number of the client's address, 127.0.0.x.
    /// - Returns: Its end; it may send at once.
    func connect(_ client: any NetworkClient, to port: Port, from host: Int) -> VirtualConnection {
        guard let address = try? SocketAddress(ipAddress: "127.0.0.\(host)", port: 40_000 + connections.count) else {
            preconditionFailure("127.0.0.\(host) is an address")
        }
        let connection = VirtualConnection(
            number: connections.count,
            network: self,
            port: port,
            address: address,
            client: client
        )
        connections.append(connection)
        loop.scheduleTask(in: latency()) { [self] in
            connection.connected()
            if listeners[port] == nil {
                connection.refuse()
            } else {
                listeners[port]?.backlog.append(connection)
                accept(on: port)
            }
        }
        return connection
    }
}
