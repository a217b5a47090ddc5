import DequeModule

/// What fills batches: its one state machine, which a shard drives.
package enum Batcher {
    /// Decides when a batch leaves: at once if the scorer is idle, else when it is worth a call of its own.
    ///
    /// The rule, asked after every event until it says no:
    ///
    ///     ready = slot free ∧ n > 0 ∧ (inFlight = 0 ∨ n ≥ minFill ∨ cost ≥ maxCost ∨ now − oldest ≥ linger ∨ draining)
    ///     linger = min(maxDelay, ½ · service time of one)
    ///
    /// So a timer never runs against an idle scorer, and while a batch is in flight the next one grows. What the batch
    /// holds is the ``CommentQueue``'s business, which cuts it to size as comments come.
    ///
    /// A value without clock: the driver enters events, and after each calls ``next(now:front:)`` until it answers
    /// ``Action/none``.
    package struct StateMachine: Sendable {
        /// What the driver has to do.
        package enum Action: Sendable, Equatable {
            /// Nothing until the next event.
            case none
            /// Send the front batch, which has this many comments; then ask again.
            case dispatch(count: Int, reason: DispatchReason)
            /// Call ``timer(generation:)`` at the deadline, instead of at any later one that was set; then ask again.
            case setTimer(deadline: Int64, generation: UInt64)
        }

        /// Whether more is to come.
        private enum State: Sendable {
            /// Comments come and wait for company. Can transition to `draining` on ``drain()``.
            case running
            /// What waits and what still comes leaves once a slot is free. Final.
            case draining
        }

        /// The one timer that is outstanding.
        private enum Timer: Sendable {
            /// None. Can transition to `armed` when something waits beside a batch in flight.
            case unarmed
            /// One, by its number. Can transition to `unarmed` when it fires, and to `armed` with a new number when an
            /// earlier deadline is needed: the old number is stale then, and ignored if it fires after all.
            case armed(deadline: Int64, generation: UInt64)
        }

        /// Comments that were enqueued at one time.
        private struct Group: Sendable {
            var count: Int
            let enqueuedAt: Int64
        }

        /// The comments that wait.
        package private(set) var count = 0
        /// Their cost.
        package private(set) var cost = 0
        /// The batches at the scorer.
        package private(set) var inFlight = 0

        private var configuration: BatcherConfiguration
        private var maxDelay: Int64
        private var state = State.running
        private var timer = Timer.unarmed
        private var generation: UInt64 = 0
        private var groups: Deque<Group> = []
        private var serviceTime = ServiceTimeEstimate()

        /// Creates a batcher with nothing to do.
        package init(configuration: BatcherConfiguration) {
            precondition(configuration.inFlightLimit > 0, "a batcher needs a slot")
            self.configuration = configuration
            maxDelay = configuration.maxDelay.nanoseconds
        }

        /// Comments were queued, all at one time.
        package mutating func enqueue(count added: Int, cost addedCost: Int, now: Int64) {
            precondition(added >= 0 && addedCost >= added, "enqueue of \(added) comments that cost \(addedCost)")
            guard added > 0 else {
                return
            }
            count += added
            cost += addedCost
            if let last = groups.last, last.enqueuedAt == now {
                groups[groups.count - 1].count += added
            } else {
                groups.append(Group(count: added, enqueuedAt: now))
            }
        }

        /// Queued comments were taken back, all of one time.
        package mutating func cancel(count removed: Int, cost removedCost: Int, enqueuedAt: Int64) {
            guard let index = groups.firstIndex(where: { $0.enqueuedAt == enqueuedAt }), groups[index].count >= removed
            else {
                preconditionFailure("cancel of \(removed) comments of time \(enqueuedAt) while no such wait")
            }
            count -= removed
            cost -= removedCost
            groups[index].count -= removed
            if groups[index].count == 0 {
                groups.remove(at: index)
            }
        }

        /// A timer fired; a stale one changes nothing.
        package mutating func timer(generation fired: UInt64) {
            switch timer {
            case .armed(_, let generation) where generation == fired:
                timer = .unarmed
            case .armed, .unarmed:
                break
            }
        }

        /// A batch came back from the scorer, scored or not.
        ///
        /// - Parameters:
        ///   - rows: How many comments it had.
        ///   - nanoseconds: How long the scorer had it.
        package mutating func completed(count rows: Int, serviceTime nanoseconds: Int64) {
            guard inFlight > 0 else {
                preconditionFailure("completed while no batch is in flight")
            }
            inFlight -= 1
            serviceTime.observe(rows: rows, nanoseconds: nanoseconds)
        }

        /// No more comments will come: what waits leaves without company.
        package mutating func drain() {
            state = .draining
        }

        /// The limits changed; batches that are cut already keep their size.
        package mutating func reconfigure(_ configuration: BatcherConfiguration) {
            precondition(configuration.inFlightLimit > 0, "a batcher needs a slot")
            self.configuration = configuration
            maxDelay = configuration.maxDelay.nanoseconds
        }

        /// What has to be done now, if `front` is the batch that the queue would give.
        package mutating func next(now: Int64, front: CommentQueue.Front) -> Action {
            guard let oldest = groups.first?.enqueuedAt, inFlight < configuration.inFlightLimit else {
                // Without a free slot a timer has nothing to say: the next completion asks again.
                return .none
            }
            let linger = linger
            if let reason = reason(oldest: oldest, linger: linger, now: now) {
                remove(front)
                inFlight += 1
                return .dispatch(count: front.count, reason: reason)
            }
            let deadline = oldest + linger
            switch timer {
            case .armed(let armed, _) where armed <= deadline:
                return .none
            case .armed, .unarmed:
                generation += 1
                timer = .armed(deadline: deadline, generation: generation)
                return .setTimer(deadline: deadline, generation: generation)
            }
        }

        private func reason(oldest: Int64, linger: Int64, now: Int64) -> DispatchReason? {
            switch state {
            case .draining:
                return .drain
            case .running:
                break
            }
            if count >= configuration.minFill || cost >= configuration.maxCost {
                return .full
            }
            if inFlight == 0 {
                return .idle
            }
            return now - oldest >= linger ? .deadline : nil
        }

        /// How long the oldest comment waits for company beside a batch in flight: longer than half of what its own call
        /// would take costs more than the company saves.
        private var linger: Int64 {
            min(maxDelay, serviceTime.nanoseconds(rows: 1).map { $0 / 2 } ?? maxDelay)
        }

        private mutating func remove(_ front: CommentQueue.Front) {
            guard front.count > 0, front.count <= count, front.cost <= cost else {
                preconditionFailure("dispatch of \(front) while \(count) comments that cost \(cost) wait")
            }
            count -= front.count
            cost -= front.cost
            var left = front.count
            while left > 0 {
                if groups[0].count <= left {
                    left -= groups.removeFirst().count
                } else {
                    groups[0].count -= left
                    left = 0
                }
            }
        }
    }
}
