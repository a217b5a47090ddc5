import DanmakuPipeline
import DanmakuServer
import Testing

/// Every state of an ingest connection with every input.
struct IngestConnectionStateMachineTests {
    typealias Machine = IngestConnection.StateMachine
    typealias State = Machine.State
    typealias Action = Machine.Action

    private static let second: Int64 = 1_000_000_000
    private static let start = 1000 * second

    private static func machine(rate: Double = 0) -> Machine {
        var configuration = IngestConfiguration()
        configuration.clientRate = rate
        return Machine(limits: Machine.Limits(configuration))
    }

    /// A state to begin with, and how to come to it.
    enum Beginning: CaseIterable {
        case reading
        case idle
        case blocked
        case unread
        case overRate
        case clientFinished
        case finishedBlocked
        case draining
        case drainingBlocked
        case drainingEnded
        case flushing
        case flushingEnded
        case discarding
        case closed

        func machine() -> Machine {
            var machine = IngestConnectionStateMachineTests.machine(rate: self == .overRate ? 10 : 0)
            let now = start
            _ = machine.started(refusal: nil, now: now)
            machine.finishedLine()
            switch self {
            case .reading:
                break
            case .idle:
                _ = machine.received()
            case .blocked:
                _ = machine.received()
                machine.blocked()
            case .unread:
                _ = machine.received()
                _ = machine.changedWritability(isWritable: false, waiting: 70_000, now: now)
            case .overRate:
                _ = machine.received()
                machine.took(lines: 20, now: now)
            case .clientFinished:
                _ = machine.endedInput()
            case .finishedBlocked:
                _ = machine.endedInput()
                machine.blocked()
            case .draining:
                _ = machine.drain(now: now)
            case .drainingBlocked:
                _ = machine.received()
                machine.blocked()
                _ = machine.drain(now: now)
            case .drainingEnded:
                _ = machine.drain(now: now)
                _ = machine.endedInput()
            case .flushing:
                _ = machine.failed(.lineTooLong(line: 3), now: now)
            case .flushingEnded:
                _ = machine.endedInput()
                _ = machine.emptied(now: now)
            case .discarding:
                _ = machine.failed(.lineTooLong(line: 3), now: now)
                _ = machine.flushed(now: now)
            case .closed:
                machine.closed()
            }
            return machine
        }

        var state: State {
            switch self {
            case .reading: .open(.reading)
            case .idle: .open([])
            case .blocked: .open(.pipeline)
            case .unread: .open(.answers)
            case .overRate: .open(.rate)
            case .clientFinished: .finishing(.clientFinished, inputEnded: true, [])
            case .finishedBlocked: .finishing(.clientFinished, inputEnded: true, .pipeline)
            case .draining: .finishing(.failed(.draining), inputEnded: false, [])
            case .drainingBlocked: .finishing(.failed(.draining), inputEnded: false, .pipeline)
            case .drainingEnded: .finishing(.failed(.draining), inputEnded: true, [])
            case .flushing: .flushing(deadline: start + 30 * second, inputEnded: false)
            case .flushingEnded: .flushing(deadline: start + 30 * second, inputEnded: true)
            case .discarding: .discarding(deadline: start + second)
            case .closed: .closed
            }
        }
    }

    @Test("each beginning is the state it stands for", arguments: Beginning.allCases)
    func beginnings(beginning: Beginning) {
        #expect(beginning.machine().state == beginning.state)
    }

    /// What is expected of one state for each input, in the order of the columns below; `nil` where it cannot happen.
    private static let table: [Beginning: [(Action, State)?]] = {
        let soon = start + second
        let later = start + 31 * second
        let timeout = IngestFailure.lineTooLong(line: 9)
        let flushing = State.flushing(deadline: later - second, inputEnded: false)
        let flushingEnded = State.flushing(deadline: later - second, inputEnded: true)
        let failed = (Action.end(.failed(timeout)), flushing)
        let finished = { (holds: Machine.Holds) in State.finishing(.clientFinished, inputEnded: true, holds) }
        let end = finished([])
        let draining = { (holds: Machine.Holds) in State.finishing(.failed(.draining), inputEnded: false, holds) }
        let drained = draining([])
        let drainingEnded = { (holds: Machine.Holds) in State.finishing(.failed(.draining), inputEnded: true, holds) }
        return [
            // received, endedInput, drain, blocked, resumed, unwritable, writable, emptied, failed, flushed, closed
            .reading: [
                (.take, .open([])), (.take, end), (.take, drained), (.none, .open([.reading, .pipeline])),
                (.take, .open(.reading)), (.none, .open([.reading, .answers])), (.take, .open(.reading)),
                (.none, .open(.reading)), failed, nil, (.none, .closed),
            ],
            .idle: [
                (.take, .open([])), (.take, end), (.take, drained), (.none, .open(.pipeline)), (.take, .open([])),
                (.none, .open(.answers)), (.take, .open([])), (.read, .open(.reading)), failed, nil, (.none, .closed),
            ],
            .blocked: [
                (.take, .open(.pipeline)), (.take, finished(.pipeline)),
                (.take, draining(.pipeline)), (.none, .open(.pipeline)), (.take, .open([])),
                (.none, .open([.pipeline, .answers])), (.take, .open(.pipeline)), (.none, .open(.pipeline)), failed,
                nil,
                (.none, .closed),
            ],
            .unread: [
                (.take, .open(.answers)), (.take, finished(.answers)),
                (.take, draining(.answers)), (.none, .open([.pipeline, .answers])),
                (.take, .open(.answers)), (.none, .open(.answers)), (.take, .open([])), (.none, .open(.answers)),
                failed,
                nil, (.none, .closed),
            ],
            .overRate: [
                (.take, .open(.rate)), (.take, end), (.take, drained), (.none, .open([.rate, .pipeline])),
                (.take, .open(.rate)), (.none, .open([.rate, .answers])), (.take, .open(.rate)), (.none, .open(.rate)),
                failed, nil, (.none, .closed),
            ],
            .clientFinished: [
                (.none, end), (.none, end), (.none, end), (.none, finished(.pipeline)), (.take, end),
                (.none, finished(.answers)), (.take, end), (.end(.clientFinished), flushingEnded),
                (.end(.failed(timeout)), flushingEnded), nil, (.none, .closed),
            ],
            .finishedBlocked: [
                (.none, finished(.pipeline)), (.none, finished(.pipeline)),
                (.none, finished(.pipeline)), (.none, finished(.pipeline)),
                (.take, end), (.none, finished([.pipeline, .answers])),
                (.take, finished(.pipeline)), (.end(.clientFinished), flushingEnded),
                (.end(.failed(timeout)), flushingEnded), nil, (.none, .closed),
            ],
            .draining: [
                (.none, drained), (.none, drainingEnded([])), (.none, drained), (.none, draining(.pipeline)),
                (.take, drained), (.none, draining(.answers)), (.take, drained),
                (.end(.failed(.draining)), .flushing(deadline: soon, inputEnded: false)),
                (.end(.failed(timeout)), .flushing(deadline: soon, inputEnded: false)), nil, (.none, .closed),
            ],
            .drainingBlocked: [
                (.none, draining(.pipeline)), (.none, drainingEnded(.pipeline)), (.none, draining(.pipeline)),
                (.none, draining(.pipeline)), (.take, drained), (.none, draining([.pipeline, .answers])),
                (.take, draining(.pipeline)),
                (.end(.failed(.draining)), .flushing(deadline: soon, inputEnded: false)),
                (.end(.failed(timeout)), .flushing(deadline: soon, inputEnded: false)), nil, (.none, .closed),
            ],
            .drainingEnded: [
                (.none, drainingEnded([])), (.none, drainingEnded([])), (.none, drainingEnded([])),
                (.none, drainingEnded(.pipeline)), (.take, drainingEnded([])), (.none, drainingEnded(.answers)),
                (.take, drainingEnded([])),
                (.end(.failed(.draining)), .flushing(deadline: soon, inputEnded: true)),
                (.end(.failed(timeout)), .flushing(deadline: soon, inputEnded: true)), nil, (.none, .closed),
            ],
            .flushing: [
                (.read, flushing), (.none, flushingEnded), (.none, .flushing(deadline: soon, inputEnded: false)),
                (.none, flushing), (.none, flushing),
                (.none, flushing), (.take, flushing), (.none, flushing), (.none, flushing),
                (.shutOutput, .discarding(deadline: soon)), (.none, .closed),
            ],
            .flushingEnded: [
                (.none, flushingEnded), (.none, flushingEnded), (.none, .flushing(deadline: soon, inputEnded: true)),
                (.none, flushingEnded), (.none, flushingEnded), (.none, flushingEnded), (.take, flushingEnded),
                (.none, flushingEnded),
                (.none, flushingEnded), (.close, .closed), (.none, .closed),
            ],
            .discarding: [
                (.read, .discarding(deadline: soon)), (.close, .closed), (.none, .discarding(deadline: soon)),
                (.none, .discarding(deadline: soon)), (.none, .discarding(deadline: soon)),
                (.none, .discarding(deadline: soon)), (.take, .discarding(deadline: soon)),
                (.none, .discarding(deadline: soon)), (.none, .discarding(deadline: soon)),
                (.none, .discarding(deadline: soon)), (.none, .closed),
            ],
            .closed: [
                (.none, .closed), (.none, .closed), (.none, .closed), (.none, .closed), (.none, .closed),
                (.none, .closed),
                (.take, .closed), (.none, .closed), (.none, .closed), (.none, .closed), (.none, .closed),
            ],
        ]
    }()

    private static let inputs: [(String, @Sendable (inout Machine) -> Action)] = [
        ("received", { $0.received() }),
        ("endedInput", { $0.endedInput() }),
        ("drain", { $0.drain(now: start) }),
        (
            "blocked",
            {
                $0.blocked()
                return .none
            }
        ),
        ("resumed", { $0.resumed(now: start) }),
        ("unwritable", { $0.changedWritability(isWritable: false, waiting: 70_000, now: start) }),
        ("writable", { $0.changedWritability(isWritable: true, waiting: 100, now: start) }),
        ("emptied", { $0.emptied(now: start) }),
        ("failed", { $0.failed(.lineTooLong(line: 9), now: start) }),
        ("flushed", { $0.flushed(now: start) }),
        (
            "closed",
            {
                $0.closed()
                return .none
            }
        ),
    ]

    @Test("state by input", arguments: Beginning.allCases)
    func table(beginning: Beginning) throws {
        let row = try #require(Self.table[beginning])
        #expect(row.count == Self.inputs.count)
        for ((name, input), expected) in zip(Self.inputs, row) {
            guard let expected else {
                continue
            }
            var machine = beginning.machine()
            #expect(input(&machine) == expected.0, "\(beginning) \(name)")
            #expect(machine.state == expected.1, "\(beginning) \(name)")
        }
    }

    @Test("a refused connection is told why", arguments: [IngestFailure.tooManyConnections, .draining])
    func refused(failure: IngestFailure) {
        var machine = Self.machine()
        #expect(machine.started(refusal: failure, now: Self.start) == .end(.failed(failure)))
        #expect(machine.flushed(now: Self.start) == .shutOutput)
        #expect(machine.timer(waiting: 0, now: Self.start + Self.second) == .close)
    }

    @Test("an unfinished line is given its time once, however it trickles in")
    func lineTimeout() {
        var machine = Beginning.idle.machine()
        machine.left(unfinishedLine: 4, now: Self.start)
        #expect(machine.emptied(now: Self.start) == .read)
        let deadline = Self.start + 30 * Self.second
        #expect(machine.deadline == deadline)
        _ = machine.received()
        machine.left(unfinishedLine: 4, now: deadline - 1)
        #expect(machine.emptied(now: deadline - 1) == .read)
        #expect(machine.timer(waiting: 0, now: deadline - 1) == .none)
        #expect(machine.timer(waiting: 0, now: deadline) == .end(.failed(.lineTimeout(line: 4))))
        var finished = Beginning.idle.machine()
        finished.left(unfinishedLine: 4, now: Self.start)
        finished.left(unfinishedLine: 5, now: Self.start + 1)
        _ = finished.emptied(now: Self.start + 1)
        #expect(finished.deadline == deadline + 1)
        finished.left(unfinishedLine: nil, now: Self.start + 2)
        #expect(finished.deadline == nil)
    }

    @Test("a client that finishes no line at all is given its time once, whatever it sends")
    func firstLine() {
        var machine = Self.machine()
        #expect(machine.started(refusal: nil, now: Self.start) == .read)
        let deadline = Self.start + 60 * Self.second
        #expect(machine.deadline == deadline)
        _ = machine.received()
        machine.left(unfinishedLine: 1, now: deadline - 2)
        #expect(machine.emptied(now: deadline - 1) == .read)
        #expect(machine.timer(waiting: 0, now: deadline - 1) == .none)
        #expect(machine.timer(waiting: 0, now: deadline) == .end(.failed(.lineTimeout(line: 1))))
        // One that has spoken may be quiet.
        var quiet = Self.machine()
        _ = quiet.started(refusal: nil, now: Self.start)
        _ = quiet.received()
        quiet.finishedLine()
        #expect(quiet.emptied(now: Self.start) == .read)
        #expect(quiet.deadline == nil)
        #expect(quiet.timer(waiting: 0, now: deadline + 3600 * Self.second) == .none)
    }

    @Test("in a drain a client that does not read its answers gets the linger, whatever it was given before")
    func drainOfUnread() {
        let soon = Self.start + Self.second
        var machine = Beginning.unread.machine()
        #expect(machine.drain(now: Self.start) == .take)
        #expect(machine.deadline == soon)
        #expect(machine.timer(waiting: 70_000, now: soon) == .shutOutput)
        #expect(machine.timer(waiting: 70_000, now: soon + Self.second) == .close)
        // It had shut its side, and then stopped reading.
        var finished = Beginning.clientFinished.machine()
        _ = finished.drain(now: Self.start)
        _ = finished.changedWritability(isWritable: false, waiting: 70_000, now: Self.start)
        #expect(finished.deadline == soon)
        #expect(finished.timer(waiting: 70_000, now: soon) == .shutOutput)
    }

    @Test("while nothing is read the client owes nothing of its line")
    func lineTimeoutPaused() {
        var machine = Beginning.blocked.machine()
        machine.left(unfinishedLine: 4, now: Self.start)
        #expect(machine.deadline == nil)
        let resumed = Self.start + 100 * Self.second
        #expect(machine.timer(waiting: 0, now: resumed) == .none)
        #expect(machine.resumed(now: resumed) == .take)
        #expect(machine.emptied(now: resumed) == .read)
        #expect(machine.deadline == resumed + 30 * Self.second)
    }

    @Test("acknowledgements come after 1,000 lines or 100 ms, and only to whom wants them")
    func acknowledgements() {
        var silent = Beginning.idle.machine()
        silent.settled(IntakeCounts(accepted: 5000), now: Self.start)
        #expect(silent.dueAcknowledgement(now: Self.start + Self.second) == nil)
        #expect(silent.lastAcknowledgement() == nil)

        var machine = Beginning.idle.machine()
        machine.greeted(wantsAcknowledgements: true)
        machine.settled(IntakeCounts(accepted: 990, duplicate: 4, rejected: 1), now: Self.start)
        #expect(machine.dueAcknowledgement(now: Self.start) == nil)
        #expect(machine.deadline == Self.start + Self.second / 10)
        machine.settled(IntakeCounts(shed: 5), now: Self.start + 1)
        let tally = IntakeCounts(accepted: 990, duplicate: 4, rejected: 1, shed: 5)
        #expect(machine.dueAcknowledgement(now: Self.start + 1) == tally)
        #expect(machine.dueAcknowledgement(now: Self.start + Self.second) == nil)
        machine.settled(IntakeCounts(accepted: 1), now: Self.start + 2)
        let due = Self.start + 2 + Self.second / 10
        #expect(machine.dueAcknowledgement(now: due - 1) == nil)
        #expect(machine.dueAcknowledgement(now: due)?.total == 1001)
        #expect(machine.lastAcknowledgement()?.total == 1001)
    }

    @Test("acknowledgements wait for a client that does not read")
    func acknowledgementsUnread() {
        var machine = Beginning.idle.machine()
        machine.greeted(wantsAcknowledgements: true)
        machine.settled(IntakeCounts(accepted: 2000), now: Self.start)
        _ = machine.changedWritability(isWritable: false, waiting: 70_000, now: Self.start)
        #expect(machine.dueAcknowledgement(now: Self.start + Self.second) == nil)
        #expect(machine.deadline == Self.start + 30 * Self.second)
        _ = machine.changedWritability(isWritable: true, waiting: 0, now: Self.start + 2)
        #expect(machine.dueAcknowledgement(now: Self.start + Self.second)?.total == 2000)
    }

    @Test("a client that reads next to none of its answers for 30 s is closed, one that reads some is not")
    func progress() {
        var machine = Beginning.unread.machine()
        let first = Self.start + 30 * Self.second
        #expect(machine.timer(waiting: 70_000, now: first - 1) == .none)
        #expect(machine.timer(waiting: 65_904, now: first) == .none)
        let second = first + 30 * Self.second
        #expect(machine.deadline == second)
        #expect(machine.timer(waiting: 65_903, now: second) == .shutOutput)
        #expect(machine.timer(waiting: 65_903, now: second + Self.second) == .close)
        var finished = Beginning.unread.machine()
        _ = finished.endedInput()
        #expect(finished.timer(waiting: 70_000, now: first) == .shutOutput)
    }

    @Test("over its rate a client is read slower")
    func rate() {
        var machine = Beginning.overRate.machine()
        // Twenty comments at ten a second: one second's worth is free.
        #expect(machine.emptied(now: Self.start) == .none)
        let due = Self.start + Self.second
        #expect(machine.deadline.map { abs($0 - due) <= 1 } == true)
        #expect(machine.timer(waiting: 0, now: due - 100) == .none)
        #expect(machine.timer(waiting: 0, now: due + 100) == .take)
        #expect(machine.emptied(now: due + 100) == .read)
    }

    @Test("the last answers have a deadline, shorter in a drain")
    func flushDeadline() {
        var machine = Beginning.flushing.machine()
        #expect(machine.timer(waiting: 9, now: Self.start + 30 * Self.second) == .shutOutput)
        var ended = Beginning.flushingEnded.machine()
        #expect(ended.timer(waiting: 9, now: Self.start + 30 * Self.second) == .close)
        var draining = Beginning.draining.machine()
        _ = draining.emptied(now: Self.start)
        #expect(draining.deadline == Self.start + Self.second)
    }
}
