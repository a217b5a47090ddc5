import DanmakuPipeline

/// What one holder has reserved of a budget: it grows in steps and is released as a whole.
struct BudgetCharge {
    private let budget: ClientBudget
    private let client: ClientAddress
    private let isCapped: Bool
    /// What is reserved now.
    private(set) var amount = 0

    /// Creates a charge of nothing.
    ///
    /// - Parameters:
    ///   - budget: The budget.
    ///   - client: Who holds it.
    ///   - isCapped: Whether the cap of the address applies; not for a trusted proxy.
    init(budget: ClientBudget, client: ClientAddress, isCapped: Bool = true) {
        self.budget = budget
        self.client = client
        self.isCapped = isCapped
    }

    /// Reserves up to an amount; less than what is reserved changes nothing.
    ///
    /// - Returns: Why it is refused; what was reserved before stays reserved.
    mutating func raise(to total: Int) -> ClientBudget.Refusal? {
        guard total > amount else {
            return nil
        }
        if let refusal = budget.reserve(total - amount, for: client, isCapped: isCapped) {
            return refusal
        }
        amount = total
        return nil
    }

    /// Gives everything back.
    mutating func release() {
        budget.release(amount, for: client)
        amount = 0
    }
}
