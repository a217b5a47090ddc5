import Logging
import NIOCore

/// Keeps a listener alive when one `accept` fails.
///
/// Without it an error on the server channel (a client that was gone before it was accepted, no file descriptor left) ends
/// Hummingbird's loop over accepted connections, and with it the listener.
final class AcceptErrorHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = any Channel

    private let logger: Logger

    /// Creates the handler of one listener.
    init(logger: Logger) {
        self.logger = logger
    }

    /// Logs and swallows; the next connection is accepted as usual.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.warning("A connection could not be accepted.", metadata: ["error": "\(error)"])
    }
}

@available(*, unavailable)
extension AcceptErrorHandler: Sendable {}
