import DanmakuPipeline
package import NIOCore

/// Which HTTP connections are served: at most a number in all, and a number of each address.
///
/// A connection that is one too many is told so, which takes a connection, too. There are few of these at a time; beyond
/// them a connection is closed without a word, so that refusing costs no more than serving.
package struct ConnectionAdmission: Sendable {
    /// What becomes of a connection.
    package enum Decision: Sendable, Equatable {
        /// It is served.
        case admitted
        /// It is answered this code and closed.
        case refused(HTTPFailure.Code)
        /// It is closed at once.
        case dropped
    }

    private let open: OpenConnections
    private let budgets: HTTPBudgets
    /// Whether an address is a trusted proxy: it holds connections for many clients, so its cap does not apply.
    private let isTrustedProxy: @Sendable (SocketAddress) -> Bool

    /// Creates the admission of one server.
    ///
    /// - Parameters:
    ///   - open: Where open connections are kept.
    ///   - budgets: The budgets of connections, refusals, bodies and answers.
    ///   - isTrustedProxy: Whether an address is a trusted proxy.
    package init(
        open: OpenConnections,
        budgets: HTTPBudgets,
        isTrustedProxy: @escaping @Sendable (SocketAddress) -> Bool = { _ in false }
    ) {
        self.open = open
        self.budgets = budgets
        self.isTrustedProxy = isTrustedProxy
    }

    /// Decides on an accepted connection, and accounts for it until it closes.
    func admit(_ channel: any Channel) -> Decision {
        open.insert(channel)
        let client = ClientAddress(channel.remoteAddress)
        let isCapped = !(channel.remoteAddress.map(isTrustedProxy) ?? false)
        guard let refusal = hold(budgets.connections, for: client, isCapped: isCapped, until: channel) else {
            return .admitted
        }
        guard hold(budgets.refusals, for: client, isCapped: isCapped, until: channel) == nil else {
            return .dropped
        }
        switch refusal {
        case .full: return .refused(.tooManyConnections)
        case .addressFull: return .refused(.tooManyFromAddress)
        }
    }

    /// The accounts of a connection.
    func held(by channel: any Channel) -> HeldBytes {
        HeldBytes(
            bodies: budgets.bodies,
            answers: budgets.answers,
            client: ClientAddress(channel.remoteAddress)
        )
    }

    private func hold(
        _ budget: ClientBudget,
        for client: ClientAddress,
        isCapped: Bool,
        until channel: any Channel
    ) -> ClientBudget.Refusal? {
        if let refusal = budget.reserve(1, for: client, isCapped: isCapped) {
            return refusal
        }
        channel.closeFuture.whenComplete { _ in budget.release(1, for: client) }
        return nil
    }
}
