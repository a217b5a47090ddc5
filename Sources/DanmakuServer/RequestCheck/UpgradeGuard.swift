package import NIOCore
package import NIOHTTP1

/// Answers requests that offer another protocol (`Upgrade`, `CONNECT`) as plain HTTP, and then closes the connection.
///
/// NIO's decoder stops after such a request, because the bytes behind it might belong to the other protocol. It keeps
/// them without a limit: one `GET` could make the server hold gigabytes. Therefore these bytes are dropped before they
/// reach the decoder, and the response says `Connection: close`, because a further request would never be read. This
/// server speaks no other protocol on its HTTP port.
package struct UpgradeGuard {
    /// Stands before the decoder.
    package final class Gate: ChannelInboundHandler, RemovableChannelHandler {
        package typealias InboundIn = ByteBuffer

        /// Whether all further bytes are dropped.
        fileprivate var isShut = false

        /// Creates the gate of one connection.
        package init() {}

        package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if !isShut {
                context.fireChannelRead(data)
            }
        }
    }

    /// The gate before the decoder of the same connection.
    package let gate = Gate()
    private var requests = 0
    private var responses = 0
    /// The number of the request that offers an upgrade; nothing after it is read.
    private var last: Int?

    /// Creates the guard of one connection.
    package init() {}

    /// A request's head was read.
    package mutating func readHead(_ head: HTTPRequestHead) {
        requests += 1
        // The decoder also looks at `Connection`. An offer too many found here costs a connection, one too few costs memory.
        if last == nil, head.method == .CONNECT || head.headers.contains(name: "upgrade") {
            last = requests
        }
    }

    /// A request was read to its end.
    package func readEnd() {
        if last == requests {
            gate.isShut = true
        }
    }

    /// A response's head is written.
    ///
    /// - Returns: Whether the connection is closed after it.
    package mutating func writeHead() -> Bool {
        responses += 1
        return responses == last
    }
}

@available(*, unavailable)
extension UpgradeGuard: Sendable {}

@available(*, unavailable)
extension UpgradeGuard.Gate: Sendable {}
