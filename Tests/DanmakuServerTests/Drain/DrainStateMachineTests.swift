import DanmakuServer
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite("Drain")
struct DrainStateMachineTests {
    typealias Machine = DrainController.StateMachine
    typealias Step = DrainController.Step

    private enum Input: CaseIterable {
        case begin
        case completed
        case graceOver
    }

    private func machine(in state: Machine.State) -> Machine {
        var machine = Machine()
        switch state {
        case .serving:
            break
        case .performing(let step):
            _ = machine.begin()
            for earlier in Step.allCases where earlier.rawValue < step.rawValue {
                _ = machine.completed(earlier)
            }
        case .finished:
            _ = machine.begin()
            for step in Step.allCases {
                _ = machine.completed(step)
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
            [(.serving, .perform(.refuse), .performing(.refuse)), (.finished, .ignore, .finished)]
            + [(.abandoned, .ignore, .abandoned)]
            + Step.allCases.map { (.performing($0), .ignore, .performing($0)) }
        for (before, action, after) in table {
            var machine = machine(in: before)
            #expect(machine.begin() == action, "\(before)")
            #expect(machine.state == after, "\(before)")
        }
    }

    @Test("A step's completion leads to the next, the last one's to the end, a late one's to nothing")
    func completed() {
        let table: [(Step, Machine.Action)] = [
            (.refuse, .perform(.acknowledge)), (.acknowledge, .perform(.empty)), (.empty, .perform(.farewell)),
            (.farewell, .finish),
        ]
        for (step, action) in table {
            var machine = machine(in: .performing(step))
            #expect(machine.completed(step) == action)
            var abandoned = self.machine(in: .performing(step))
            _ = abandoned.graceOver()
            #expect(abandoned.completed(step) == .ignore)
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

    @Test("The driver runs the steps in order, last in its group, before the services it stands behind stop")
    func driver() async throws {
        let order = Mutex<[String]>([])
        let note = { @Sendable (word: String) async -> Void in order.withLock { $0.append(word) } }
        let steps = DrainController.Steps(
            refuse: { await note("refuse") },
            acknowledge: { await note("acknowledge") },
            empty: { await note("empty") },
            farewell: { await note("farewell") }
        )
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let controller = DrainController(steps: steps, logger: logger)
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
