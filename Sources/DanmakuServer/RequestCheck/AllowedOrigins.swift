/// The origins whose pages may call this server (`http.cors-origin`), and the rule for requests of the server's own
/// pages.
package enum AllowedOrigins: Equatable, Sendable {
    /// `*`.
    case every
    /// These, besides the server's own.
    case only(Set<String>)

    /// Reads the configured list.
    ///
    /// - Parameter configured: Empty, `*`, or origins (`https://example.org`) separated by commas.
    package init(configured: String) {
        let entries = configured.split(separator: ",").map { String($0.trimming { $0 == " " }) }.filter { !$0.isEmpty }
        self = entries.contains("*") ? .every : .only(Set(entries))
    }

    /// Whether a configured origin is this one; the server's own origin is not in the list.
    package func lists(_ origin: String) -> Bool {
        switch self {
        case .every: true
        case .only(let known): known.contains(origin)
        }
    }

    /// Whether a request that changes something may come from where its browser says it comes from.
    ///
    /// Browsers send `Origin` with every POST, and most also `Sec-Fetch-Site`; a page can set neither. Programs that are no
    /// browser send neither, and pass. `Origin: null` is foreign: sandboxed frames and local files have it.
    ///
    /// - Parameters:
    ///   - origin: The `Origin` field.
    ///   - fetchSite: The `Sec-Fetch-Site` field.
    ///   - host: What the request names as its host.
    /// - Returns: `false` for a page of another origin that is not listed.
    package func allows(origin: String?, fetchSite: String?, host: HostAndPort) -> Bool {
        guard let origin else {
            return fetchSite != "cross-site" && fetchSite != "same-site" || self == .every
        }
        return lists(origin) || Self.isSame(origin, as: host)
    }

    /// Whether an origin is the server's own, as far as its host and port go.
    ///
    /// The scheme that the browser used is unknown behind a proxy that ends TLS. A `Host` without a port has the default
    /// port of the origin's scheme; one with a port has that one.
    private static func isSame(_ origin: String, as host: HostAndPort) -> Bool {
        for (scheme, standard) in [("http://", UInt16(80)), ("https://", 443)] where origin.hasPrefix(scheme) {
            guard let parsed = HostAndPort(origin.dropFirst(scheme.count)) else {
                return false
            }
            return parsed.host == host.host && (parsed.port ?? standard) == (host.port ?? standard)
        }
        return false
    }
}
