import HTTPTypes
package import Hummingbird

/// Lets pages of other origins read answers (`http.cors-origin`), errors and event streams included.
///
/// It is outside the error middleware and only adds header fields. Without configured origins it is not installed, and
/// browsers allow the same origin only.
package struct CrossOriginMiddleware: RouterMiddleware {
    /// The context of our routes.
    package typealias Context = DanmakuRequestContext

    private let origins: AllowedOrigins

    /// Creates the middleware, or `nil` if no origin is configured.
    ///
    /// - Parameter origins: `http.cors-origin`.
    package init?(_ origins: AllowedOrigins) {
        guard origins != .only([]) else {
            return nil
        }
        self.origins = origins
    }

    /// Answers preflights, and adds the origin to everything else.
    @concurrent
    package func handle(
        _ request: Request,
        context: DanmakuRequestContext,
        next: @concurrent (Request, DanmakuRequestContext) async throws -> Response
    ) async throws -> Response {
        guard let origin = request.headers[.origin] else {
            return try await next(request, context)
        }
        let allowed = allowed(origin)
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            var response = Response(status: .noContent)
            if let allowed {
                response.headers[.accessControlAllowOrigin] = allowed
                response.headers[.accessControlAllowMethods] = "GET, HEAD, POST"
                response.headers[.accessControlAllowHeaders] = "Content-Type, Authorization, Last-Event-ID"
                response.headers[.accessControlMaxAge] = "600"
            }
            response.headers[.vary] = "Origin"
            return response
        }
        var response = try await next(request, context)
        if let allowed {
            response.headers[.accessControlAllowOrigin] = allowed
            response.headers[.accessControlExposeHeaders] = "Retry-After"
        }
        response.headers[.vary] = "Origin"
        return response
    }

    private func allowed(_ origin: String) -> String? {
        switch origins {
        case .every: "*"
        case .only: origins.lists(origin) ? origin : nil
        }
    }
}
