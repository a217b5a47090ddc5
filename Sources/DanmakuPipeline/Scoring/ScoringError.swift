/// Why a batch was not scored; tells the breaker what to make of it.
package struct ScoringError: Error, Sendable {
    /// The kinds of failure.
    package enum Code: Sendable, CaseIterable {
        /// No connection, a reset, a malformed answer: the scorer's fault.
        case failed
        /// The scorer says that it has too much to do (429, 503); ``ScoringError/retryAfter`` is honoured.
        case overloaded
        /// The batch's own fault (4xx, a poison text): says nothing of the scorer.
        case refused
    }

    /// The kind.
    package var code: Code
    /// For a person.
    package var message: String
    /// How long the scorer asked to be left alone.
    package var retryAfter: Duration?
    /// What it came from.
    package var underlying: (any Error)?

    /// Creates an error.
    package init(_ code: Code, _ message: String, retryAfter: Duration? = nil, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
        self.underlying = underlying
    }
}
