import HTTPTypes
package import Hummingbird
import Logging
import NIOHTTP1

/// Refuses requests that no route may see, and gives every failed request the contract's answer:
/// `{"error":"code","message":"…"}`.
///
/// It is the outermost middleware, so that unknown routes (404), known paths with another method (405 with `Allow`) and
/// every error of a route or a library look alike. A successful response passes unchanged: no body is ever wrapped. The
/// check of the head and the client's address are here too, because separate middlewares would cost every request more
/// than the work itself.
package struct ErrorMiddleware: RouterMiddleware {
    /// The context of our routes.
    package typealias Context = DanmakuRequestContext

    private let methods: AllowedMethods
    private let check: RequestCheck?
    private let proxies: TrustedProxies

    /// Creates the middleware.
    ///
    /// - Parameters:
    ///   - methods: Which methods each known path has.
    ///   - check: What refuses a request by its head; `nil` refuses nothing.
    ///   - proxies: Whose word on a client's address counts.
    package init(methods: AllowedMethods, check: RequestCheck? = nil, proxies: TrustedProxies = .none) {
        self.methods = methods
        self.check = check
        self.proxies = proxies
    }

    /// Answers the request, or its failure.
    @concurrent
    package func handle(
        _ request: Request,
        context: DanmakuRequestContext,
        next: @concurrent (Request, DanmakuRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            if let refusal = check?.failure(for: request.head, path: request.uri.path) {
                return refusal.response
            }
            guard let client = proxies.client(peer: context.remoteAddress, headers: request.headers) else {
                return try await next(request, context)
            }
            var context = context
            context.forwardedClient = client
            return try await next(request, context)
        } catch let error as HTTPParserError {
            // Hummingbird answers these itself and closes the connection.
            throw error
        } catch {
            let failure = failure(for: error, request: request)
            if failure.status == .internalServerError {
                context.logger.error(
                    "A request failed.",
                    metadata: ["method": "\(request.method)", "error": "\(type(of: error)): \(error)"]
                )
            }
            return failure.response
        }
    }

    /// The contract's words for what was thrown.
    package func failure(for error: any Error, request: Request) -> HTTPFailure {
        if let failure = error as? HTTPFailure {
            return failure
        }
        guard let known = error as? any HTTPResponseError else {
            return HTTPFailure(.internal, "The server failed to answer; its log has the cause.")
        }
        switch known.status {
        case .notFound, .badRequest:
            // 400 comes from the file middleware alone: a path with `..` or a broken escape is no file of ours either.
            let allowed = methods.methods(of: request.uri.path)
            guard !allowed.isEmpty, !allowed.contains(request.method) else {
                return HTTPFailure(.notFound, "There is nothing at this path.")
            }
            let list = allowed.map(\.rawValue).joined(separator: ", ")
            return HTTPFailure(.methodNotAllowed, "This path supports \(list).", headers: [.allow: list])
        case .contentTooLarge:
            return HTTPFailure(.bodyTooLarge, "The body is larger than this path accepts.")
        case .unsupportedMediaType:
            return HTTPFailure(.unsupportedMediaType, "This path does not accept that content type.")
        case .rangeNotSatisfiable:
            return HTTPFailure(.rangeNotSatisfiable, "The file does not have that range.")
        default:
            return HTTPFailure(.internal, "The server failed to answer; its log has the cause.")
        }
    }
}
