package import DanmakuPipeline

/// What one HTTP connection makes the server hold, besides the body that a route is reading: requests that were sent
/// before their turn, and unread answers.
package struct HeldBytes {
    private var ahead: BudgetCharge
    private var answers: BudgetCharge

    /// Creates the accounts of one connection.
    ///
    /// - Parameters:
    ///   - bodies: The budget of bodies that are held.
    ///   - answers: The budget of answers that are not read.
    ///   - client: Who is connected.
    ///   - isCapped: Whether the caps of the address apply; not for a trusted proxy.
    package init(bodies: ClientBudget, answers: ClientBudget, client: ClientAddress, isCapped: Bool = true) {
        ahead = BudgetCharge(budget: bodies, client: client, isCapped: isCapped)
        self.answers = BudgetCharge(budget: answers, client: client, isCapped: isCapped)
    }

    /// A part of a request came whose turn has not come.
    ///
    /// - Returns: False if there is no room for it.
    mutating func holdsAhead(_ bytes: Int) -> Bool {
        ahead.raise(to: ahead.amount + bytes) == nil
    }

    /// Only the request that is being answered is left; its route accounts for its body.
    mutating func isNoLongerAhead() {
        ahead.release()
    }

    /// The system takes no more of what was written.
    ///
    /// - Returns: False if there is no room for what it has left.
    mutating func holdsAnswers(_ bytes: Int) -> Bool {
        answers.raise(to: bytes) == nil
    }

    /// The client has read most of it.
    mutating func answersAreTaken() {
        answers.release()
    }

    /// The connection is closed.
    mutating func release() {
        ahead.release()
        answers.release()
    }
}
