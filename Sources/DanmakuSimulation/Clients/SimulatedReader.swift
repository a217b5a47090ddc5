import DanmakuPipeline
import DanmakuTestKit
import NIOCore
import NIOEmbedded

/// A browser that watches rooms: it reads at its pace, leaves, and comes back with the last id it has read.
final class SimulatedReader: NetworkClient {
    /// How a visit ends.
    enum Ending: Sendable {
        /// The browser stays until the server ends the stream.
        case stays
        /// The page is closed after so many nanoseconds.
        case leaves(after: Int64)
        /// The connection breaks after so many nanoseconds.
        case resets(after: Int64)
    }

    /// One stream.
    struct Visit: Sendable {
        /// When it begins, in nanoseconds of the run.
        var startsAt: Int64
        var appetite = VirtualConnection.Appetite.eager
        /// What it says instead of the id that it has read last.
        var strangeCursor: String?
        var ending = Ending.stays
    }

    /// What a reader does.
    struct Plan: Sendable {
        var host = 1
        /// The rooms; `nil` for every room.
        var rooms: [String]? = []
        var level = DetailLevel.full
        var visits: [Visit] = []
    }

    /// A visit that has begun.
    struct Stream {
        let visit: Visit
        let connection: VirtualConnection
        var judge: StreamJudge
        /// When the first event came.
        var greetedAt: Int64?
        var hasEnded = false
        var hasFailed = false
        var hasLeft = false
        var status: Int?
    }

    let plan: Plan
    private unowned let network: VirtualNetwork
    private let witness: Witness
    private(set) var streams: [Stream] = []
    private(set) var problems: [String] = []
    private var reader = HTTPResponseReader()
    private var parser = EventStreamParser()
    private var taken = 0
    private var lastEventID = ""

    init(plan: Plan, network: VirtualNetwork, witness: Witness) {
        self.plan = plan
        self.network = network
        self.witness = witness
    }

    /// Begins each visit at its time, whatever became of the one before.
    func start() {
        for visit in plan.visits {
            network.loop.scheduleTask(in: .nanoseconds(visit.startsAt)) { self.begin(visit) }
        }
    }

    private func begin(_ visit: Visit) {
        if let last = streams.indices.last {
            quit(last) { streams[last].connection.leave() }
        }
        let cursor = visit.strangeCursor ?? lastEventID
        reader = HTTPResponseReader()
        parser = EventStreamParser(lastEventID: cursor)
        taken = 0
        let connection = network.connect(self, to: .http, from: plan.host)
        connection.read(visit.appetite)
        streams.append(
            Stream(
                visit: visit,
                connection: connection,
                judge: StreamJudge(plan: plan, cursor: cursor.isEmpty ? nil : cursor, witness: witness)
            )
        )
        connection.send(request(cursor))
        let number = streams.count - 1
        switch visit.ending {
        case .stays:
            break
        case .leaves(let pause):
            network.loop.scheduleTask(in: .nanoseconds(pause)) { self.quit(number) { connection.leave() } }
        case .resets(let pause):
            network.loop.scheduleTask(in: .nanoseconds(pause)) { self.quit(number) { connection.reset() } }
        }
    }

    private func quit(_ number: Int, _ body: () -> Void) {
        if !streams[number].hasEnded, !streams[number].hasFailed {
            streams[number].hasLeft = true
            body()
        }
    }

    private func request(_ cursor: String) -> [UInt8] {
        var path = "/v1/events?"
        path += (plan.rooms ?? ["*"]).map { "room=\($0)&" }.joined()
        path += "detail=\(plan.level.rawValue)"
        let header = cursor.isEmpty ? "" : "Last-Event-ID: \(cursor)\r\n"
        return Array(
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: text/event-stream\r\n\(header)\r\n".utf8
        )
    }

    func received(_ bytes: [UInt8], on connection: VirtualConnection) {
        guard let current = index(of: connection), current == streams.count - 1 else {
            problems.append("\(bytes.count) bytes on a connection that had ended")
            return
        }
        for part in reader.feed(bytes) {
            switch part {
            case .head(let status, _):
                streams[current].status = status
            case .body(let bytes):
                if streams[current].status == 200 {
                    parser.feed(bytes)
                }
            case .end:
                break
            }
        }
        for event in parser.events[taken...] {
            streams[current].greetedAt = streams[current].greetedAt ?? network.nanoseconds
            streams[current].judge.take(event, now: network.nanoseconds)
        }
        taken = parser.events.count
        lastEventID = parser.lastEventID
        if let problem = reader.problem {
            problems.append(problem)
        }
        problems += parser.unknownFields.map { "unknown field \($0)" }
    }

    func ended(_ connection: VirtualConnection) {
        if let stream = index(of: connection) {
            streams[stream].hasEnded = true
        }
        connection.finish()
    }

    func failed(_ connection: VirtualConnection) {
        if let stream = index(of: connection) {
            streams[stream].hasFailed = true
        }
    }

    private func index(of connection: VirtualConnection) -> Int? {
        streams.lastIndex { $0.connection === connection }
    }
}

@available(*, unavailable)
extension SimulatedReader: Sendable {}
