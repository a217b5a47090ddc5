import DanmakuPipeline
import DanmakuTestKit
import HTTPTypes
import Testing

@testable import DanmakuServer

/// The way into `POST /v1/score`.
@Suite("Score admission")
struct ScoreAdmissionTests {
    private static let first = ClientAddress(version4: 1)
    private static let second = ClientAddress(version4: 2)

    /// A request that runs until it is told to end.
    private struct Running {
        let end: AsyncStream<Void>.Continuation
        let task: Task<Void, any Error>

        init(_ admission: ScoreAdmission, _ client: ClientAddress) async {
            let (ends, end) = AsyncStream<Void>.makeStream()
            let (begins, begin) = AsyncStream<Void>.makeStream()
            self.end = end
            task = Task {
                try await admission.admit(client) {
                    begin.finish()
                    for await _ in ends {}
                }
            }
            for await _ in begins {}
        }

        func finish() async throws {
            end.finish()
            try await task.value
        }
    }

    private static func admission(
        _ budget: ClientBudget,
        clock: ManualClock
    ) -> ScoreAdmission {
        var configuration = ScoreAdmission.Configuration()
        configuration.maxRequests = 1
        return ScoreAdmission(
            configuration: configuration,
            budget: budget,
            rates: ClientRates(rate: 0),
            time: clock.time,
            clock: clock
        )
    }

    @Test("a request waits for its turn, and not longer than it may")
    func waiting() async throws {
        let clock = ManualClock()
        let budget = ClientBudget(name: "score", unit: .slots, limit: 10)
        let admission = Self.admission(budget, clock: clock)
        let running = await Running(admission, Self.first)
        let late = Task { try await admission.admit(Self.second) {} }
        _ = await clock.sleeper()
        clock.advance(by: .milliseconds(2000))
        await #expect(
            throws: HTTPFailure(.overloaded, "The request waited too long for its turn.", retryAfterSeconds: 1)
        ) {
            try await late.value
        }
        let next = Task { try await admission.admit(Self.second) {} }
        _ = await clock.sleeper()
        #expect(budget.held == 2)
        try await running.finish()
        try await next.value
        #expect(budget.held == 0)
    }

    /// A request that waits: its task has asked for a place of the budget and found the one place taken.
    private static func waiter(
        _ admission: ScoreAdmission,
        _ client: ClientAddress,
        _ budget: ClientBudget
    ) async -> Task<Void, any Error> {
        let held = budget.held
        let task = Task { try await admission.admit(client) {} }
        while budget.held == held || admission.waitingCount < held {
            await Task.yield()
        }
        return task
    }

    @Test("one task sleeps for all that wait, each until its own deadline")
    func sweep() async throws {
        let clock = ManualClock()
        let budget = ClientBudget(name: "score", unit: .slots, limit: 10)
        let admission = Self.admission(budget, clock: clock)
        let running = await Running(admission, Self.first)
        let oldest = await Self.waiter(admission, Self.second, budget)
        let sleeper = await clock.sleeper()
        #expect(sleeper.deadline.offset == .milliseconds(2000))
        clock.advance(by: .milliseconds(500))
        let second = await Self.waiter(admission, Self.second, budget)
        let third = await Self.waiter(admission, Self.second, budget)
        clock.advance(by: .milliseconds(200))
        let last = await Self.waiter(admission, Self.second, budget)
        #expect(clock.sleeperCount == 1)
        clock.advance(by: .milliseconds(1300))
        await #expect(throws: HTTPFailure.self) { try await oldest.value }
        // The next deadline is of two that came together.
        #expect(await clock.sleeper().deadline.offset == .milliseconds(2500))
        #expect(admission.waitingCount == 3)
        clock.advance(by: .milliseconds(500))
        await #expect(throws: HTTPFailure.self) { try await second.value }
        await #expect(throws: HTTPFailure.self) { try await third.value }
        #expect(await clock.sleeper().deadline.offset == .milliseconds(2700))
        try await running.finish()
        try await last.value
        // No request waits: the sleeper ends at its deadline. The next request that waits starts another sleeper.
        clock.advance(by: .milliseconds(200))
        let again = await Running(admission, Self.first)
        let late = await Self.waiter(admission, Self.second, budget)
        #expect(await clock.sleeper().deadline.offset == .milliseconds(4700))
        clock.advance(by: .milliseconds(2000))
        await #expect(throws: HTTPFailure.self) { try await late.value }
        try await again.finish()
        #expect(budget.held == 0)
    }

    @Test("a request that is called at its deadline runs or is late, and the place goes on")
    func callAtDeadline() async throws {
        let clock = ManualClock()
        let budget = ClientBudget(name: "score", unit: .slots, limit: 10)
        let admission = Self.admission(budget, clock: clock)
        for _ in 0..<200 {
            let running = await Running(admission, Self.first)
            let waiter = await Self.waiter(admission, Self.second, budget)
            _ = await clock.sleeper()
            async let end: Void = running.finish()
            clock.advance(by: .milliseconds(2000))
            try await end
            _ = await waiter.result
            try await (await Running(admission, Self.second)).finish()
            #expect(budget.held == 0 && admission.waitingCount == 0)
        }
    }

    @Test("an admission that is gone leaves no task that sleeps")
    func end() async throws {
        let clock = ManualClock()
        let budget = ClientBudget(name: "score", unit: .slots, limit: 10)
        var admission: ScoreAdmission? = Self.admission(budget, clock: clock)
        let sweeper = try await {
            let running = await Running(try #require(admission), Self.first)
            let waiter = await Self.waiter(try #require(admission), Self.second, budget)
            _ = await clock.sleeper()
            try await running.finish()
            try await waiter.value
            return admission?.sweeper
        }()
        #expect(clock.sleeperCount == 1)
        admission = nil
        await sweeper?.value
        #expect(clock.sleeperCount == 0)
    }

    @Test("a client that goes while it waits takes no turn")
    func cancelled() async throws {
        let clock = ManualClock()
        let budget = ClientBudget(name: "score", unit: .slots, limit: 10)
        let admission = Self.admission(budget, clock: clock)
        let running = await Running(admission, Self.first)
        let gone = Task { try await admission.admit(Self.second) {} }
        _ = await clock.sleeper()
        gone.cancel()
        _ = await gone.result
        #expect(admission.waitingCount == 0)
        #expect(budget.held == 1)
        try await running.finish()
        try await (await Running(admission, Self.second)).finish()
        #expect(budget.held == 0)
    }

    @Test("too many in all are overloaded, too many of one address are told so")
    func budget() async throws {
        let clock = ManualClock()
        let budget = ClientBudget(name: "score", unit: .slots, limit: 2, perAddress: 1)
        let admission = Self.admission(budget, clock: clock)
        let running = await Running(admission, Self.first)
        let failure = await #expect(throws: HTTPFailure.self) { try await admission.admit(Self.first) {} }
        #expect(failure?.code == "too_many_from_address")
        let waiter = Task { try await admission.admit(Self.second) {} }
        _ = await clock.sleeper()
        let full = await #expect(throws: HTTPFailure.self) {
            try await admission.admit(ClientAddress(version4: 3)) {}
        }
        #expect(full?.code == "overloaded")
        #expect(full?.status == .serviceUnavailable)
        try await running.finish()
        try await waiter.value
        #expect(budget.held == 0)
    }

    @Test("texts count against the client's rate")
    func rate() async throws {
        var settings = ReadingFixture.Settings()
        settings.clientRate = 10
        try await ReadingFixture.with(settings) { fixture in
            let texts = [String](repeating: "\"a\"", count: 30).joined(separator: ",")
            #expect(try await fixture.post("/v1/score", "{\"texts\":[\(texts)]}").status == .ok)
            let refused = try await fixture.post("/v1/score", #"{"texts":["a"]}"#)
            #expect(refused.status == .tooManyRequests)
            #expect(refused.body.hasPrefix(#"{"error":"rate_limited","#))
            fixture.time.advance(by: .seconds(3))
            #expect(try await fixture.post("/v1/score", #"{"texts":["a"]}"#).status == .ok)
        }
    }
}
