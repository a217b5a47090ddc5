@testable import DanmakuServer
import DanmakuPipeline
import Hummingbird
import HummingbirdCore
import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import SentimentModel
import Testing

@Suite("What a client asks to watch")
struct EventStreamRequestTests {
    private static func request(_ path: String, _ headers: HTTPFields = [:]) -> Request {
        let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: path, headerFields: headers)
        return Request(head: head, body: RequestBody(buffer: ByteBuffer()))
    }

    private static func subscription(_ path: String, _ headers: HTTPFields = [:]) throws -> Subscription {
        try EventStreamRequest.subscription(request(path, headers), path: nil)
    }

    @Test("rooms are taken once each, in their order; one star is every room")
    func rooms() throws {
        #expect(try Self.subscription("/?room=b&room=a&room=b").rooms == [Array("b".utf8), Array("a".utf8)])
        #expect(try Self.subscription("/?room=b&room=*").rooms == nil)
        #expect(try EventStreamRequest.subscription(Self.request("/?room=x"), path: "y").rooms == [Array("y".utf8)])
    }

    @Test("detail", arguments: [("", DetailLevel.display), ("&detail=mood", .mood), ("&detail=full", .full)])
    func detail(_ query: String, _ level: DetailLevel) throws {
        #expect(try Self.subscription("/?room=a" + query).level == level)
    }

    @Test("the header's cursor wins; an empty one is none")
    func cursors() throws {
        let header: HTTPFields = [.lastEventID: "e-1"]
        let empty: HTTPFields = [.lastEventID: ""]
        #expect(try Self.subscription("/?room=a&cursor=e-2", header).cursor == "e-1")
        #expect(try Self.subscription("/?room=a&cursor=e-2", empty).cursor == "e-2")
        #expect(try Self.subscription("/?room=a&cursor=", empty).cursor == nil)
    }

    @Test("who takes an event stream for an answer")
    func accepting() {
        #expect(EventStreamRequest.wantsEvents(Self.request("/", [.accept: "text/event-stream"])))
        #expect(EventStreamRequest.wantsEvents(Self.request("/", [.accept: "text/html, Text/Event-Stream;q=0.9"])))
        #expect(!EventStreamRequest.wantsEvents(Self.request("/", [.accept: "*/*"])))
        #expect(!EventStreamRequest.wantsEvents(Self.request("/")))
    }
}

@Suite("Event streams of a server that drains")
struct EventStreamRefusalTests {
    private static func answer(_ headers: HTTPFields) async throws -> Response {
        let lexicon = InProcessScorer(name: "lexicon", LexiconScorer.builtIn)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let pipeline = Pipeline(
            configuration: PipelineConfiguration(),
            scorer: lexicon,
            fallback: lexicon,
            logger: logger
        )
        let channel = EmbeddedChannel()
        let readiness = Readiness()
        readiness.advance(to: .draining)
        let streams = EventStreams(pipeline: pipeline, eventLoopGroup: channel.eventLoop)
        let router = Router(context: DanmakuRequestContext.self)
        router.add(middleware: ErrorMiddleware(methods: AllowedMethods()))
        EventStreamRoutes(streams: streams, readiness: readiness, budgets: StreamBudgets()).add(to: router)
        let head = HTTPRequest(
            method: .get,
            scheme: nil,
            authority: nil,
            path: "/v1/events?room=a",
            headerFields: headers
        )
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        let context = DanmakuRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        return try await router.buildResponder().respond(to: request, context: context)
    }

    @Test("a browser gets a stream of one event and comes back, instead of giving up for good")
    func browsers() async throws {
        let response = try await Self.answer([.accept: "text/event-stream"])
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/event-stream; charset=utf-8")
        #expect(response.headers[.connection] == "close")
        let bytes = try #require(response.body.contentLength)
        let frame = "event: overloaded\nretry: 9999\ndata: {\"reason\":\"draining\"}\n\n"
        // The window of `retry` reaches into five digits.
        #expect([frame.utf8.count, frame.utf8.count + 1].contains(bytes))
    }

    @Test("everybody else gets 503 and when to try again")
    func others() async throws {
        let response = try await Self.answer([.accept: "*/*"])
        #expect(response.status == .serviceUnavailable)
        #expect(response.headers[.retryAfter] == "5")
        #expect(response.headers[.accelBuffering] == "no")
    }
}
