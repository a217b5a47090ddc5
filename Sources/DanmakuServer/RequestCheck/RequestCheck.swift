package import HTTPTypes

/// Decides from a request's head whether a route answers it: by its host, its path, and its origin.
package struct RequestCheck: Sendable {
    private let hosts: AllowedHosts
    private let origins: AllowedOrigins

    /// Creates the check.
    ///
    /// - Parameters:
    ///   - hosts: The hosts that requests may name.
    ///   - origins: The origins whose pages may send requests that change something.
    package init(hosts: AllowedHosts, origins: AllowedOrigins) {
        self.hosts = hosts
        self.origins = origins
    }

    /// Why a request is refused.
    ///
    /// - Parameters:
    ///   - request: The head, after ``RequestTarget`` has brought it into its form.
    ///   - path: Its path, without the query.
    /// - Returns: The refusal; `nil` if the request's route answers it.
    package func failure(for request: HTTPRequest, path: String) -> HTTPFailure? {
        guard let authority = request.authority, let host = HostAndPort(authority) else {
            return refusal(
                .badRequest,
                "A request must name its host once, and its target must be a path or an http URL.",
                request.method
            )
        }
        guard hosts.allows(host.host) else {
            return refusal(
                .hostNotAllowed,
                "This server does not answer for the host of this request; add it to http.allowed-hosts.",
                request.method
            )
        }
        // `OPTIONS *` asks about the server; no route has that name, so it is answered like an unknown path.
        guard ExactPath.isExact(path) else {
            return refusal(.notFound, "There is nothing at this path.", request.method)
        }
        guard Self.changesNothing(request.method) || isFromAllowedOrigin(request, host) else {
            return refusal(
                .originNotAllowed,
                "Pages of other origins may not send this; http.cors-origin lists the allowed ones.",
                request.method
            )
        }
        return nil
    }

    /// Whether a browser's same-origin policy is enough: what such a request answers stays unread.
    private static func changesNothing(_ method: HTTPRequest.Method) -> Bool {
        method == .get || method == .head || method == .options
    }

    private func isFromAllowedOrigin(_ request: HTTPRequest, _ host: HostAndPort) -> Bool {
        origins.allows(
            origin: request.headerFields[.origin],
            fetchSite: request.headerFields[.fetchSite],
            host: host
        )
    }

    /// A refused body is not read: the connection is closed after the answer.
    private func refusal(_ code: HTTPFailure.Code, _ message: String, _ method: HTTPRequest.Method) -> HTTPFailure {
        HTTPFailure(code, message, headers: Self.changesNothing(method) ? [:] : [.connection: "close"])
    }
}

extension HTTPField.Name {
    /// `Sec-Fetch-Site`: how the page that sent a request relates to this server, in the browser's words.
    static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
