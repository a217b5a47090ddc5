/// A process-wide limit on something that clients can make the server hold, with a cap for each address.
///
/// The edges reserve before they hold and release when they let go; both cost one lock and one look-up, so nothing calls
/// it per comment. The table has one row for each address that holds something, so the limit bounds its size too.
package final class ClientBudget: Sendable {
    /// What is counted.
    package enum Unit: Sendable {
        /// Memory.
        case bytes
        /// Connections, streams, rooms: things of a bounded size.
        case slots
    }

    /// Why a reservation was refused.
    package enum Refusal: Sendable, Equatable {
        /// The limit of the whole process is reached.
        case full
        /// The cap of this address is reached.
        case addressFull
    }

    /// What is held and what was refused, read under one lock.
    package struct Snapshot: Sendable, Equatable {
        /// What is held.
        package var held = 0
        /// How many addresses hold it.
        package var addresses = 0
        /// Reservations refused because the limit was reached.
        package var refusedFull = 0
        /// Reservations refused because an address had reached its cap.
        package var refusedAddress = 0

        /// Creates a snapshot.
        package init(held: Int = 0, addresses: Int = 0, refusedFull: Int = 0, refusedAddress: Int = 0) {
            self.held = held
            self.addresses = addresses
            self.refusedFull = refusedFull
            self.refusedAddress = refusedAddress
        }
    }

    private struct State {
        var held: [ClientAddress: Int] = [:]
        var snapshot = Snapshot()
    }

    /// The name in `/health/memory` and in metrics.
    package let name: String
    /// What is counted.
    package let unit: Unit
    /// The most that all clients together may hold.
    package let limit: Int
    /// The most that one address may hold.
    package let perAddress: Int

    private let state = OrderedMutex(.alone, State())

    /// Creates a budget of which nothing is held.
    ///
    /// - Parameters:
    ///   - name: The name in `/health/memory` and in metrics.
    ///   - unit: What is counted.
    ///   - limit: The most that all clients together may hold.
    ///   - perAddress: The most that one address may hold; `nil` for as much as the limit.
    package init(name: String, unit: Unit, limit: Int, perAddress: Int? = nil) {
        self.name = name
        self.unit = unit
        self.limit = limit
        self.perAddress = min(perAddress ?? limit, limit)
    }

    /// Reserves an amount, all or nothing.
    ///
    /// - Parameters:
    ///   - amount: How much; at least 0.
    ///   - client: Who will hold it.
    ///   - isCapped: Whether the cap of the address applies: a trusted proxy holds for many clients.
    /// - Returns: Why it was refused; `nil` if it is reserved.
    package func reserve(_ amount: Int, for client: ClientAddress, isCapped: Bool = true) -> Refusal? {
        precondition(amount >= 0, "a reservation of \(amount) \(name)")
        return state.withLock { state in
            guard amount <= limit - state.snapshot.held else {
                state.snapshot.refusedFull += 1
                return .full
            }
            let before = state.held[client] ?? 0
            guard !isCapped || amount <= perAddress - before else {
                state.snapshot.refusedAddress += 1
                return .addressFull
            }
            guard amount > 0 else {
                return nil
            }
            state.held[client] = before + amount
            state.snapshot.held += amount
            state.snapshot.addresses = state.held.count
            return nil
        }
    }

    /// Gives back what was reserved.
    ///
    /// - Parameters:
    ///   - amount: How much; at most what the client holds.
    ///   - client: Who held it.
    package func release(_ amount: Int, for client: ClientAddress) {
        guard amount > 0 else {
            return
        }
        state.withLock { state in
            let left = (state.held[client] ?? 0) - amount
            precondition(left >= 0, "\(client) released more of \(name) than it held")
            state.held[client] = left == 0 ? nil : left
            state.snapshot.held -= amount
            state.snapshot.addresses = state.held.count
        }
    }

    /// What all clients together hold.
    package var held: Int {
        snapshot.held
    }

    /// What is held and what was refused.
    package var snapshot: Snapshot {
        state.withLock { $0.snapshot }
    }
}

extension ClientBudget {
    /// The row of `/health/memory`.
    package var component: PipelineMetrics.Component {
        switch unit {
        case .bytes: .init(name, bytes: held, byteLimit: limit, count: snapshot.addresses)
        case .slots: .init(name, bytes: 0, count: held, countLimit: limit)
        }
    }
}
