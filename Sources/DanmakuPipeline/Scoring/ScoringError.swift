/// Why a batch was not scored; tells the breaker what to make of it.
public struct ScoringError: Error, Sendable {
    /// The kinds of failure.
    public enum Code: Sendable, CaseIterable {
        /// No connection, a reset, a malformed answer: the scorer's fault.
        case failed
        /// The scorer says that it has too much to do (429, 503); ``ScoringError/retryAfter`` is honoured.
        case overloaded
        /// The batch's own fault (4xx, a poison text): says nothing of the scorer.
        case refused
    }

    /// The kind.
    public var code: Code
    /// For a person.
    public var message: String
    /// How long the scorer asked to be left alone.
    public var retryAfter: Duration?
    /// What it came from.
    public var underlying: (any Error)?

    /// Creates an error.
    public init(_ code: Code, _ message: String, retryAfter: Duration? = nil, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
        self.underlying = underlying
    }
}
