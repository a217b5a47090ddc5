package import DanmakuPipeline
public import Hummingbird
public import NIOCore

/// What every route and middleware knows of a request, besides the request itself.
///
/// Hummingbird makes one per request. It has the connection's channel, which the event streams write to below the HTTP
/// encoder, and the client's address, which rates and caps use.
public struct DanmakuRequestContext: RequestContext {
    /// What Hummingbird itself needs.
    public var coreContext: CoreRequestContextStorage
    /// The connection that the request came on.
    public let channel: any Channel

    /// Called by Hummingbird for each request.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The client that a trusted proxy has handed the request on for; `nil` if there is no such proxy.
    package var forwardedClient: ClientAddress?

    /// The address of the connection's other end, or `nil` once the connection is closed.
    public var remoteAddress: SocketAddress? {
        channel.remoteAddress
    }

    /// The client as rates and caps count it; ``ClientAddress/unknown`` once the connection is closed.
    package var client: ClientAddress {
        forwardedClient ?? ClientAddress(channel.remoteAddress)
    }
}
