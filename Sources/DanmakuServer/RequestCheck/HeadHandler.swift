package import NIOCore
package import NIOHTTP1

/// Brings request heads into their one form, and adds the header fields that all responses have.
///
/// It is behind the HTTP decoder and the timeouts, so that every answer on this connection passes it: routes, the
/// refusal of a connection, and Hummingbird's answers to bytes that are not HTTP.
package final class HeadHandler: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    private var upgrades: UpgradeGuard

    /// Creates the handler of one connection.
    ///
    /// - Parameter upgrades: Its gate stands before the decoder of the same connection.
    package init(upgrades: UpgradeGuard) {
        self.upgrades = upgrades
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let head: HTTPRequestHead
        switch unwrapInboundIn(data) {
        case .head(let read):
            head = read
        case .body:
            context.fireChannelRead(data)
            return
        case .end:
            upgrades.readEnd()
            context.fireChannelRead(data)
            return
        }
        upgrades.readHead(head)
        let localHost = { Self.text(of: context.channel.localAddress) }
        guard RequestTarget.read(head, localHost: localHost) != .normal else {
            context.fireChannelRead(data)
            return
        }
        var changed = head
        RequestTarget.normalize(&changed, localHost: localHost)
        context.fireChannelRead(wrapInboundOut(.head(changed)))
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), head.status.code >= 200 else {
            context.write(data, promise: promise)
            return
        }
        ResponseHeaders.add(to: &head.headers)
        if upgrades.writeHead() {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        }
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    private static func text(of address: SocketAddress?) -> String {
        let host = address?.ipAddress ?? ""
        return host.contains(":") ? "[\(host)]" : host
    }
}

@available(*, unavailable)
extension HeadHandler: Sendable {}
