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
