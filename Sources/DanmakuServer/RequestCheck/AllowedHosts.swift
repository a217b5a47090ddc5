/// The hosts that requests may name (`http.allowed-hosts`): the guard against DNS rebinding.
///
/// A web page can point its own name at this server's address after the browser has loaded it. The browser then treats
/// the server as the page's own origin, but still sends the page's name as `Host`. IP literals and `localhost` cannot
/// be pointed elsewhere, so they are always allowed, with any port. Every other name must be listed.
package struct AllowedHosts: Sendable, Equatable {
    private enum Names: Sendable, Equatable {
        case every
        case only(Set<String>)
    }

    private let names: Names

    /// Reads the configured list.
    ///
    /// - Parameters:
    ///   - configured: `*`, or names without a port, separated by commas.
    ///   - bound: `http.host`; if it is a name, it is allowed too.
    /// - Throws: ``ConfigurationProblem`` for an entry that is not a name.
    package init(configured: String, bound: String) throws(ConfigurationProblem) {
        let entries = configured.split(separator: ",").map { $0.trimming { $0 == " " } }.filter { !$0.isEmpty }
        guard !entries.contains("*") else {
            names = .every
            return
        }
        var known: Set<String> = ["localhost"]
        for entry in entries {
            guard let parsed = HostAndPort(entry), parsed.port == nil, !entry.hasSuffix(":") else {
                throw ConfigurationProblem(
                    "http.allowed-hosts = \"\(configured)\": \"\(entry)\" is not a host name without a port, nor *"
                )
            }
            if case .name(let name) = parsed.host {
                known.insert(name)
            }
        }
        if case .name(let name)? = HostAndPort(bound)?.host {
            known.insert(name)
        }
        names = .only(known)
    }

    /// Whether requests may name this host.
    package func allows(_ host: HostAndPort.Host) -> Bool {
        switch (names, host) {
        case (.every, _), (.only, .address): true
        case (.only(let known), .name(let name)): known.contains(name)
        }
    }
}

extension Substring {
    /// Without the leading and trailing characters that fit.
    package func trimming(_ isDropped: (Character) -> Bool) -> Substring {
        var rest = drop(while: isDropped)
        while let last = rest.last, isDropped(last) {
            rest.removeLast()
        }
        return rest
    }
}
