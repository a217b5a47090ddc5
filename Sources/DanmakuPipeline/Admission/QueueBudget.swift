import Synchronization

/// How much may wait in all shards together: a count of comments and of bytes, shared by every source.
///
/// A run of comments reserves its places before it enters a shard and gives back what it did not use; a batch gives
/// its places back when it is scored. A source that can wait is refused at 80 % and called back at 50 %, so that a
/// full queue makes it wait once and not once a comment; while some wait, newcomers wait behind them. The last sixteenth is
/// for paid comments alone.
package final class QueueBudget: Sendable {
    /// Which sources may fill the queue how far.
    package enum Claim: Sendable {
        /// A source that waits: up to 80 %, but only to half while others wait already, so that none is overtaken for ever.
        case waiting
        /// A source that waited and was called: up to 80 %.
        case called
        /// A source that is shed, ordinary comments: up to 15/16.
        case chat
        /// Paid comments: all of it.
        case paid
    }

    /// The most comments that wait, all shards together.
    package let limit: Int
    /// The most bytes of their fields; exceeded by at most one chunk a connection.
    package let byteLimit: Int

    private let count = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)
    /// How many sources one release calls.
    ///
    /// Together they place a quarter of the default queue, so that each finds room.
    private static let calledAtOnce = 64
    /// How many comments a source that was called places while others wait: then it goes behind them.
    ///
    /// A smaller share serves a source that has one line sooner, a larger one calls the others less often.
    package static let share = 256

    /// Bounded by the number of connections: each waits with one waiter, and a connection that closes takes it back.
    private let waiters = OrderedMutex(.alone, WaiterQueue())
    /// How many wait, for a look without the lock.
    private let waitingCount = Atomic<Int>(0)
    /// Bounded by the number of drains: one.
    private let drains = OrderedMutex<[DemandWaiter]>(.alone, [])

    /// Creates a budget.
    package init(limit: Int, byteLimit: Int) {
        self.limit = limit
        self.byteLimit = byteLimit
    }

    /// The comments that hold a place now.
    package var used: Int {
        count.load(ordering: .relaxed)
    }

    /// The bytes that are held now.
    package var usedBytes: Int {
        bytes.load(ordering: .relaxed)
    }

    /// Whether an ordinary comment of a source that cannot wait would be shed.
    package var isSaturated: Bool {
        used >= ceiling(.chat) || usedBytes >= byteLimit
    }

    /// Reserves places.
    ///
    /// - Returns: How many of `wanted` were granted, from the front.
    package func reserve(_ wanted: Int, for claim: Claim) -> Int {
        guard usedBytes < byteLimit else {
            return 0
        }
        let before = count.add(wanted, ordering: .relaxed).oldValue
        let granted = max(0, min(wanted, ceiling(claim) - before))
        if granted < wanted {
            count.subtract(wanted - granted, ordering: .relaxed)
        }
        return granted
    }

    /// Counts the bytes of comments that took their places.
    package func hold(bytes held: Int) {
        bytes.add(held, ordering: .relaxed)
    }

    /// Gives places back and, once half the queue is free, calls the sources that have waited longest.
    ///
    /// Some are called at each release, all of them when the queue is empty: then no release would come for the rest.
    package func release(_ places: Int, bytes freed: Int = 0) {
        count.subtract(places, ordering: .sequentiallyConsistent)
        bytes.subtract(freed, ordering: .sequentiallyConsistent)
        let isEmpty = isEmpty
        if isHalfFree {
            callWaiters(atMost: isEmpty ? .max : Self.calledAtOnce)
        }
        if isEmpty {
            callDrains()
        }
    }

    /// Calls a waiter once nothing holds a place, at once if nothing does.
    package func whenEmpty(_ waiter: DemandWaiter) {
        let isEmpty = drains.withLock { waiting in
            waiting.append(waiter)
            return self.isEmpty
        }
        if isEmpty {
            callDrains()
        }
    }

    /// Puts a source behind those to be called, or before them if it was called and found no room.
    ///
    /// - Parameters:
    ///   - waiter: The source.
    ///   - hadShare: Whether it has placed its ``share`` since it was called; then it goes behind the others.
    /// - Returns: What takes it back; `nil` if half the queue is free, or if it had its share and no other source waits:
    ///   then it goes on at once.
    package func wait(_ waiter: DemandWaiter, hadShare: Bool = false) -> DemandToken? {
        waiters.withLock { waiting in
            // Under the lock: a release that comes later sees the waiter, one that came before is seen here.
            guard !isHalfFree, !(hadShare && waiting.count == 0) else {
                return nil
            }
            // A source that was called and found no room keeps its place at the front.
            let token = waiter.hasTurn && !hadShare ? waiting.prepend(waiter) : waiting.append(waiter)
            waitingCount.store(waiting.count, ordering: .relaxed)
            return token
        }
    }

    /// Takes a source back, with all that its waiter holds; nothing happens if it was called already.
    package func cancel(_ token: DemandToken) {
        // What the waiter holds is freed after the lock.
        _ = waiters.withLock { waiting in
            defer { waitingCount.store(waiting.count, ordering: .relaxed) }
            return waiting.remove(token)
        }
    }

    /// How many sources wait.
    package var waiting: Int {
        waitingCount.load(ordering: .relaxed)
    }

    private func callWaiters(atMost limit: Int) {
        let called = waiters.withLock { waiting in
            var called: [DemandWaiter] = []
            while called.count < limit, let waiter = waiting.popFirst() {
                called.append(waiter)
            }
            waitingCount.store(waiting.count, ordering: .relaxed)
            return called
        }
        for waiter in called {
            waiter.resume()
        }
    }

    private func callDrains() {
        let called = drains.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting
        }
        for waiter in called {
            waiter.resume()
        }
    }

    private var isEmpty: Bool {
        count.load(ordering: .sequentiallyConsistent) == 0
    }

    private var isHalfFree: Bool {
        count.load(ordering: .sequentiallyConsistent) * 2 <= limit
            && bytes.load(ordering: .sequentiallyConsistent) * 2 <= byteLimit
    }

    private func ceiling(_ claim: Claim) -> Int {
        switch claim {
        // One more than what counts as half free: who is told to go on at once finds a place.
        case .waiting: waiting > 0 ? limit / 2 + 1 : limit * 4 / 5
        case .called: limit * 4 / 5
        case .chat: limit - limit / 16
        case .paid: limit
        }
    }
}
