import DanmakuServer
import DanmakuTestKit
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite("Drain")
struct DrainStateMachineTests {
    typealias Machine = DrainController.StateMachine
    typealias Step = DrainController.Step

    private static let second: Int64 = 1_000_000_000
    private static let grace = 20 * second
    private static let start = 1000 * second

    private func machine(in state: Machine.State) -> Machine {
        var machine = Machine(grace: Self.grace)
        switch state {
        case .serving:
            break
        case .performing(let step):
            _ = machine.begin(now: Self.start)
            for earlier in Step.allCases where earlier.rawValue < step.rawValue {
                _ = machine.completed(earlier, now: Self.start)
            }
        case .finished:
            _ = machine.begin(now: Self.start)
            for step in Step.allCases {
                _ = machine.completed(step, now: Self.start)
            }
        case .abandoned:
            _ = machine.graceOver()
        }
        #expect(machine.state == state)
        return machine
    }

    @Test("begin, in every state")
    func begin() {
        let table: [(Machine.State, Machine.Action, Machine.State)] =
            [(.serving, .perform(.refuse, limit: Self.second), .performing(.refuse)), (.finished, .ignore, .finished)]
            + [(.abandoned, .ignore, .abandoned)]
            + Step.allCases.map { (.performing($0), .ignore, .performing($0)) }
        for (before, action, after) in table {
            var machine = machine(in: before)
            #expect(machine.begin(now: Self.start) == action, "\(before)")
            #expect(machine.state == after, "\(before)")
        }
    }

    @Test("A step's completion leads to the next, the last one's to the end, a late one's to nothing")
    func completed() {
        let table: [(Step, Machine.Action)] = [
            (.refuse, .perform(.acknowledge, limit: 6 * Self.second)),
            (.acknowledge, .perform(.empty, limit: 10 * Self.second)),
            (.empty, .perform(.farewell, limit: 19 * Self.second)), (.farewell, .finish),
        ]
        for (step, action) in table {
            var machine = machine(in: .performing(step))
            #expect(machine.completed(step, now: Self.start) == action)
            var abandoned = self.machine(in: .performing(step))
            _ = abandoned.graceOver()
            #expect(abandoned.completed(step, now: Self.start) == .ignore)
            #expect(abandoned.state == .abandoned)
        }
    }

    @Test("The end of the grace closes the rest once, in every state")
    func graceOver() {
        let states: [(Machine.State, Machine.Action)] =
            [(.serving, .closeRest(nil)), (.finished, .closeRest(nil)), (.abandoned, .ignore)]
            + Step.allCases.map { (.performing($0), .closeRest($0)) }
        for (before, action) in states {
            var machine = machine(in: before)
            #expect(machine.graceOver() == action, "\(before)")
            #expect(machine.state == .abandoned)
            #expect(machine.graceOver() == .ignore)
        }
    }

    @Test("A step that runs over is given up, and takes nothing of the time of the later ones")
    func overran() {
        var machine = Machine(grace: Self.grace)
        #expect(machine.begin(now: Self.start) == .perform(.refuse, limit: Self.second))
        var now = Self.start
        for (step, next, left) in [
            (Step.refuse, Step.acknowledge, 5), (.acknowledge, .empty, 4), (.empty, .farewell, 9),
        ] {
            now = Self.start + Self.grace / 100 * Int64(step.percentOfGrace)
            #expect(machine.overran(step, now: now) == .perform(next, limit: Int64(left) * Self.second))
        }
        #expect(machine.overran(.farewell, now: now + 9 * Self.second) == .finish)
        #expect(machine.overran == Step.allCases)
        // However late the driver is, no limit is negative.
        var late = Machine(grace: Self.grace)
        _ = late.begin(now: Self.start)
        #expect(late.overran(.refuse, now: Self.start + 2 * Self.grace) == .perform(.acknowledge, limit: 0))
        var abandoned = self.machine(in: .performing(.empty))
        _ = abandoned.graceOver()
        #expect(abandoned.overran(.empty, now: Self.start) == .ignore)
        #expect(abandoned.overran.isEmpty)
    }

    @Test("A step that does not end is cancelled at its limit, and the next ones are done")
    func driverGivesUp() async throws {
        let clock = ManualClock()
        let order = Mutex<[String]>([])
        let note = { @Sendable (word: String) async -> Void in order.withLock { $0.append(word) } }
        let steps = DrainController.Steps(
            refuse: { _ in await note("refuse") },
            acknowledge: { _ in
                await note("acknowledge")
                // Ends with the cancellation, and only then.
                let (never, continuation) = AsyncStream.makeStream(of: Void.self)
                for await _ in never {}
                continuation.finish()
                await note("given up")
            },
            empty: { _ in await note("empty") },
            farewell: { limit in await note("farewell \(limit)") }
        )
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let controller = DrainController(
            steps: steps,
            grace: .seconds(20),
            time: clock.time,
            clock: clock,
            logger: logger
        )
        let http = StopNote(start: start, note: { await note("http") })
        let group = ServiceGroup(configuration: .init(services: [http, controller], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await _ in started.prefix(1) {}
            await group.triggerGracefulShutdown()
            while await clock.sleeper().deadline.offset != .seconds(6) {}
            clock.advance(by: .seconds(6))
            try await tasks.waitForAll()
        }
        let seen = order.withLock { $0 }
        #expect(
            seen.filter { $0 != "given up" } == ["refuse", "acknowledge", "empty", "farewell 13.0 seconds", "http"]
        )
        #expect(seen.contains("given up"))
        #expect(controller.overran == [.acknowledge])
    }

    @Test("The driver runs the steps in order, last in its group, before the services it stands behind stop")
    func driver() async throws {
        let order = Mutex<[String]>([])
        let note = { @Sendable (word: String) async -> Void in order.withLock { $0.append(word) } }
        let steps = DrainController.Steps(
            refuse: { _ in await note("refuse") },
            acknowledge: { _ in await note("acknowledge") },
            empty: { _ in await note("empty") },
            farewell: { _ in await note("farewell") }
        )
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let controller = DrainController(steps: steps, grace: .seconds(20), logger: logger)
        let http = StopNote(start: start, note: { await note("http") })
        let group = ServiceGroup(configuration: .init(services: [http, controller], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await _ in started.prefix(1) {}
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(order.withLock { $0 } == ["refuse", "acknowledge", "empty", "farewell", "http"])
        #expect(controller.giveUp() == nil)
    }

    private struct StopNote: Service {
        let start: AsyncStream<Void>.Continuation
        let note: @Sendable () async -> Void

        func run() async throws {
            start.yield()
            try? await gracefulShutdown()
            await note()
        }
    }
}
