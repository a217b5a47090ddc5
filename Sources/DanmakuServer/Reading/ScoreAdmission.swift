package import DanmakuPipeline
import NIOCore

/// Admission to `POST /v1/score`: the client's rate, a bounded number of requests at once, a bounded wait.
///
/// Scoring runs on the threads that answer every other request, so one client that sends a thousand texts again and
/// again must not occupy all of them.
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
        var signals: [ScoreQueue.Ticket: Signal] = [:]
    }

    private let configuration: Configuration
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
        self.configuration = configuration
        self.budget = budget
        self.rates = rates
        self.time = time
        self.clock = clock
        let limit = configuration.maxRequests > 0 ? configuration.maxRequests : System.coreCount / 2
        state = OrderedMutex(.alone, State(queue: ScoreQueue(limit: limit)))
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
            switch state.queue.enter() {
            case .run:
                return nil
            case .wait(let ticket):
                let signal = Signal()
                state.signals[ticket] = signal
                return (ticket, signal)
            }
        }
        guard let (ticket, signal) = waiter else {
            return
        }
        await signal.wait(atMost: configuration.wait, clock: clock)
        let isGivenUp = state.withLock { state in
            state.signals[ticket] = nil
            return state.queue.giveUp(ticket)
        }
        if isGivenUp {
            throw HTTPFailure(.overloaded, "The request waited too long for its turn.", retryAfterSeconds: 1)
        }
    }

    private func leave() {
        state.withLock { state in
            state.queue.leave().flatMap { state.signals[$0] }
        }?
        .fire()
    }
}
