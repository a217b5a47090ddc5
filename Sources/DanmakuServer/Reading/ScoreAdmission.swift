package import DanmakuPipeline
import NIOCore

/// Admission to `POST /v1/score`: the client's rate, a bounded number of requests at once, a bounded wait.
///
/// Scoring runs on the threads that answer every other request, so one client that sends a thousand texts again and
/// again must not occupy all of them. A request that waits costs a signal and a place in the queue; one task for all of
/// them, which lives while some wait, sleeps until the earliest deadline.
package final class ScoreAdmission: Sendable {
    /// The limits.
    package struct Configuration: Sendable {
        /// `scoring.max-requests`: how many requests are scored at once; 0 for half the cores.
        package var maxRequests = 0
        /// `scoring.wait-ms`: how long a request waits for its turn.
        package var wait: Duration = .seconds(2)

        /// Creates the defaults.
        package init() {}
    }

    private struct State {
        var queue: ScoreQueue
        /// Of the requests that wait or have been told and not settled yet.
        var signals: [ScoreQueue.Ticket: Signal] = [:]
        /// Tells the requests whose deadline has come; `nil` once it has found that no request waits.
        var sweeper: Task<Void, Never>?
    }

    private let budget: ClientBudget
    private let rates: ClientRates
    private let time: any TimeSource
    private let clock: any Clock<Duration>
    private let state: OrderedMutex<State>

    /// Creates the admission of one server.
    ///
    /// - Parameters:
    ///   - configuration: The limits.
    ///   - budget: What requests that run or wait hold one slot of.
    ///   - rates: `admission.client-rate`; each text counts as one comment.
    ///   - time: Of the rates.
    ///   - clock: Of the wait.
    package init(
        configuration: Configuration = Configuration(),
        budget: ClientBudget,
        rates: ClientRates,
        time: any TimeSource,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.budget = budget
        self.rates = rates
        self.time = time
        self.clock = clock
        let limit = configuration.maxRequests > 0 ? configuration.maxRequests : System.coreCount / 2
        state = OrderedMutex(.alone, State(queue: ScoreQueue(limit: limit, wait: configuration.wait.wholeNanoseconds)))
    }

    deinit {
        state.withLock { $0.sweeper }?.cancel()
    }

    /// How many requests wait for their turn.
    var waitingCount: Int {
        state.withLock { $0.queue.waitingCount }
    }

    /// The task that tells the requests whose deadline has come; `nil` once it has found that no request waits.
    var sweeper: Task<Void, Never>? {
        state.withLock { $0.sweeper }
    }

    /// Refuses a client that is over its rate; asked before its body is read.
    ///
    /// - Throws: `rate_limited`.
    func checkRate(of client: ClientAddress) throws(HTTPFailure) {
        let delay = rates.delay(of: client, now: time.now().nanoseconds)
        guard delay == 0 else {
            throw .overRate(delay: delay)
        }
    }

    /// Charges a client for texts.
    func spend(_ texts: Int, of client: ClientAddress) {
        _ = rates.spend(texts, of: client, now: time.now().nanoseconds)
    }

    /// Runs a request when its turn has come.
    ///
    /// - Parameters:
    ///   - client: Who asks.
    ///   - body: The request; others wait for its end.
    /// - Returns: What `body` returns.
    /// - Throws: `overloaded` if the turn does not come in time or too many wait, `too_many_from_address` if too many of
    ///   this address wait, and what `body` throws.
    func admit<Value>(_ client: ClientAddress, _ body: () async throws -> Value) async throws -> Value {
        if let refusal = budget.reserve(1, for: client) {
            throw HTTPFailure(refusal, "Too many requests for scores are waiting.")
        }
        defer { budget.release(1, for: client) }
        try await waitForTurn()
        defer { leave() }
        return try await body()
    }

    private func waitForTurn() async throws {
        let waiter = state.withLock { state -> (ScoreQueue.Ticket, Signal)? in
            switch state.queue.enter(now: time.now().nanoseconds) {
            case .run:
                return nil
            case .wait(let ticket):
                let signal = Signal()
                state.signals[ticket] = signal
                if state.sweeper == nil {
                    // This only makes the task; it runs elsewhere and takes the lock itself.
                    state.sweeper = startSweeper()
                }
                return (ticket, signal)
            }
        }
        guard let (ticket, signal) = waiter else {
            return
        }
        // Returns too when the client goes.
        await signal.wait()
        let hasTurn = state.withLock { state in
            state.signals[ticket] = nil
            return state.queue.settle(ticket)
        }
        if !hasTurn {
            throw HTTPFailure(.overloaded, "The request waited too long for its turn.", retryAfterSeconds: 1)
        }
    }

    private func leave() {
        state.withLock { state in
            state.queue.leave().flatMap { state.signals[$0] }
        }?
        .fire()
    }

    /// Sleeps from deadline to deadline until no request waits.
    ///
    /// It does not keep the admission alive while it sleeps.
    private func startSweeper() -> Task<Void, Never> {
        // Unstructured, because it outlives the request that starts it; `deinit` cancels it.
        Task { [weak self, clock] in
            while let pause = self?.sweep() {
                guard (try? await clock.sleep(for: .nanoseconds(pause))) != nil else {
                    return
                }
            }
        }
    }

    /// Tells every request whose deadline has come.
    ///
    /// - Returns: The nanoseconds until the next deadline; `nil` if none is left, and the next request that waits starts
    ///   another sweeper.
    private func sweep() -> Int64? {
        let (late, pause) = state.withLock { state -> ([Signal], Int64?) in
            let now = time.now().nanoseconds
            let late = state.queue.expire(now: now).compactMap { state.signals[$0] }
            guard let deadline = state.queue.deadline else {
                state.sweeper = nil
                return (late, nil)
            }
            return (late, deadline - now)
        }
        for signal in late {
            signal.fire()
        }
        return pause
    }
}
