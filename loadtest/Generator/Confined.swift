import NIOCore

/// A handler that lives on its channel's event loop, also after the channel has closed.
struct Confined<Handler: ChannelHandler & SendableMetatype>: Sendable {
    private let loop: any EventLoop
    private let handler: NIOLoopBound<Handler>

    /// Puts a handler into a channel; called on its loop.
    static func add(_ handler: Handler, to channel: any Channel) throws -> Confined {
        try channel.pipeline.syncOperations.addHandler(handler)
        return Confined(loop: channel.eventLoop, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
    }

    /// Asks the handler something on its loop.
    func ask<Answer: Sendable>(_ body: @escaping @Sendable (Handler) -> Answer) async throws -> Answer {
        try await loop.submit { body(handler.value) }.get()
    }
}
