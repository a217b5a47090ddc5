package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Keeps a listener alive, and its event loop idle, when `accept` fails.
///
/// There are two dangers. An error that reaches the end of Hummingbird's pipeline ends its loop over accepted
/// connections, and with it the listener (NIO's own handler stops only an `IOError`). And without a free descriptor the
/// listening socket stays readable, so that the event loop would call `accept` again and again.
package final class AcceptErrorHandler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = any Channel

    /// How long nothing is accepted after the system had no descriptor or no memory: connections close meanwhile.
    package static let pauseNanoseconds: Int64 = 250_000_000

    private let errors: AcceptErrors
    private var isPaused = false

    private init(errors: AcceptErrors) {
        self.errors = errors
    }

    /// Puts handlers into a listener's pipeline; called on its loop.
    ///
    /// - Parameters:
    ///   - channel: The listener.
    ///   - errors: Where errors are counted.
    /// - Throws: If the listener is closed.
    package static func install(on channel: any Channel, errors: AcceptErrors) throws {
        let handlers = channel.pipeline.syncOperations
        // The first handler sees what `accept` says; the other one what NIO's set-up of an accepted connection says, before
        // it reaches Hummingbird.
        try handlers.addHandler(AcceptErrorHandler(errors: errors), position: .first)
        if let setUp = try? handlers.context(name: "AcceptHandler") {
            try handlers.addHandler(AcceptErrorHandler(errors: errors), position: .after(setUp.handler))
        }
    }

    /// Counts and swallows; the next connection is accepted as usual, or after a pause.
    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        errors.record(error, now: context.eventLoop.now)
        if let code = (error as? IOError)?.errnoCode, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) {
            pause(context.channel)
        }
    }

    /// Takes the listening socket out of the selector: merely asking for no read is not enough, as the read that failed is
    /// still outstanding.
    private func pause(_ listener: any Channel) {
        guard !isPaused, let options = listener.syncOptions, (try? options.setOption(.autoRead, value: false)) != nil
        else {
            return
        }
        isPaused = true
        let bound = NIOLoopBound((self, listener), eventLoop: listener.eventLoop)
        listener.eventLoop.scheduleTask(in: .nanoseconds(Self.pauseNanoseconds)) {
            let (handler, listener) = bound.value
            handler.isPaused = false
            try? listener.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}

@available(*, unavailable)
extension AcceptErrorHandler: Sendable {}
