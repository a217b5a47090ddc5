package import DanmakuPipeline

/// How much HTTP clients can make the server hold.
package struct HTTPLimits: Sendable, Equatable {
    /// `http.max-connections`.
    package var connections = 16_000
    /// `http.max-connections-per-address`.
    package var connectionsPerAddress = 4096
    /// `http.max-body-bytes-in-flight`.
    package var bodyBytes = 32 * 1024 * 1024
    /// `http.max-body-bytes-per-address`.
    package var bodyBytesPerAddress = 8 * 1024 * 1024
    /// `http.max-answer-bytes-in-flight`.
    package var answerBytes = 32 * 1024 * 1024
    /// `http.max-answer-bytes-per-address`.
    package var answerBytesPerAddress = 8 * 1024 * 1024
    /// Connections that are told that there are too many.
    package var refusals = 256
    /// Those of one address.
    package var refusalsPerAddress = 64
    /// Requests for scores that run or wait: each holds a body.
    package var scoreRequests = 256
    /// Those of one address.
    package var scoreRequestsPerAddress = 128

    /// Creates the defaults.
    package init() {}
}

/// The budgets of the HTTP port.
package struct HTTPBudgets: Sendable {
    /// Connections that are served.
    package let connections: ClientBudget
    /// Connections that are told that there are too many.
    package let refusals: ClientBudget
    /// Bodies that are not complete or wait for something, and what is sent ahead of its turn.
    package let bodies: ClientBudget
    /// Answers that clients do not read.
    package let answers: ClientBudget
    /// Requests for scores that run or wait.
    package let scoreRequests: ClientBudget

    /// All of them, in the order they are shown.
    package var all: [ClientBudget] {
        [connections, refusals, bodies, answers, scoreRequests]
    }

    /// Creates the budgets of one server.
    package init(limits: HTTPLimits = HTTPLimits()) {
        connections = ClientBudget(
            name: "http-connections",
            unit: .slots,
            limit: limits.connections,
            perAddress: limits.connectionsPerAddress
        )
        refusals = ClientBudget(
            name: "http-refusals",
            unit: .slots,
            limit: limits.refusals,
            perAddress: limits.refusalsPerAddress
        )
        bodies = ClientBudget(
            name: "http-bodies",
            unit: .bytes,
            limit: limits.bodyBytes,
            perAddress: limits.bodyBytesPerAddress
        )
        answers = ClientBudget(
            name: "http-answers",
            unit: .bytes,
            limit: limits.answerBytes,
            perAddress: limits.answerBytesPerAddress
        )
        scoreRequests = ClientBudget(
            name: "score-requests",
            unit: .slots,
            limit: limits.scoreRequests,
            perAddress: limits.scoreRequestsPerAddress
        )
    }
}
