/// Decides which requests for scores run and which wait: first come, first served, a bounded number at once.
///
/// A value without lock and clock; ``ScoreAdmission`` drives it. The budget that every request reserves from before it
/// enters bounds the number of waiting requests.
struct ScoreQueue {
    /// A request that waits.
    typealias Ticket = UInt64

    /// What a request does that has just come.
    enum Entry: Equatable {
        /// It runs now, and calls ``leave()`` when it is done.
        case run
        /// It waits for its turn, or gives up.
        case wait(Ticket)
    }

    private let limit: Int
    private var running = 0
    private var nextTicket: Ticket = 0
    private var waiting: Set<Ticket> = []
    /// The tickets from the oldest on; one that is not in ``waiting`` any more has given up.
    private var order: [Ticket] = []
    private var first = 0

    /// Creates an empty queue.
    ///
    /// - Parameter limit: How many run at once, at least 1.
    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// How many wait.
    var waitingCount: Int {
        waiting.count
    }

    /// A request comes.
    mutating func enter() -> Entry {
        if running < limit {
            running += 1
            return .run
        }
        let ticket = nextTicket
        nextTicket += 1
        waiting.insert(ticket)
        compact()
        order.append(ticket)
        return .wait(ticket)
    }

    /// A running request is done.
    ///
    /// - Returns: The ticket whose turn it is now; it runs in place of the other.
    mutating func leave() -> Ticket? {
        while first < order.count {
            let ticket = order[first]
            first += 1
            if waiting.remove(ticket) != nil {
                return ticket
            }
        }
        running -= 1
        return nil
    }

    /// A waiting request will not wait any longer.
    ///
    /// - Returns: False if its turn had come already: it runs.
    mutating func giveUp(_ ticket: Ticket) -> Bool {
        waiting.remove(ticket) != nil
    }

    /// Forgets what was served or has given up once it is most of the list: O(1) for each request on average.
    private mutating func compact() {
        guard order.count >= 32, order.count >= 2 * waiting.count else {
            return
        }
        order = order[first...].filter { waiting.contains($0) }
        first = 0
    }
}
