package import DanmakuPipeline
import HTTPTypes
package import Hummingbird
import NIOCore
import NIOHTTP1

/// `GET /v1/rooms/{room}/events` and `GET /v1/events`: Server-Sent Events (contract, Watching).
///
/// No middleware may wrap the body of these responses: the frames pass below it.
package struct EventStreamRoutes: Sendable {
    /// Milliseconds after which a refused browser comes back.
    private static let retryMilliseconds = 5000...30_000

    private let streams: EventStreams
    private let readiness: Readiness
    private let budgets: StreamBudgets
    private let random: RandomSource

    /// Creates the routes of one server.
    ///
    /// - Parameters:
    ///   - streams: The hubs.
    ///   - readiness: While it drains, streams are answered `overloaded`.
    ///   - budgets: How many streams and watched rooms there may be.
    ///   - random: Where the times to come back are drawn from.
    package init(
        streams: EventStreams,
        readiness: Readiness,
        budgets: StreamBudgets,
        random: RandomSource = .system
    ) {
        self.streams = streams
        self.readiness = readiness
        self.budgets = budgets
        self.random = random
    }

    /// Adds both routes.
    package func add(to router: Router<DanmakuRequestContext>) {
        router.get("/v1/rooms/{room}/events") { request, context in
            try respond(to: request, context, path: try context.parameters.require("room"))
        }
        router.get("/v1/events") { request, context in
            try respond(to: request, context, path: nil)
        }
    }

    private func respond(
        to request: Request,
        _ context: DanmakuRequestContext,
        path: String?
    ) throws -> Response {
        let subscription = try EventStreamRequest.subscription(request, path: path)
        guard !readiness.isDraining else {
            let failure = HTTPFailure(.draining, "The server is stopping.", retryAfterSeconds: 5)
            return try refusal(of: request, failure)
        }
        let channel = context.channel
        guard let hub = streams.hub(of: channel) else {
            throw HTTPFailure(.internal, "The event loop of this connection has no stream hub.")
        }
        let lease: StreamLease
        do throws(HTTPFailure) {
            lease = try budgets.reserve(rooms: subscription.rooms?.count ?? 1, for: context.client)
        } catch {
            return try refusal(of: request, error)
        }
        let body = ResponseBody { writer in
            let over = channel.eventLoop.makePromise(of: Void.self)
            try await request.body.consumeWithInboundCloseHandler { _ in
                try await Self.run(subscription, on: channel, hub: hub, over: over, lease: lease)
                // The hub has dropped the subscriber: from here on only the end of the response is written.
                try await writer.finish(nil)
            } onInboundClosed: {
                channel.eventLoop.execute { Self.handler(of: channel)?.leave() }
            }
        }
        return Response(status: .ok, headers: Self.headers, body: body)
    }

    /// Puts the subscriber's handler in place, and waits until the stream is over.
    private static func run(
        _ subscription: Subscription,
        on channel: any Channel,
        hub: HubLoop,
        over: EventLoopPromise<Void>,
        lease: StreamLease
    ) async throws {
        // The head was handed to the loop before this, so that it is written before the handler's first frame.
        channel.eventLoop.execute {
            let handler = SubscriberHandler(hub: hub, over: over, lease: lease)
            do {
                let pipeline = channel.pipeline.syncOperations
                let encoder = try pipeline.handler(type: HTTPResponseEncoder.self)
                try pipeline.addHandler(handler, position: .before(encoder))
            } catch {
                over.fail(error)
                return
            }
            handler.join(subscription)
        }
        try await over.futureResult.get()
    }

    private static func handler(of channel: any Channel) -> SubscriberHandler? {
        try? channel.pipeline.syncOperations.handler(type: SubscriberHandler.self)
    }

    private static var headers: HTTPFields {
        [
            .contentType: "text/event-stream; charset=utf-8",
            .cacheControl: "no-store, no-transform",
            .accelBuffering: "no",
        ]
    }

    /// For a browser a stream of one event with a time to reconnect, for every other client the failure as it is.
    private func refusal(of request: Request, _ failure: HTTPFailure) throws -> Response {
        guard EventStreamRequest.wantsEvents(request) else {
            throw failure
        }
        let retry = random.int(in: Self.retryMilliseconds)
        let frame = StreamEvent.overloaded(reason: failure.code, retry: retry).frame
        var headers = Self.headers
        headers[.connection] = "close"
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: frame.bytes))
        )
    }
}
