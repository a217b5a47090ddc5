import NIOCore

/// Fires a signal when its connection closes: while a route waits for the pipeline, nothing reads the request, and
/// nothing else would tell the route that the client has left.
///
/// It is in the connection's pipeline during one wait only.
final class CloseSignal: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let signal: Signal

    private init(_ signal: Signal) {
        self.signal = signal
    }

    /// Waits for a signal, for the end of a connection, or for the end of the task.
    static func wait(for signal: Signal, or channel: any Channel) async {
        let removal = channel.eventLoop.makePromise(of: Void.self)
        channel.eventLoop.execute {
            let handlers = channel.pipeline.syncOperations
            let handler = CloseSignal(signal)
            // First, because not every handler of Hummingbird's passes the end on.
            guard channel.isActive, (try? handlers.addHandler(handler, position: .first)) != nil else {
                return signal.fire()
            }
            let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
            removal.futureResult.whenComplete { _ in
                channel.pipeline.syncOperations.removeHandler(bound.value, promise: nil)
            }
        }
        await signal.wait()
        removal.succeed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        signal.fire()
        context.fireChannelInactive()
    }
}

@available(*, unavailable)
extension CloseSignal: Sendable {}
