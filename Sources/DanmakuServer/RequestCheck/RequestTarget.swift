package import NIOHTTP1

/// Brings a request's target and host into the one form that the routes and checks read.
///
/// HTTP has several forms: a path with a `Host` field, or a whole URL whose host takes precedence (RFC 9112 3.2). The
/// handlers behind this see a path and one `Host`, or no `Host` if the request does not name its host exactly once.
/// ``RequestCheck`` answers such a request with 400, in its turn on the connection.
package enum RequestTarget {
    /// What is wrong with a head, or what has to be changed.
    package enum Reading: Equatable {
        /// The target is a path (or `*`) and there is one `Host`: nothing has to be changed.
        case normal
        /// The target and the host to go on with.
        case rewritten(path: String, host: String)
        /// No host or several, or a target that is neither a path nor a URL of http or https.
        case refused
    }

    /// Reads a head.
    ///
    /// - Parameters:
    ///   - head: As the client sent it.
    ///   - localHost: The address that the client connected to. HTTP/1.0 knows no `Host`: without one it means this.
    /// - Returns: What has to be changed.
    package static func read(_ head: HTTPRequestHead, localHost: () -> String) -> Reading {
        var hosts = 0
        for field in head.headers where isHost(field.name) {
            hosts += 1
        }
        let mayLackHost = head.version == .http1_0
        guard hosts == 1 || hosts == 0 && mayLackHost else {
            return .refused
        }
        let isPath = head.uri.utf8.first == UInt8(ascii: "/") || head.uri == "*"
        if isPath, head.method != .CONNECT {
            return hosts == 1 ? .normal : .rewritten(path: head.uri, host: localHost())
        }
        guard let (authority, path) = split(url: head.uri), head.method != .CONNECT else {
            return .refused
        }
        return .rewritten(path: path, host: authority)
    }

    /// Reads a head and changes it accordingly.
    package static func normalize(_ head: inout HTTPRequestHead, localHost: () -> String) {
        switch read(head, localHost: localHost) {
        case .normal:
            return
        case .rewritten(let path, let host):
            head.uri = path
            head.headers.replaceOrAdd(name: "Host", value: host)
        case .refused:
            head.headers.remove(name: "Host")
        }
    }

    /// The authority and the path with its query of `http://authority/path?query`.
    private static func split(url: String) -> (authority: String, path: String)? {
        for scheme in ["http://", "https://"] where url.prefix(scheme.utf8.count).lowercased() == scheme {
            let rest = url.dropFirst(scheme.utf8.count)
            let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
            let path = rest[end...]
            return (String(rest[..<end]), path.hasPrefix("/") ? String(path) : "/" + path)
        }
        return nil
    }

    private static func isHost(_ name: String) -> Bool {
        let name = name.utf8
        return name.count == 4 && zip(name, "host".utf8).allSatisfy { $0 | 0x20 == $1 }
    }
}
