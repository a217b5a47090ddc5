import DequeModule

/// A client that waits for its turn to join.
struct JoiningClient {
    let number: Int
    let subscription: Subscription
    let sink: any SubscriberSink
}

/// What waits for another turn of a hub, oldest first: clients that have not joined, and subscribers with more to read.
///
/// The edge bounds how many clients wait (`fanout.join-queue`).
struct HubQueue {
    /// What is done next.
    enum Item {
        /// A client joins.
        case join(JoiningClient)
        /// A subscriber has more to read, or its sink called back from within a call.
        case pump(Subscriber)
    }

    private enum Place {
        case join(Int)
        case pump(Subscriber)
    }

    private var places: Deque<Place> = []
    private var joins: [Int: JoiningClient] = [:]

    /// Whether nothing waits.
    var isEmpty: Bool {
        places.isEmpty
    }

    /// Whether clients wait for their turn to join.
    var hasJoins: Bool {
        !joins.isEmpty
    }

    /// Adds a client.
    mutating func add(_ client: JoiningClient) {
        joins[client.number] = client
        places.append(.join(client.number))
    }

    /// Adds a subscriber, once.
    mutating func add(_ subscriber: Subscriber) {
        if !subscriber.isWaiting {
            subscriber.isWaiting = true
            places.append(.pump(subscriber))
        }
    }

    /// Removes a client that has left; its place costs nothing.
    ///
    /// - Returns: Whether it waited.
    mutating func removeJoin(_ number: Int) -> Bool {
        joins.removeValue(forKey: number) != nil
    }

    /// Removes all clients that wait, and returns them in their order.
    mutating func removeJoins() -> [JoiningClient] {
        defer { joins = [:] }
        return joins.values.sorted { $0.number < $1.number }
    }

    /// Takes what has waited longest.
    mutating func popFirst() -> Item? {
        while let place = places.popFirst() {
            switch place {
            case .join(let number):
                if let client = joins.removeValue(forKey: number) {
                    return .join(client)
                }
            case .pump(let subscriber):
                subscriber.isWaiting = false
                return .pump(subscriber)
            }
        }
        return nil
    }
}
