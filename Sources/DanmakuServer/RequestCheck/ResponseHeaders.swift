package import NIOHTTP1

/// The header fields that every response has, errors, refusals and event streams included.
package enum ResponseHeaders {
    /// What our pages may load, and who may show them in a frame: this server alone.
    ///
    /// OBS opens the overlay as a page of its own, not in a frame. The pages themselves have no meta tag with a policy:
    /// `frame-ancestors` works in a header only, and two policies would have to be kept alike.
    package static let contentSecurityPolicy =
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

    /// The fields.
    package static let fields: HTTPHeaders = [
        "Content-Security-Policy": contentSecurityPolicy,
        // A room's name and an overlay's settings stand in the address of a page; they go to no other site.
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    ]

    /// Adds them to a response's head, which must not have them yet.
    package static func add(to headers: inout HTTPHeaders) {
        headers.add(contentsOf: fields)
    }
}
