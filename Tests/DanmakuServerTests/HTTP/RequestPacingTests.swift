import DanmakuServer
import Testing

/// What a client owes while it sends a body, and what the server holds back while it answers.
@Suite("Request timeouts: pace and pipelining")
struct RequestPacingTests {
    typealias Machine = RequestTimeoutHandler.StateMachine

    private static let second: Int64 = 1_000_000_000

    private static func machine(bodyRate: Int64 = 1000) -> Machine {
        Machine(
            limits: Machine.Limits(head: 10 * second, body: 30 * second, idle: 75 * second, bodyRate: bodyRate),
            now: 0
        )
    }

    /// A machine in whose turn a whole body is read.
    private static func reading(bodyRate: Int64 = 1000) -> Machine {
        var machine = machine(bodyRate: bodyRate)
        #expect(machine.receivedHead(isStreamed: false, now: 0) == .wait(until: (bodyRate > 0 ? 5 : 30) * second))
        _ = machine.askedToRead(now: 0)
        return machine
    }

    @Test("a body that brings its rate lives to its deadline, whatever it brought before does not count")
    func rate() {
        var machine = Self.reading()
        for window in Int64(1)...5 {
            _ = machine.receivedBody(bytes: 5000)
            _ = machine.askedToRead(now: window)
            #expect(machine.timer(now: 5 * window * Self.second) == .wait(until: 5 * (window + 1) * Self.second))
        }
        _ = machine.receivedBody(bytes: 1_000_000)
        _ = machine.askedToRead(now: 26 * Self.second)
        #expect(machine.timer(now: 30 * Self.second) == .close, "the deadline of the whole body")

        var standing = Self.reading()
        _ = standing.receivedBody(bytes: 1_000_000)
        _ = standing.askedToRead(now: 1)
        #expect(standing.timer(now: 5 * Self.second) == .wait(until: 10 * Self.second))
        #expect(standing.timer(now: 10 * Self.second - 1) == .wait(until: 10 * Self.second))
        #expect(standing.timer(now: 10 * Self.second) == .close, "all but its last byte came at once")

        var slow = Self.reading()
        _ = slow.receivedBody(bytes: 4999)
        _ = slow.askedToRead(now: 1)
        #expect(slow.timer(now: 5 * Self.second) == .close)
    }

    @Test("a server that does not read asks nothing of the client")
    func unread() {
        var machine = Self.reading()
        _ = machine.receivedBody(bytes: 10)
        #expect(machine.timer(now: 5 * Self.second) == .wait(until: 10 * Self.second))
        _ = machine.askedToRead(now: 6 * Self.second)
        #expect(machine.timer(now: 10 * Self.second) == .close)
    }

    @Test("without a rate there is the deadline alone")
    func noRate() {
        var machine = Self.reading(bodyRate: 0)
        #expect(machine.timer(now: 29 * Self.second) == .wait(until: 30 * Self.second))
        #expect(machine.timer(now: 30 * Self.second) == .close)
    }

    @Test("a body behind another request has its time from its turn on")
    func behind() {
        var machine = Self.machine()
        _ = machine.receivedHead(isStreamed: false, now: 0)
        _ = machine.receivedEnd(now: 0)
        #expect(machine.isAhead == false)
        #expect(machine.holdsRead == false, "a client that waits for its answer is read from: it may leave")
        #expect(machine.receivedHead(isStreamed: false, now: 1) == .wait(until: nil))
        #expect(machine.isAhead == true)
        #expect(machine.holdsRead == true)
        let later = 100 * Self.second
        #expect(machine.startedResponse(isEventStream: false, closes: false) == .wait(until: nil))
        #expect(machine.endedResponse(now: later) == .wait(until: later + 5 * Self.second))
        #expect(machine.isAhead == false)
        #expect(machine.holdsRead == false)
        _ = machine.askedToRead(now: later)
        #expect(machine.timer(now: later + 5 * Self.second) == .close)
    }

    @Test("a part of a head behind a request is enough to stop reading; its time begins with its turn")
    func partOfHead() {
        var machine = Self.machine()
        _ = machine.receivedHead(isStreamed: false, now: 0)
        _ = machine.receivedEnd(now: 0)
        #expect(machine.receivedBytes(now: 1) == .wait(until: nil))
        #expect(machine.isAhead == false)
        #expect(machine.holdsRead == true)
        _ = machine.startedResponse(isEventStream: false, closes: false)
        #expect(machine.endedResponse(now: 50 * Self.second) == .wait(until: 60 * Self.second))
        #expect(machine.holdsRead == false)
    }

    @Test("an event stream's client is not listened to, and nothing of it is kept")
    func stream() {
        var machine = Self.machine()
        _ = machine.receivedHead(isStreamed: false, now: 0)
        _ = machine.receivedEnd(now: 0)
        _ = machine.startedResponse(isEventStream: true, closes: false)
        #expect(machine.holdsRead == true)
        #expect(machine.discardsInput == true)
        #expect(machine.chargesAnswers == false)
        #expect(machine.endedResponse(now: 1) == .shutOutput(until: 1 + 30 * Self.second))
        #expect(machine.holdsRead == false, "what it sends is read to its end and thrown away")
        #expect(machine.outputIsShut(now: 2) == .wait(until: 2 + Self.second))
    }

    @Test("a client that reads its last answer slowly has the time of an answer, not of the linger")
    func lastAnswer() {
        var machine = Self.machine()
        _ = machine.receivedHead(isStreamed: false, now: 0)
        _ = machine.receivedEnd(now: 0)
        _ = machine.startedResponse(isEventStream: false, closes: true)
        #expect(machine.endedResponse(now: Self.second) == .shutOutput(until: 31 * Self.second))
        #expect(machine.timer(now: 20 * Self.second) == .wait(until: 31 * Self.second))
        #expect(machine.outputIsShut(now: 20 * Self.second) == .wait(until: 21 * Self.second))
        #expect(machine.timer(now: 21 * Self.second) == .close)

        var drained = Self.machine()
        _ = drained.shutOutput(now: 0)
        #expect(drained.quiesced(now: 0) == .wait(until: 5 * Self.second), "a drain does not wait so long")
    }
}
