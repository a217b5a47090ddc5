@testable import DanmakuServer
import DanmakuPipeline
import Hummingbird
import HummingbirdCore
import HTTPTypes
import NIOCore
import NIOEmbedded
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
