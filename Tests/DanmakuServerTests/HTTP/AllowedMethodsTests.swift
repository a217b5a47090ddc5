import DanmakuPipeline
import DanmakuServer
import Hummingbird
import Testing

@Suite("HTTP failures")
struct AllowedMethodsTests {
    private var methods: AllowedMethods {
        var methods = AllowedMethods()
        methods.add(path: "/v1/rooms", method: .get)
        methods.add(path: "/v1/rooms/{room}", method: .get)
        methods.add(path: "/v1/rooms/{room}/comments", method: .get)
        methods.add(path: "/v1/rooms/{room}/comments", method: .post)
        return methods
    }

    private func failure(_ method: HTTPRequest.Method, _ path: String, error: any Error) -> HTTPFailure {
        let head = HTTPRequest(method: method, scheme: "http", authority: "a", path: path)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        return ErrorMiddleware(methods: methods).failure(for: error, request: request)
    }

    @Test("A known path with another method is 405 with Allow, an unknown one 404")
    func unknown() {
        let wrong = failure(.delete, "/v1/rooms/a/comments", error: HTTPError(.notFound))
        #expect(wrong.code == "method_not_allowed")
        #expect(wrong.headers[.allow] == "GET, POST")
        for path in ["/v2", "/v1/rooms/a/b/c", "/", "/v1", "/v1/rooms//x/y"] {
            #expect(failure(.get, path, error: HTTPError(.notFound)).code == "not_found", "\(path)")
        }
        #expect(failure(.get, "/v1/rooms", error: HTTPError(.notFound)).code == "not_found", "the method is right")
        #expect(failure(.get, "/../x", error: HTTPError(.badRequest)).code == "not_found")
    }

    @Test("A failure of ours passes, other errors become the contract's words")
    func errors() {
        let own = HTTPFailure(.draining, "It stops.", retryAfterSeconds: 0)
        #expect(failure(.get, "/v1/rooms", error: own) == own)
        #expect(own.headers[.retryAfter] == "1")
        #expect(failure(.post, "/v1/rooms/a/comments", error: NIOTooManyBytes.error).code == "body_too_large")
        #expect(failure(.get, "/v1/rooms", error: CancellationError()).code == "internal")
        #expect(failure(.get, "/v1/rooms", error: HTTPError(.unsupportedMediaType)).status.code == 415)
    }

    private enum NIOTooManyBytes {
        static var error: any Error { HTTPError(.contentTooLarge) }
    }

    @Test("The body is two fields, escaped, and nobody stores or buffers it")
    func body() {
        let failure = HTTPFailure(.roomInvalid, "say \"no\"\n")
        #expect(String(decoding: failure.body, as: UTF8.self) == #"{"error":"room_invalid","message":"say \"no\"\n"}"#)
        let response = failure.response
        #expect(response.status == .badRequest)
        #expect(response.headers[.contentType] == "application/json; charset=utf-8")
        #expect(response.headers[.cacheControl] == "no-store, no-transform")
        #expect(response.headers[.accelBuffering] == "no")
    }

    @Test("Every code of a request has the contract's spelling and status")
    func codes() {
        let expected: [HTTPFailure.Code: (String, Int)] = [
            .badRequest: ("bad_request", 400), .unauthorized: ("unauthorized", 401), .notFound: ("not_found", 404),
            .methodNotAllowed: ("method_not_allowed", 405), .unsupportedMediaType: ("unsupported_media_type", 415),
            .bodyTooLarge: ("body_too_large", 413), .tooManyItems: ("too_many_items", 413),
            .tooManyConnections: ("too_many_connections", 503), .rateLimited: ("rate_limited", 429),
            .overloaded: ("overloaded", 503), .draining: ("draining", 503), .internal: ("internal", 500),
            .notImplemented: ("not_implemented", 501), .rangeNotSatisfiable: ("range_not_satisfiable", 416),
            .tooManyFromAddress: ("too_many_from_address", 429), .hostNotAllowed: ("host_not_allowed", 421),
            .originNotAllowed: ("origin_not_allowed", 403),
        ]
        for code in HTTPFailure.Code.allCases {
            #expect(expected[code]?.0 == code.rawValue)
            #expect(expected[code]?.1 == code.status.code)
        }
    }

    @Test("Only plain names inside the folder are files")
    func paths() {
        for path in ["/", "/index.html", "/dashboard/app.js", "/a-b_c.1.css", "/overlay.html"] {
            #expect(StaticFiles.isServed(path: path), "\(path)")
        }
        let long = "/" + String(repeating: "a", count: 600)
        for path in ["/../x", "/a/../x", "/.git/config", "/a/.b", "/%2e%2e/x", "/a%00", "/a\\b", "/牛", "/a b", long] {
            #expect(!StaticFiles.isServed(path: path), "\(path)")
        }
    }
}
