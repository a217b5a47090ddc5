import DanmakuTestKit
import Foundation
import NIOCore
import NIOEmbedded

/// A client that posts comments over HTTP: its requests follow each other on one connection while the server keeps it.
final class SimulatedPoster: NetworkClient {
    /// How a request goes.
    enum Ending: Sendable {
        /// It is sent whole, and its answer is waited for.
        case complete
        /// It is sent whole, then the client shuts its side and waits.
        case completeAndHalfClosed
        /// It is sent whole, and the client resets the connection so many nanoseconds later.
        case resets(after: Int64)
        /// Its body stops and nothing more comes.
        case stalls
    }

    /// The body of a request.
    enum Format: Sendable {
        /// A JSON array of at least one item.
        case array
        /// One object a line.
        case lines
        /// Texts to be scored and not published.
        case texts
        /// No body: the list of rooms is read.
        case rooms
    }

    /// One request.
    struct Post: Sendable {
        var format = Format.array
        var items: [SimulatedItem] = []
        var waitsForScores = false
        var pieces = Pieces.whole
        var ending = Ending.complete
    }

    /// What a poster does.
    struct Plan: Sendable {
        var host = 1
        var startsAt: Int64 = 0
        var posts: [Post] = []
    }

    /// A complete answer.
    struct Answer {
        var status: Int
        var body: [String: Any]
    }

    /// A request and what became of it.
    struct Exchange {
        let post: Post
        let connection: VirtualConnection
        /// When its last byte was sent; `nil` if some never were.
        var sentAllAt: Int64?
        var answer: Answer?
    }

    let plan: Plan
    private let loop: EmbeddedEventLoop
    private unowned let network: VirtualNetwork
    private var random: SeededGenerator
    private(set) var connection: VirtualConnection?
    private(set) var exchanges: [Exchange] = []
    private(set) var problems: [String] = []
    private var reader = HTTPResponseReader()
    private var status = 0
    private var body: [UInt8] = []
    private var closes = false
    private var isGone = false

    init(plan: Plan, network: VirtualNetwork, random: SeededGenerator) {
        self.plan = plan
        self.network = network
        loop = network.loop
        self.random = random
    }

    /// Begins at its time.
    func start() {
        loop.scheduleTask(in: .nanoseconds(plan.startsAt)) { self.next() }
    }

    private func next() {
        guard exchanges.count < plan.posts.count, !isGone else {
            connection?.finish()
            return
        }
        let connection = openConnection()
        let post = plan.posts[exchanges.count]
        exchanges.append(Exchange(post: post, connection: connection))
        let pieces = post.pieces.cut(request(post), &random)
        var rest = pieces[...]
        if case .stalls = post.ending {
            rest = pieces.dropLast(max(1, pieces.count / 3))
        }
        send(rest, of: exchanges.count - 1, on: connection)
    }

    /// The connection of the last answer if the server keeps it, or a new one.
    private func openConnection() -> VirtualConnection {
        if let connection, !closes, connection.canSend {
            return connection
        }
        reader = HTTPResponseReader()
        closes = false
        let new = network.connect(self, to: .http, from: plan.host)
        connection = new
        return new
    }

    private func request(_ post: Post) -> [UInt8] {
        let body: String
        let type: String
        switch post.format {
        case .array:
            type = "application/json"
            body = "[" + post.items.map(\.json).joined(separator: ",") + "]"
        case .lines:
            type = "application/x-ndjson"
            body = post.items.map { $0.json + "\n" }.joined()
        case .texts:
            return request("POST /v1/score", type: "application/json", body: "{\"texts\":[\"666\",\"gg\",\"什么\"]}")
        case .rooms:
            return request("GET /v1/rooms", type: "", body: "")
        }
        let query = post.waitsForScores ? "?wait=scored" : ""
        return request("POST /v1/comments\(query)", type: type, body: body)
    }

    private func request(_ line: String, type: String, body: String) -> [UInt8] {
        var head = "\(line) HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
        if !body.isEmpty {
            head += "Content-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n"
        }
        return Array((head + "\r\n" + body).utf8)
    }

    private func send(
        _ pieces: ArraySlice<(pause: Int64, bytes: [UInt8])>,
        of exchange: Int,
        on connection: VirtualConnection
    ) {
        guard let piece = pieces.first else {
            return sent(exchange, on: connection)
        }
        loop.scheduleTask(in: .nanoseconds(piece.pause)) { [self] in
            guard connection === self.connection, exchanges[exchange].answer == nil else {
                return
            }
            connection.send(piece.bytes)
            send(pieces.dropFirst(), of: exchange, on: connection)
        }
    }

    private func sent(_ exchange: Int, on connection: VirtualConnection) {
        switch exchanges[exchange].post.ending {
        case .stalls:
            return
        case .complete:
            break
        case .completeAndHalfClosed:
            isGone = true
            connection.finish()
        case .resets(let pause):
            isGone = true
            loop.scheduleTask(in: .nanoseconds(pause)) { connection.reset() }
        }
        exchanges[exchange].sentAllAt = network.nanoseconds
    }

    func received(_ bytes: [UInt8], on connection: VirtualConnection) {
        guard connection === self.connection else {
            problems.append("\(bytes.count) bytes after the last answer of a connection")
            return
        }
        for part in reader.feed(bytes) {
            switch part {
            case .head(let status, let fields):
                self.status = status
                body = []
                closes = fields["connection"]?.lowercased() == "close"
            case .body(let bytes):
                body += bytes
            case .end:
                answered()
            }
        }
        if let problem = reader.problem {
            problems.append(problem)
        }
    }

    private func answered() {
        guard !exchanges.isEmpty, exchanges[exchanges.count - 1].answer == nil else {
            problems.append("an answer \(status) to nothing")
            return
        }
        let object = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]
        if object == nil {
            problems.append("an answer \(status) without an object: \(String(decoding: body, as: UTF8.self))")
        }
        exchanges[exchanges.count - 1].answer = Answer(status: status, body: object ?? [:])
        let pause = Int64.random(in: 0...50_000_000, using: &random)
        loop.scheduleTask(in: .nanoseconds(pause)) { self.next() }
    }

    func ended(_ connection: VirtualConnection) {
        connection.finish()
        guard connection === self.connection else {
            // The one before: its last answer had said that it would end.
            return
        }
        if reader.isWithinResponse, !reader.finish() {
            problems.append("a connection ends within an answer")
        }
        self.connection = nil
    }

    func failed(_ connection: VirtualConnection) {
        if connection === self.connection {
            self.connection = nil
        }
    }
}

@available(*, unavailable)
extension SimulatedPoster: Sendable {}
