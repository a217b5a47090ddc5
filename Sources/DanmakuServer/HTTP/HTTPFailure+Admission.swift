import DanmakuPipeline
import HTTPTypes

extension HTTPFailure {
    /// Why a budget refuses a request: 503 `overloaded` for all clients together, 429 `too_many_from_address` for one.
    ///
    /// - Parameters:
    ///   - refusal: What the budget says.
    ///   - message: A sentence for a person.
    init(_ refusal: ClientBudget.Refusal, _ message: String) {
        switch refusal {
        case .full: self.init(.overloaded, message, retryAfterSeconds: 1)
        case .addressFull: self.init(.tooManyFromAddress, message, retryAfterSeconds: 1)
        }
    }

    /// A client over `admission.client-rate`.
    ///
    /// - Parameter delay: Nanoseconds until it may send again.
    /// - Returns: 429 `rate_limited`.
    static func overRate(delay: Int64) -> HTTPFailure {
        let seconds = Int(delay / 1_000_000_000) + 1
        return HTTPFailure(.rateLimited, "This address sent too many comments.", retryAfterSeconds: seconds).closing
    }

    /// The same failure for a request whose body may be unread: the connection is closed after the answer.
    var closing: HTTPFailure {
        var closing = self
        closing.headers[.connection] = "close"
        return closing
    }
}
