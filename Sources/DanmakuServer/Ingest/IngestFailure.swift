/// Why the server closes an ingest connection.
package enum IngestFailure: Error, Sendable, Equatable {
    /// A line was longer than `ingest.max-line-bytes`.
    case lineTooLong(line: UInt64)
    /// A line was not finished within `ingest.line-timeout-seconds`.
    case lineTimeout(line: UInt64)
    /// `ingest.max-connections` others are open.
    case tooManyConnections
    /// The server is stopping.
    case draining

    /// The code on the wire.
    package var code: StaticString {
        switch self {
        case .lineTooLong: "line_too_long"
        case .lineTimeout: "line_timeout"
        case .tooManyConnections: "too_many_connections"
        case .draining: "draining"
        }
    }

    /// The line that is to blame, if one is.
    package var line: UInt64? {
        switch self {
        case .lineTooLong(let line), .lineTimeout(let line): line
        case .tooManyConnections, .draining: nil
        }
    }
}
