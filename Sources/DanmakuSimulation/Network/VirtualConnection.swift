import DequeModule
import NIOCore
import NIOEmbedded

/// The client's program at the far end of virtual connections.
///
/// Each call names its connection: the end of an old connection can come after the program has opened a new one.
protocol NetworkClient: AnyObject {
    /// Bytes of the server, in order.
    func received(_ bytes: [UInt8], on connection: VirtualConnection)
    /// The server has shut its side after the last byte.
    func ended(_ connection: VirtualConnection)
    /// The connection was refused or reset: whatever was under way is lost.
    func failed(_ connection: VirtualConnection)
}

/// One TCP connection of the virtual network: a client's end and, once it is accepted, the server's channel.
final class VirtualConnection {
    /// How the client reads.
    enum Appetite: Equatable {
        /// Everything at once.
        case eager
        /// Some bytes at a time, with a pause between.
        case slow(bytes: Int, every: TimeAmount)
        /// Nothing.
        case none
    }

    private enum Segment {
        case bytes([UInt8])
        case end
        case reset
    }

    /// Its number, in order of the connects.
    let number: Int
    let network: VirtualNetwork
    let port: VirtualNetwork.Port
    let address: SocketAddress
    private weak var client: (any NetworkClient)?

    private(set) var channel: EmbeddedChannel?
    /// When its SYN came to the server, and when the server accepted it, in nanoseconds.
    private(set) var connectedAt: Int64?
    private(set) var acceptedAt: Int64?
    private var socket: VirtualSocket?
    /// What came before the connection was accepted.
    private var early: [Segment] = []
    private var arrivesAt = NIODeadline.uptimeNanoseconds(0)
    private var answersAt = NIODeadline.uptimeNanoseconds(0)
    private var inFlight = 0
    private var hasEnded = false
    private var isReset = false
    private var isRefused = false
    /// The client's program is gone; whatever still comes is answered by a reset.
    private var isDeaf = false
    private var appetite = Appetite.eager
    private var isPacing = false
    private var endsAfterKernel = false
    private var saidEnd = false

    init(
        number: Int,
        network: VirtualNetwork,
        port: VirtualNetwork.Port,
        address: SocketAddress,
        client: any NetworkClient
    ) {
        self.number = number
        self.network = network
        self.port = port
        self.address = address
        self.client = client
    }

    /// Whether bytes of the client are on their way.
    var isSending: Bool {
        inFlight > 0
    }

    /// Whether the client may still send.
    var canSend: Bool {
        !hasEnded && !isReset
    }

    /// Whether the server has a channel for it that is not closed.
    var isOpenAtServer: Bool {
        channel?.isActive ?? false
    }
}

// MARK: - The client's end

extension VirtualConnection {
    /// Sends bytes.
    func send(_ bytes: [UInt8]) {
        guard canSend, !bytes.isEmpty else {
            return
        }
        inFlight += 1
        dispatch(.bytes(bytes))
    }

    /// Shuts the client's side: its FIN comes after what was sent.
    func finish() {
        guard canSend else {
            return
        }
        hasEnded = true
        dispatch(.end)
    }

    /// Resets the connection at once.
    func reset() {
        guard !isReset else {
            return
        }
        isReset = true
        client = nil
        dispatch(.reset)
    }

    /// Ends the program: a FIN, and a reset as soon as more of the server comes.
    func leave() {
        finish()
        isDeaf = true
        client = nil
    }

    /// Changes how the client reads.
    func read(_ appetite: Appetite) {
        self.appetite = appetite
        pull()
    }

    private func dispatch(_ segment: Segment) {
        arrivesAt = max(arrivesAt, network.loop.now + network.latency())
        network.loop.scheduleTask(deadline: arrivesAt) {
            self.arrive(segment)
        }
    }

    private func arrive(_ segment: Segment) {
        if case .bytes = segment {
            inFlight -= 1
        }
        guard !isRefused else {
            return
        }
        guard let socket else {
            early.append(segment)
            return
        }
        switch segment {
        case .bytes(let bytes):
            network.trace.note(network.nanoseconds, number, "arrived", bytes.count)
            socket.arrived(bytes)
        case .end:
            network.trace.note(network.nanoseconds, number, "arrived FIN")
            socket.arrivedEnd()
        case .reset:
            network.trace.note(network.nanoseconds, number, "arrived RST")
            socket.arrivedReset()
        }
    }
}

// MARK: - The server's end

extension VirtualConnection {
    /// The SYN has come: the connection waits for the server to accept it.
    func connected() {
        connectedAt = network.nanoseconds
        network.trace.note(network.nanoseconds, number, "connects", port.rawValue)
    }

    /// Makes the server's channel; `prepare` adds its handlers before it becomes active.
    func accept(options: VirtualSocket.Options, prepare: (EmbeddedChannel) throws -> Void) {
        guard !isReset else {
            return
        }
        let socket = VirtualSocket(options: options, connection: self)
        let channel = EmbeddedChannel(handlers: [socket], loop: network.loop)
        self.socket = socket
        self.channel = channel
        channel.remoteAddress = address
        channel.allowRemoteHalfClosure = true
        do {
            try prepare(channel)
        } catch {
            preconditionFailure("the channel of connection \(number) cannot be set up: \(error)")
        }
        acceptedAt = network.nanoseconds
        network.trace.note(network.nanoseconds, number, "accepted")
        channel.connect(to: address, promise: nil)
        let segments = early
        early = []
        for segment in segments {
            if case .bytes = segment {
                inFlight += 1
            }
            arrive(segment)
        }
    }

    /// Nobody listens, or the listener was closed before it accepted.
    func refuse() {
        isRefused = true
        hasEnded = true
        fail()
    }

    /// The kernel has more for the client.
    func kernelFilled() {
        guard !isDeaf else {
            isDeaf = false
            isReset = true
            return dispatch(.reset)
        }
        pull()
    }

    /// The server shut its side: the client sees it after the last byte.
    func serverShutOutput() {
        endsAfterKernel = true
        sayEndIfDone()
    }

    /// The server's channel is closed.
    func serverClosed(isReset: Bool) {
        network.trace.note(network.nanoseconds, number, isReset ? "server closed by RST" : "server closed")
        if isReset {
            fail()
        } else {
            serverShutOutput()
        }
    }

    private func pull() {
        guard let socket, !socket.kernel.isEmpty, !isReset else {
            return sayEndIfDone()
        }
        switch appetite {
        case .none:
            break
        case .eager:
            hand(socket.takeFromKernel(.max))
            socket.transmit()
        case .slow(let bytes, let pause):
            guard !isPacing else {
                return
            }
            isPacing = true
            hand(socket.takeFromKernel(bytes))
            socket.transmit()
            network.loop.scheduleTask(in: pause) {
                self.isPacing = false
                self.pull()
            }
        }
        sayEndIfDone()
    }

    private func hand(_ bytes: [UInt8]) {
        guard !network.losesAnswer() else {
            return
        }
        answersAt = max(answersAt, network.loop.now + network.latency())
        network.loop.scheduleTask(deadline: answersAt) {
            guard !self.isReset, let client = self.client else {
                return
            }
            self.network.trace.note(self.network.nanoseconds, self.number, "answered", bytes.count)
            self.network.trace.mix(bytes)
            client.received(bytes, on: self)
        }
    }

    private func sayEndIfDone() {
        guard endsAfterKernel, !saidEnd, socket?.kernel.isEmpty ?? true else {
            return
        }
        saidEnd = true
        answersAt = max(answersAt, network.loop.now + network.latency())
        network.loop.scheduleTask(deadline: answersAt) {
            guard !self.isReset, let client = self.client else {
                return
            }
            self.network.trace.note(self.network.nanoseconds, self.number, "answered FIN")
            client.ended(self)
        }
    }

    private func fail() {
        guard !saidEnd else {
            return
        }
        saidEnd = true
        network.loop.scheduleTask(in: network.latency()) {
            guard !self.isReset, let client = self.client else {
                return
            }
            self.isReset = true
            self.network.trace.note(self.network.nanoseconds, self.number, "answered RST")
            client.failed(self)
        }
    }
}

@available(*, unavailable)
extension VirtualConnection: Sendable {}
