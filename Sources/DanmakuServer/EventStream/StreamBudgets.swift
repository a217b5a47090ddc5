package import DanmakuPipeline

/// How much event streams may make the server hold (`fanout.max-*`, `fanout.join-queue*`).
package struct StreamLimits: Sendable {
    /// `fanout.max-streams`.
    package var streams = 10_000
    /// `fanout.max-streams-per-address`.
    package var streamsPerAddress = 4000
    /// `fanout.max-watched-rooms`: the rooms of all streams, each room counted for each stream.
    package var watchedRooms = 100_000
    /// `fanout.max-watched-rooms-per-address`.
    package var watchedRoomsPerAddress = 50_000
    /// `fanout.join-queue`.
    package var joins = 2048
    /// `fanout.join-queue-per-address`.
    package var joinsPerAddress = 1024

    /// Creates the defaults of the contract.
    package init() {}
}

/// The budgets of event streams: streams, rooms that they watch, and joins that wait for their turn.
package struct StreamBudgets: Sendable {
    /// Streams, from the request until the stream is over.
    package let streams: ClientBudget
    /// Rooms that streams watch; `room=*` is one.
    package let watchedRooms: ClientBudget
    /// Streams that wait for their turn to join.
    package let joins: ClientBudget

    /// Creates the budgets of one server.
    package init(limits: StreamLimits = StreamLimits()) {
        streams = ClientBudget(
            name: "streams",
            unit: .slots,
            limit: limits.streams,
            perAddress: limits.streamsPerAddress
        )
        watchedRooms = ClientBudget(
            name: "watched-rooms",
            unit: .slots,
            limit: limits.watchedRooms,
            perAddress: limits.watchedRoomsPerAddress
        )
        joins = ClientBudget(name: "joins", unit: .slots, limit: limits.joins, perAddress: limits.joinsPerAddress)
    }

    /// All of them, in the order they are shown.
    package var all: [ClientBudget] {
        [streams, watchedRooms, joins]
    }

    /// Reserves what one stream holds.
    ///
    /// - Parameters:
    ///   - rooms: How many rooms it watches.
    ///   - client: Who asks for it.
    /// - Returns: What is reserved.
    /// - Throws: ``HTTPFailure`` if the stream does not fit.
    func reserve(rooms: Int, for client: ClientAddress) throws(HTTPFailure) -> StreamLease {
        let amounts = [(streams, 1), (watchedRooms, rooms), (joins, 1)]
        for (index, (budget, amount)) in amounts.enumerated() {
            guard let refusal = budget.reserve(amount, for: client) else {
                continue
            }
            for (reserved, amount) in amounts[..<index] {
                reserved.release(amount, for: client)
            }
            throw Self.failure(refusal, budget)
        }
        return StreamLease(budgets: self, rooms: rooms, client: client)
    }

    private static func failure(_ refusal: ClientBudget.Refusal, _ budget: ClientBudget) -> HTTPFailure {
        switch refusal {
        case .full:
            HTTPFailure(.overloaded, "The server has reached its limit of \(budget.name).", retryAfterSeconds: 5)
        case .addressFull:
            HTTPFailure(
                .tooManyFromAddress,
                "One address may hold at most \(budget.perAddress) \(budget.name).",
                retryAfterSeconds: 5
            )
        }
    }
}

/// What one stream has reserved.
///
/// It is released when the stream ends, or when the response is dropped before it began (a `HEAD`, a client that has
/// left).
final class StreamLease: Sendable {
    private struct Held {
        var stream = true
        var join = true
    }

    private let budgets: StreamBudgets
    private let rooms: Int
    private let client: ClientAddress
    private let held = OrderedMutex(.alone, Held())

    fileprivate init(budgets: StreamBudgets, rooms: Int, client: ClientAddress) {
        self.budgets = budgets
        self.rooms = rooms
        self.client = client
    }

    deinit {
        release()
    }

    /// The stream has left the queue of joins.
    func joined() {
        if held.withLock({ held in take(&held.join) }) {
            budgets.joins.release(1, for: client)
        }
    }

    /// The stream is over.
    func release() {
        joined()
        if held.withLock({ held in take(&held.stream) }) {
            budgets.streams.release(1, for: client)
            budgets.watchedRooms.release(rooms, for: client)
        }
    }

    private func take(_ flag: inout Bool) -> Bool {
        defer { flag = false }
        return flag
    }
}
