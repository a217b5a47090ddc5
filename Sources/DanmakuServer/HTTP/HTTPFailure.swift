package import DanmakuPipeline
package import HTTPTypes
package import Hummingbird
import NIOCore

/// A refused request: a code of the contract, a status and a sentence for a person.
///
/// Routes throw it; ``ErrorMiddleware`` turns it into `{"error":"code","message":"…"}`. The message must not contain a
/// comment's text or a token, because it may be logged.
package struct HTTPFailure: HTTPResponseError, Equatable {
    /// The codes of the contract that refuse a whole request.
    package enum Code: String, Sendable, CaseIterable {
        /// The head breaks a rule of HTTP: no `Host` or two, or a target that is neither a path nor an http URL (400).
        case badRequest = "bad_request"
        case unauthorized
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        case unsupportedMediaType = "unsupported_media_type"
        case bodyTooLarge = "body_too_large"
        case tooManyItems = "too_many_items"
        case tooManyConnections = "too_many_connections"
        case rateLimited = "rate_limited"
        /// One address holds as many connections, streams, bodies or rooms as it may (429).
        case tooManyFromAddress = "too_many_from_address"
        /// The request names a host that this server does not answer for (421).
        case hostNotAllowed = "host_not_allowed"
        /// A page of another origin may not write here (403).
        case originNotAllowed = "origin_not_allowed"
        case overloaded
        case draining
        case `internal`
        /// A feature of the contract that is not there yet (501).
        case notImplemented = "not_implemented"
        /// A `Range` that the file does not have (416).
        case rangeNotSatisfiable = "range_not_satisfiable"

        /// The status that goes with the code.
        package var status: HTTPResponse.Status {
            switch self {
            case .badRequest: .badRequest
            case .unauthorized: .unauthorized
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .unsupportedMediaType: .unsupportedMediaType
            case .bodyTooLarge, .tooManyItems: .contentTooLarge
            case .rateLimited, .tooManyFromAddress: .tooManyRequests
            case .hostNotAllowed: .misdirectedRequest
            case .originNotAllowed: .forbidden
            case .tooManyConnections, .overloaded, .draining: .serviceUnavailable
            case .internal: .internalServerError
            case .notImplemented: .notImplemented
            case .rangeNotSatisfiable: .rangeNotSatisfiable
            }
        }
    }

    /// The code on the wire.
    package var code: String
    /// The status.
    package var status: HTTPResponse.Status
    /// A sentence for a person.
    package var message: String
    /// Further header fields: `Allow`, `Retry-After`, `Connection`.
    package var headers: HTTPFields

    /// Creates a failure with a request's code.
    ///
    /// - Parameters:
    ///   - code: The code; it brings its status.
    ///   - message: A sentence for a person.
    ///   - retryAfterSeconds: Adds `Retry-After`, rounded up to at least 1.
    ///   - headers: Further header fields.
    package init(_ code: Code, _ message: String, retryAfterSeconds: Int? = nil, headers: HTTPFields = [:]) {
        self.code = code.rawValue
        self.status = code.status
        self.message = message
        self.headers = headers
        if let retryAfterSeconds {
            self.headers[.retryAfter] = String(max(1, retryAfterSeconds))
        }
    }

    /// Creates a failure of the request's own making (400): a bad room, a bad parameter, a body that is no JSON.
    ///
    /// - Parameters:
    ///   - error: The code of a comment's error, used for the request as a whole.
    ///   - message: A sentence for a person.
    package init(_ error: CommentError, _ message: String) {
        self.code = error.rawValue
        self.status = .badRequest
        self.message = message
        self.headers = [:]
    }

    /// The response: the two fields as JSON, never stored and never buffered by a proxy (`push.md` 9).
    package func response(from request: Request, context: some RequestContext) -> Response {
        response
    }

    /// The response without a request, for handlers below the router.
    package var response: Response {
        var fields = headers
        fields[.contentType] = "application/json; charset=utf-8"
        fields[.cacheControl] = "no-store, no-transform"
        fields[.accelBuffering] = "no"
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    /// `{"error":"code","message":"…"}`.
    package var body: [UInt8] {
        var writer = JSONWriter(capacity: 48 + message.utf8.count)
        writer.raw("{\"error\":")
        writer.string(code)
        writer.raw(",\"message\":")
        writer.string(message)
        writer.raw("}")
        return writer.bytes
    }
}

extension HTTPField.Name {
    /// `X-Accel-Buffering`: tells nginx and its kin not to hold a response back.
    package static let accelBuffering = HTTPField.Name("X-Accel-Buffering")!
}
