import NIOCore
import NIOPosix

/// Sends a recording to an ingest socket: connects, writes what the window says, reads the answers, reconnects.
///
/// ``ReplayPacer``, ``ReplayWindow`` and ``ReplayBackoff`` decide.
package struct ReplayClient: Sendable {
    private let options: ReplayOptions
    /// How often a connection is asked whether it still acknowledges anything.
    private static let watchInterval = Duration.seconds(1)
    /// With less patience than this a server that is only slow would be given up.
    private static let leastPatience = 10.0

    private let pause: @Sendable (Duration) async throws -> Void
    private let clock: any Clock<Duration>
    private let state: ReplayState

    /// Creates a client; it does nothing until ``run()``.
    ///
    /// - Parameters:
    ///   - options: What to replay, where to, and how fast.
    ///   - pause: Waits between two connections; the default sleeps, because a replay follows the real clock.
    ///   - clock: What a connection is watched by.
    package init(
        _ options: ReplayOptions,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.options = options
        self.pause = pause
        self.clock = clock
        state = ReplayState(
            encoder: ReplayLineEncoder(run: options.run, room: options.room, keepsRooms: options.keepsRooms)
        )
    }

    /// Where the replay stands; may be asked from anywhere.
    package var progress: ReplayProgress {
        state.progress
    }

    /// Ends reading; ``run()`` returns when what was read is acknowledged.
    package func stop() {
        state.stop()
    }

    /// Replays to the end.
    ///
    /// - Returns: The final counts; a connection that could not be made again shows as ``ReplayProgress/lost``.
    /// - Throws: ``ReplayError`` if the file cannot be read or the server refuses for good.
    package func run() async throws -> ReplayProgress {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await ReplayProducer(options: options, state: state).run()
                } catch is CancellationError {
                    // Only the end of the delivery cancels it.
                }
            }
            group.addTask { try await deliver() }
            // Ended by the delivery; a producer that still has something to read then is not wanted any more.
            while try await group.next() != nil {
                if state.isDone || state.isGivenUp {
                    group.cancelAll()
                }
            }
        }
        return state.progress
    }

    /// Connects again and again until everything is acknowledged or nothing has been for too long.
    private func deliver() async throws {
        var backoff = ReplayBackoff()
        var lastSuccess = ContinuousClock.now
        while true {
            let acknowledged = state.progress.counts.lines
            do {
                try await connectOnce()
            } catch let error as ReplayError {
                state.giveUp()
                throw error
            } catch is CancellationError {
                return
            } catch {
                // Refused or broken: what is not acknowledged stays in the window.
                state.failed(error)
            }
            if let refusal = state.refusal {
                state.giveUp()
                throw ReplayError(description: "the server refuses the connection: \(refusal)")
            }
            guard !state.isDone, !state.isGivenUp else {
                return
            }
            if state.progress.counts.lines > acknowledged {
                backoff.succeeded()
                lastSuccess = .now
            }
            let delay = Duration.seconds(backoff.failed(random: .random(in: 0..<1)))
            guard ContinuousClock.now + delay - lastSuccess < .seconds(options.retrySeconds) else {
                state.giveUp()
                return
            }
            try await pause(delay)
        }
    }

    /// One connection, until the server has closed it.
    private func connectOnce() async throws {
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .connectTimeout(.seconds(5))
            .connect(host: options.host, port: options.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(
                        wrappingChannelSynchronously: channel,
                        configuration: NIOAsyncChannel<ByteBuffer, ByteBuffer>
                            .Configuration(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        state.connected()
        defer { state.disconnected() }
        try await connection.executeThenClose { inbound, outbound in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await write(to: outbound)
                    return false
                }
                group.addTask {
                    try await hear(inbound)
                    return true
                }
                group.addTask {
                    try await watch()
                    state.giveUp()
                    return true
                }
                while let isClosed = try await group.next() {
                    if isClosed {
                        group.cancelAll()
                        return
                    }
                }
            }
        }
    }

    /// Writes until all is written, then closes this direction: the server answers with its last ack and closes.
    private func write(to outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws {
        let token = options.token.map { #""token":"\#($0)","# } ?? ""
        try await outbound.write(ByteBuffer(string: "{\"hello\":{\(token)\"ack\":true}}\n"))
        while !Task.isCancelled {
            switch state.nextWrite() {
            case .bytes(let bytes): try await outbound.write(ByteBuffer(bytes: bytes))
            case .wait: await state.work.wait()
            case .finish:
                outbound.finish()
                return
            }
        }
    }

    /// Returns when the server has acknowledged nothing for too long.
    private func watch() async throws {
        var patience = ReplayPatience(limit: .seconds(max(options.retrySeconds, Self.leastPatience)))
        // Counted in looks: a machine that was suspended in between has not waited.
        var elapsed = Duration.zero
        while true {
            let progress = state.progress
            let lines = progress.counts.lines
            if patience.isOver(acknowledged: lines, outstanding: progress.sent - lines, now: elapsed) {
                return
            }
            try await clock.sleep(for: Self.watchInterval)
            elapsed += Self.watchInterval
        }
    }

    private func hear(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws {
        var unfinished = ByteBuffer()
        for try await var buffer in inbound {
            unfinished.writeBuffer(&buffer)
            while let end = unfinished.readableBytesView.firstIndex(of: 0x0A) {
                let line = unfinished.readString(length: end - unfinished.readerIndex) ?? ""
                unfinished.moveReaderIndex(forwardBy: 1)
                try state.heard(ReplayAnswer(line))
            }
            unfinished.discardReadBytes()
        }
    }
}
