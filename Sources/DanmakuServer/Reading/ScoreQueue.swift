/// Decides which requests for scores run and which wait: first come, first served, a bounded number at once, a bounded time.
///
/// A value without lock and clock; ``ScoreAdmission`` drives it. The budget that every request reserves from before it
/// enters bounds the number of waiting requests. Every request may wait equally long, so the oldest one has the earliest
/// deadline, and one timer for it is enough.
struct ScoreQueue {
    /// A request that waits.
    typealias Ticket = UInt64

    /// What a request does that has just come.
    enum Entry: Equatable {
        /// It runs now, and calls ``leave()`` when it is done.
        case run
        /// It waits until it is told to ask ``settle(_:)``.
        case wait(Ticket)
    }

    private enum Standing {
        /// It waits for its turn.
        case waiting
        /// Its turn has come: it counts as running.
        case called
    }

    private let limit: Int
    private let wait: Int64
    private var running = 0
    private var nextTicket: Ticket = 0
    /// The requests that were told to wait and have not settled; one whose deadline has come is not among them.
    private var standings: [Ticket: Standing] = [:]
    /// The tickets from the oldest on, with their deadlines; one that does not wait any more is left out when it is met.
    private var order: [(ticket: Ticket, deadline: Int64)] = []
    private var first = 0
    /// How many wait.
    private(set) var waitingCount = 0

    /// Creates an empty queue.
    ///
    /// - Parameters:
    ///   - limit: How many run at once, at least 1.
    ///   - wait: How long a request waits at most, in nanoseconds.
    init(limit: Int, wait: Int64) {
        self.limit = max(1, limit)
        self.wait = wait
    }

    /// When ``expire(now:)`` has something to say next; `nil` while no request waits.
    var deadline: Int64? {
        // Every removal of the oldest one moves `first` to the next one that waits.
        first < order.count ? order[first].deadline : nil
    }

    /// A request comes.
    mutating func enter(now: Int64) -> Entry {
        if running < limit {
            running += 1
            return .run
        }
        let ticket = nextTicket
        nextTicket += 1
        standings[ticket] = .waiting
        waitingCount += 1
        compact()
        // The order of the deadlines is the order of the tickets, even if the time were to step back.
        let (sum, overflow) = now.addingReportingOverflow(wait)
        order.append((ticket, max(overflow ? .max : sum, order.last?.deadline ?? .min)))
        return .wait(ticket)
    }

    /// A running request is done.
    ///
    /// - Returns: The ticket whose turn it is now; it runs in place of the other.
    mutating func leave() -> Ticket? {
        guard first < order.count else {
            running -= 1
            return nil
        }
        let ticket = order[first].ticket
        standings[ticket] = .called
        waitingCount -= 1
        skipSettled()
        return ticket
    }

    /// Time has passed.
    ///
    /// - Returns: The tickets whose deadline has come, the oldest first; they are told to settle.
    mutating func expire(now: Int64) -> [Ticket] {
        var late: [Ticket] = []
        while let deadline, deadline <= now {
            let ticket = order[first].ticket
            standings[ticket] = nil
            waitingCount -= 1
            late.append(ticket)
            skipSettled()
        }
        return late
    }

    /// A request that waited goes on: its turn or its deadline has come, or its client has gone.
    ///
    /// - Returns: True if its turn has come: it runs, and calls ``leave()`` when it is done. Otherwise it has left the queue.
    mutating func settle(_ ticket: Ticket) -> Bool {
        switch standings.removeValue(forKey: ticket) {
        case .called:
            return true
        case .waiting:
            waitingCount -= 1
            if order[first].ticket == ticket {
                skipSettled()
            }
            return false
        case nil:
            return false
        }
    }

    /// Goes on from the oldest one to the next one that waits.
    private mutating func skipSettled() {
        repeat {
            first += 1
        } while first < order.count && standings[order[first].ticket] != .waiting
        if first == order.count {
            order.removeAll(keepingCapacity: true)
            first = 0
        }
    }

    /// Forgets what waits no longer once it is most of the list: O(1) for each request on average.
    private mutating func compact() {
        guard order.count >= 32, order.count >= 2 * waitingCount else {
            return
        }
        order = order[first...].filter { standings[$0.ticket] == .waiting }
        first = 0
    }
}
