@testable import DanmakuPipeline
import Testing

@Suite("A subscriber's state machine")
struct SubscriberStateMachineTests {
    private typealias State = Subscriber.StateMachine.State
    private typealias Work = Subscriber.StateMachine.Work

    private static func machine(in state: State) -> Subscriber.StateMachine {
        var machine = Subscriber.StateMachine(configuration: FanOutConfiguration(), now: 0, phase: 0.5, age: 0.9)
        switch state {
        case .greeting:
            break
        case .reading:
            machine.complete(.snapshots)
        case .conflating:
            machine.complete(.snapshots)
            machine.conflate()
        case .live:
            machine.complete(.snapshots)
            machine.complete(.page)
        case .ended:
            _ = machine.end()
        }
        return machine
    }

    private static func after(_ state: State, _ input: (inout Subscriber.StateMachine) -> Void) -> State {
        var machine = machine(in: state)
        input(&machine)
        return machine.state
    }

    @Test("state × input", arguments: State.allCases)
    private func table(_ state: State) {
        #expect(Self.machine(in: state).state == state)
        let expected: (work: Work, offered: State, unwritable: State, overrun: State)
        switch state {
        case .greeting: expected = (.snapshots, .greeting, .greeting, .greeting)
        case .reading: expected = (.page, .reading, .reading, .reading)
        case .conflating: expected = (.moods, .conflating, .conflating, .conflating)
        case .live: expected = (.nothing, .live, .reading, .reading)
        case .ended: expected = (.nothing, .ended, .ended, .ended)
        }
        #expect(Self.machine(in: state).work == expected.work)
        var answer = false
        let offered = Self.after(state) { answer = $0.offer(isWritable: true) }
        #expect(offered == expected.offered)
        #expect(answer == (state == .live))
        let unwritable = Self.after(state) { answer = $0.offer(isWritable: false) }
        #expect(unwritable == expected.unwritable)
        #expect(!answer)
        let overrun = Self.after(state) { $0.overrun() }
        #expect(overrun == expected.overrun)
        let ended = Self.after(state) { answer = $0.end() }
        #expect(ended == .ended)
        #expect(answer == (state != .ended))
        let scheduled = Self.after(state) { $0.schedule(.drain, at: 0, patience: 0) }
        #expect(scheduled == state)
        let progressed = Self.after(state) { $0.progress(isPending: true, moved: false, now: 1) }
        #expect(progressed == state)
    }

    @Test("work done leads on", arguments: State.allCases)
    private func completing(_ state: State) {
        let next: State?
        switch state {
        case .greeting: next = .reading
        case .reading: next = .live
        case .conflating: next = .reading
        case .live, .ended: next = nil
        }
        if let next {
            let reached = Self.after(state) { $0.complete($0.work) }
            #expect(reached == next)
        }
    }

    @Test("a heartbeat comes at its phase, then every period, and not into a sink that takes nothing or a greeting")
    func heartbeats() {
        var machine = Self.machine(in: .live)
        var beats: [Int64] = []
        for tick in 0..<600 as Range<Int64> {
            let now = tick * Fixture.second / 10
            machine.progress(isPending: false, moved: false, now: now)
            if machine.tick(now: now, isWritable: true) == .heartbeat {
                beats.append(tick)
            }
        }
        #expect(beats == [75, 225, 375, 525])
        #expect(machine.tick(now: 100 * Fixture.second, isWritable: false) == .end(.stalled), "no report for 40 s")
        var greeting = Self.machine(in: .greeting)
        #expect(greeting.tick(now: 8 * Fixture.second, isWritable: true) == .nothing)
        var stuck = Self.machine(in: .reading)
        #expect(stuck.tick(now: 8 * Fixture.second, isWritable: false) == .nothing)
    }

    @Test("evicted after 30 s without progress, in any state", arguments: State.allCases)
    private func deadline(_ state: State) {
        var machine = Self.machine(in: state)
        machine.progress(isPending: true, moved: true, now: 10 * Fixture.second)
        machine.progress(isPending: true, moved: false, now: 20 * Fixture.second)
        _ = machine.tick(now: 20 * Fixture.second, isWritable: false)
        #expect(machine.tick(now: 40 * Fixture.second - 1, isWritable: false) == .nothing)
        let expected: Subscriber.StateMachine.Tick = state == .ended ? .nothing : .end(.stalled)
        #expect(machine.tick(now: 40 * Fixture.second, isWritable: false) == expected)
    }

    @Test("its end waits until it is at the head, but not for long", arguments: State.allCases)
    private func scheduled(_ state: State) {
        var machine = Self.machine(in: state)
        machine.schedule(.drain, at: 3, patience: 5)
        #expect(machine.tick(now: 2, isWritable: true) == .nothing)
        #expect(machine.tick(now: 3, isWritable: true) == (state == .live ? .end(.drain) : .nothing))
        #expect(machine.tick(now: 8, isWritable: true) == (state == .ended ? .nothing : .end(.drain)))
    }

    @Test("its age is bounded")
    func age() {
        var machine = Self.machine(in: .live)
        let end = Int64(0.9 * 3600 * Double(Fixture.second))
        machine.progress(isPending: false, moved: false, now: end)
        #expect(machine.tick(now: end - 1, isWritable: true) == .heartbeat)
        #expect(machine.tick(now: end, isWritable: true) == .end(.maximumAge))
    }
}
