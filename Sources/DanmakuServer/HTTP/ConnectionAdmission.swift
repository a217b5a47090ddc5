import DanmakuPipeline
import NIOCore

/// Decides which HTTP connections are served: at most a number in all, and a number of each address.
///
/// A connection beyond the limit gets an answer, which needs a connection too. The number of such answers at a time is
/// small; further connections are closed without an answer, so that refusing costs no more than serving.
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
    /// They hold connections for many clients, so the cap of an address does not apply to them.
    private let proxies: TrustedProxies

    /// Creates the admission of one server.
    ///
    /// - Parameters:
    ///   - open: Where open connections are kept.
    ///   - budgets: The budgets of connections, refusals, bodies and answers.
    ///   - proxies: The trusted proxies.
    package init(
        open: OpenConnections,
        budgets: HTTPBudgets,
        proxies: TrustedProxies = .none
    ) {
        self.open = open
        self.budgets = budgets
        self.proxies = proxies
    }

    /// Decides on an accepted connection, and accounts for it until it closes.
    func admit(_ channel: any Channel) -> Decision {
        open.insert(channel)
        let client = ClientAddress(channel.remoteAddress)
        let isCapped = isCapped(channel)
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
            client: ClientAddress(channel.remoteAddress),
            isCapped: isCapped(channel)
        )
    }

    private func isCapped(_ channel: any Channel) -> Bool {
        !proxies.contains(channel.remoteAddress)
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
