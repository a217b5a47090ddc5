package import DanmakuPipeline
package import Hummingbird
package import NIOCore

/// What every route and middleware knows of a request, besides the request itself.
///
/// Hummingbird makes one per request. It has the connection's channel, which the event streams write to below the HTTP
/// encoder, and the client's address, which rates and caps use.
package struct DanmakuRequestContext: RequestContext {
    /// What Hummingbird itself needs.
    package var coreContext: CoreRequestContextStorage
    /// The connection that the request came on.
    package let channel: any Channel

    /// Called by Hummingbird for each request.
    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The client that a trusted proxy has handed the request on for; `nil` if there is no such proxy.
    package var forwardedClient: ClientAddress?

    /// The address of the connection's other end, or `nil` once the connection is closed.
    package var remoteAddress: SocketAddress? {
        channel.remoteAddress
    }

    /// The client as rates and caps count it; ``ClientAddress/unknown`` once the connection is closed.
    package var client: ClientAddress {
        forwardedClient ?? ClientAddress(channel.remoteAddress)
    }
}
