/// Why the server closes an ingest connection.
package enum IngestFailure: Error, Sendable, Equatable {
    /// A line was longer than `ingest.max-line-bytes`.
    case lineTooLong(line: UInt64)
    /// A line was not finished within `ingest.line-timeout-seconds`.
    case lineTimeout(line: UInt64)
    /// `ingest.max-connections` others are open.
    case tooManyConnections
    /// `ingest.max-connections-per-address` others of the same address are open, or it holds as many bytes as it may.
    case tooManyFromAddress
    /// Clients that wait for the pipeline hold as many bytes as they may together.
    case overloaded
    /// The first bytes are those of another protocol.
    case foreign(Preface.Foreign)
    /// PROXY headers are required, and the peer is not a trusted proxy.
    case untrustedProxy
    /// The server is stopping.
    case draining

    /// The code on the wire.
    package var code: StaticString {
        switch self {
        case .lineTooLong: "line_too_long"
        case .lineTimeout: "line_timeout"
        case .tooManyConnections: "too_many_connections"
        case .tooManyFromAddress: "too_many_from_address"
        case .overloaded: "overloaded"
        case .foreign: "invalid_json"
        case .untrustedProxy: "unauthorized"
        case .draining: "draining"
        }
    }

    /// The line that is to blame, if one is.
    package var line: UInt64? {
        switch self {
        case .lineTooLong(let line), .lineTimeout(let line): line
        case .foreign: 1
        case .tooManyConnections, .tooManyFromAddress, .overloaded, .untrustedProxy, .draining: nil
        }
    }
}
