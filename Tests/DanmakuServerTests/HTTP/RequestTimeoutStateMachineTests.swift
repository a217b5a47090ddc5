import DanmakuServer
import Testing

@Suite("Request timeouts: state × input")
struct RequestTimeoutStateMachineTests {
    typealias Machine = RequestTimeoutHandler.StateMachine
    typealias Action = Machine.Action

    private static let limits = Machine.Limits(head: 10, body: 30, idle: 75)
    private static let linger: Int64 = 1_000_000_000

    /// Every state, by a way into it; all ways end at time 100.
    enum Situation: CaseIterable {
        case fresh
        case firstHead
        case between
        case laterHead
        case wholeBody
        case streamedBodyUnread
        case streamedBodyAsked
        case answering
        case answeringHalfClosed
        case stalled
        case bodyAfterResponse
        case closingAnswer
        case eventStream
        case closing
        case closed
    }

    private func machine(in situation: Situation, limits: Machine.Limits = limits) -> Machine {
        var machine = Machine(limits: limits, now: 95)
        func run(_ action: Action) {}
        switch situation {
        case .fresh: break
        case .firstHead: run(machine.receivedBytes(now: 100))
        case .between, .laterHead:
            run(machine.receivedHead(isStreamed: false, now: 100))
            run(machine.receivedEnd(now: 100))
            run(machine.startedResponse(isEventStream: false, closes: false))
            run(machine.endedResponse(now: 100))
            if situation == .laterHead {
                run(machine.receivedBytes(now: 100))
            }
        case .wholeBody: run(machine.receivedHead(isStreamed: false, now: 100))
        case .streamedBodyUnread: run(machine.receivedHead(isStreamed: true, now: 100))
        case .streamedBodyAsked:
            run(machine.receivedHead(isStreamed: true, now: 100))
            run(machine.askedToRead(now: 100))
        case .answering, .answeringHalfClosed, .stalled, .closingAnswer:
            run(machine.receivedHead(isStreamed: false, now: 100))
            run(machine.receivedEnd(now: 100))
            run(machine.startedResponse(isEventStream: false, closes: situation == .closingAnswer))
            if situation == .stalled {
                run(machine.changedWritability(isWritable: false, now: 100))
            }
            if situation == .answeringHalfClosed {
                run(machine.inputClosed())
            }
        case .bodyAfterResponse:
            run(machine.receivedHead(isStreamed: true, now: 100))
            run(machine.startedResponse(isEventStream: false, closes: false))
            run(machine.endedResponse(now: 100))
        case .eventStream:
            run(machine.receivedHead(isStreamed: false, now: 100))
            run(machine.receivedEnd(now: 100))
            run(machine.startedResponse(isEventStream: true, closes: false))
        case .closing: run(machine.shutOutput(now: 100))
        case .closed: machine.closed()
        }
        return machine
    }

    @Test("Each state has its deadline, and closes when it has come and not before")
    func deadlines() {
        let table: [(Situation, Int64?)] = [
            (.fresh, 105), (.firstHead, 105), (.between, 175), (.laterHead, 110), (.wholeBody, 130),
            (.streamedBodyUnread, nil), (.streamedBodyAsked, 130), (.answering, nil), (.answeringHalfClosed, nil),
            (.stalled, 130), (.bodyAfterResponse, 130), (.closingAnswer, nil), (.eventStream, nil),
            (.closing, 130), (.closed, nil),
        ]
        #expect(table.map(\.0) == Situation.allCases)
        for (situation, deadline) in table {
            #expect(machine(in: situation).started() == .wait(until: deadline), "\(situation)")
            var early = machine(in: situation)
            #expect(early.timer(now: (deadline ?? 200) - 1) == .wait(until: deadline), "\(situation)")
            var late = machine(in: situation)
            #expect(late.timer(now: deadline ?? .max) == (deadline == nil ? .wait(until: nil) : .close), "\(situation)")
        }
    }

    @Test("Bytes begin a head only between requests, and the connection's first head keeps its deadline")
    func bytes() {
        let changed: [Situation: Int64] = [.fresh: 105, .between: 112]
        for situation in Situation.allCases {
            var machine = machine(in: situation)
            let before = machine.started()
            let after = machine.receivedBytes(now: 102)
            #expect(after == (changed[situation].map { .wait(until: $0) } ?? before), "\(situation)")
        }
    }

    @Test("A head gives its body its time; in a stream, while closing and closed it changes nothing")
    func heads() {
        for situation in Situation.allCases {
            var whole = machine(in: situation)
            var streamed = machine(in: situation)
            let before = whole.started()
            switch situation {
            case .eventStream, .closing, .closed:
                #expect(whole.receivedHead(isStreamed: false, now: 120) == before, "\(situation)")
            case .stalled:
                #expect(whole.receivedHead(isStreamed: false, now: 120) == .wait(until: 130))
                #expect(streamed.receivedHead(isStreamed: true, now: 120) == .wait(until: 130))
            case .wholeBody, .streamedBodyUnread, .streamedBodyAsked, .answering, .answeringHalfClosed, .closingAnswer:
                #expect(
                    whole.receivedHead(isStreamed: false, now: 120) == .wait(until: nil),
                    "not its turn: \(situation)"
                )
                #expect(streamed.receivedHead(isStreamed: true, now: 120) == .wait(until: nil), "\(situation)")
            case .fresh, .firstHead, .between, .laterHead, .bodyAfterResponse:
                #expect(whole.receivedHead(isStreamed: false, now: 120) == .wait(until: 150), "\(situation)")
                #expect(streamed.receivedHead(isStreamed: true, now: 120) == .wait(until: nil), "\(situation)")
            }
        }
    }

    @Test("A byte of a whole body buys no time; one of a streamed body ends the wait until the next read is asked for")
    func bodies() {
        for situation in Situation.allCases {
            var machine = machine(in: situation)
            let before = machine.started()
            let isAsked = situation == .streamedBodyAsked
            #expect(machine.receivedBody(bytes: 1) == (isAsked ? .wait(until: nil) : before), "\(situation)")
            if situation == .streamedBodyAsked || situation == .streamedBodyUnread {
                #expect(machine.askedToRead(now: 120) == .wait(until: 150))
                #expect(machine.askedToRead(now: 140) == .wait(until: 150), "asking twice buys nothing")
            }
        }
    }

    @Test("The end of a response: keep the connection, linger after Connection: close and after an event stream")
    func responses() {
        for situation in Situation.allCases {
            var machine = machine(in: situation)
            let before = machine.started()
            let action = machine.endedResponse(now: 120)
            switch situation {
            case .closingAnswer, .eventStream:
                #expect(action == .shutOutput(until: 150), "\(situation)")
                #expect(machine.discardsInput)
            case .closing, .closed:
                #expect(action == before)
            case .answering:
                #expect(action == .wait(until: 195))
            case .answeringHalfClosed:
                #expect(action == .wait(until: nil))
            case .wholeBody:
                #expect(action == .wait(until: 130), "the rest of its body keeps its deadline")
            case .streamedBodyUnread, .streamedBodyAsked:
                #expect(action == .wait(until: 150))
            case .stalled:
                #expect(action == .wait(until: 130))
            case .fresh, .firstHead, .between, .laterHead, .bodyAfterResponse:
                break  // Nothing was asked: there is no response that could end.
            }
        }
    }

    @Test("When the server stops, bodies and unread answers have less time; all else is as before")
    func quiescing() {
        var limits = Self.limits
        limits.drain = 7
        for situation in Situation.allCases {
            var machine = machine(in: situation, limits: limits)
            let before = machine.started()
            let action = machine.quiesced(now: 102)
            switch situation {
            case .wholeBody, .bodyAfterResponse, .closing: #expect(action == .wait(until: 109), "\(situation)")
            case .stalled, .streamedBodyAsked: #expect(action == .wait(until: 107), "\(situation)")
            default: #expect(action == before, "\(situation)")
            }
            let isStream = situation == .streamedBodyAsked || situation == .streamedBodyUnread
            #expect(machine.isReadingStream == isStream, "\(situation)")
        }
    }

    @Test("A client that does not read is closed after the body's time, however often the channel says so")
    func stalls() {
        for situation in Situation.allCases where situation != .stalled {
            var machine = machine(in: situation)
            let before = machine.started()
            let action = machine.changedWritability(isWritable: false, now: 100)
            switch situation {
            case .eventStream, .closing, .closed:
                #expect(action == before, "\(situation)")
            case .fresh, .firstHead, .laterHead:
                #expect(action == before, "the head's deadline is earlier")
            default:
                #expect(action == .wait(until: 130), "\(situation)")
                #expect(machine.changedWritability(isWritable: false, now: 110) == .wait(until: 130))
                #expect(machine.changedWritability(isWritable: true, now: 115) == before)
            }
        }
    }

    @Test(
        "Shutting our side leaves an answer's time, and the linger once the answer is taken; a FIN leaves it to us to close"
    )
    func shutting() {
        for situation in Situation.allCases {
            var machine = machine(in: situation)
            let before = machine.started()
            let isShut = situation == .closing || situation == .closed
            let action = machine.shutOutput(now: 150)
            #expect(action == (isShut ? before : .wait(until: 180)), "\(situation)")
            #expect(machine.discardsInput)
            let closed = situation == .closed
            let taken: Int64? = closed ? nil : situation == .closing ? 130 : 180
            #expect(machine.outputIsShut(now: 150) == .wait(until: taken), "the time of an answer is shorter here")

            var halfClosed = self.machine(in: situation)
            switch situation {
            case .stalled, .closing: #expect(halfClosed.inputClosed() == before)
            default: #expect(halfClosed.inputClosed() == .wait(until: nil), "\(situation)")
            }
        }
    }
}
