package import HTTPTypes
import Hummingbird

/// The methods of each path of the router, for 405: the router itself answers 404 to a known path with a wrong method.
package struct AllowedMethods: Sendable {
    /// One path segment of a route.
    private enum Segment: Sendable {
        case literal(Substring)
        case any
    }

    private struct Route: Sendable {
        var segments: [Segment]
        var methods: [HTTPRequest.Method]
    }

    private var routes: [Route] = []

    /// Creates an empty table; a path that is in no table has no methods.
    package init() {}

    /// Adds one route.
    ///
    /// - Parameters:
    ///   - path: As the router writes it: `/v1/rooms/{room}`, `:room` and `*` match any one segment.
    ///   - method: A method that it answers to.
    package mutating func add(path: String, method: HTTPRequest.Method) {
        let segments = path.split(separator: "/")
            .map { segment -> Segment in
                segment.hasPrefix("{") || segment.hasPrefix(":") || segment == "*" ? .any : .literal(segment)
            }
        routes.append(Route(segments: segments, methods: [method]))
    }

    /// The methods that a request's path has, sorted; empty if the path is unknown.
    package func methods(of path: String) -> [HTTPRequest.Method] {
        let parts = path.split(separator: "/")
        var found: [HTTPRequest.Method] = []
        for route in routes where route.segments.count == parts.count {
            let matches = zip(route.segments, parts)
                .allSatisfy { segment, part in
                    switch segment {
                    case .literal(let literal): literal == part
                    case .any: true
                    }
                }
            if matches {
                found.append(contentsOf: route.methods)
            }
        }
        return Set(found).sorted { $0.rawValue < $1.rawValue }
    }
}
