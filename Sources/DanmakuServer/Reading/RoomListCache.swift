import DanmakuPipeline

/// Keeps the list of rooms for a quarter of a second, so that its cost does not grow with the number of requests.
///
/// One caller at a time makes a new list, outside the lock. Concurrent callers get the previous list at once, or wait
/// for the first list.
final class RoomListCache: Sendable {
    private typealias Waiter = CheckedContinuation<RoomList, Never>

    private let machine = OrderedMutex(.alone, StateMachine<Waiter>())
    private let make: @Sendable (Timestamp) -> RoomList

    /// Creates an empty cache.
    ///
    /// - Parameter make: Makes a list; its cost is O(rooms).
    init(make: @escaping @Sendable (Timestamp) -> RoomList) {
        self.make = make
    }

    /// The list of rooms, at most a quarter of a second old unless a newer one is being made.
    func list(now: Timestamp) async -> RoomList {
        switch machine.withLock({ $0.ask(now: now.nanoseconds) }) {
        case .use(let list):
            return list
        case .make:
            let list = make(now)
            for waiter in machine.withLock({ $0.made(list, now: now.nanoseconds) }) {
                waiter.resume(returning: list)
            }
            return list
        case .wait:
            return await withCheckedContinuation { waiter in
                if let list = machine.withLock({ $0.wait(waiter) }) {
                    waiter.resume(returning: list)
                }
            }
        }
    }
}

extension RoomListCache {
    /// Decides which caller makes a list, which gets the last one and which waits; times are nanoseconds of the monotonic clock.
    struct StateMachine<Waiter> {
        /// How old a list may be.
        static var lifetime: Int64 { 250_000_000 }

        /// What a caller does.
        enum Action {
            /// It takes this list.
            case use(RoomList)
            /// It makes a list and calls ``made(_:now:)``.
            case make
            /// It calls ``wait(_:)``.
            case wait
        }

        private enum State {
            /// No caller has asked yet. Becomes `makingFirst`.
            case empty
            /// The first list is being made; these callers wait for it. Becomes `ready`.
            case makingFirst([Waiter])
            /// A list is there. Becomes `renewing` when it is asked for after its time.
            case ready(RoomList, madeAt: Int64)
            /// A list is there, and a newer one is being made. Becomes `ready`.
            case renewing(RoomList)
        }

        private var state = State.empty

        init() {}

        /// A caller wants the list.
        mutating func ask(now: Int64) -> Action {
            switch state {
            case .empty:
                state = .makingFirst([])
                return .make
            case .makingFirst:
                return .wait
            case .ready(let list, let madeAt):
                guard now - madeAt >= Self.lifetime else {
                    return .use(list)
                }
                state = .renewing(list)
                return .make
            case .renewing(let list):
                return .use(list)
            }
        }

        /// A list is made.
        ///
        /// - Returns: The callers that wait for it.
        mutating func made(_ list: RoomList, now: Int64) -> [Waiter] {
            defer { state = .ready(list, madeAt: now) }
            switch state {
            case .makingFirst(let waiters): return waiters
            case .renewing: return []
            case .empty, .ready: preconditionFailure("a list was made that no caller was told to make")
            }
        }

        /// A caller waits for the first list.
        ///
        /// - Returns: The list, if it was made in the meantime.
        mutating func wait(_ waiter: Waiter) -> RoomList? {
            switch state {
            case .makingFirst(var waiters):
                state = .empty
                waiters.append(waiter)
                state = .makingFirst(waiters)
                return nil
            case .ready(let list, _), .renewing(let list):
                return list
            case .empty:
                preconditionFailure("no caller makes the list that is waited for")
            }
        }
    }
}
