import ArgumentParser
import Foundation
import Histogram
import NIOCore
import NIOPosix

/// `verify`: subscribers that hold what they are sent against what was accepted.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Watch with full subscribers and check every seq; exit status 1 on any unexplained loss.",
        discussion: """
            Prints `ready` when all have joined. Ends when something was accepted, nothing waits in the server and \
            nothing more is accepted for the settling time, or (with --until-closed) when the server has ended all \
            streams. At each subscriber delivered + announced by skipped must then equal what was accepted meanwhile \
            less what was dropped.
            """
    )

    @Option(help: "The server's HTTP address, host:port.")
    var http: Address

    @Option(help: "A room to watch; may be repeated.")
    var room: [String]

    @Option(help: "Reading subscribers.")
    var subscribers = 10

    @Option(help: "Subscribers that ask and never read.")
    var stalled = 0

    @Option(help: "Seconds without news that end the run.")
    var settle = 3.0

    @Option(help: "Seconds the run may take at most.")
    var timeout = 300.0

    @Flag(help: "Run until the server has ended the streams, as a drain does.")
    var untilClosed = false

    @Flag(help: "Fail if anything was skipped.")
    var noSkips = false

    @Option(help: "Threads.")
    var threads = 1

    @Option(help: "The server's process: its CPU is added.")
    var serverPid: Int?

    func validate() throws {
        guard !room.isEmpty, room.count <= 100, subscribers > 0, threads > 0, stalled >= 0 else {
            throw ValidationError("1 to 100 rooms, and at least one subscriber and thread.")
        }
    }

    private struct Reader {
        var check: StreamCheck
        var bytes: Int
        var isClosed: Bool
        var endedWell: Bool
        var status: Int?
    }

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let channels = try await join(group, count: subscribers, reads: true)
        _ = try await join(group, count: stalled, reads: false)
        try await waitForFirstEvents(channels)
        let first = try await ServerFigures.read(http)
        let firstProcess = serverPid.flatMap(ProcessFigures.init)
        print("ready")
        fflush(nil)
        let start = ContinuousClock.now
        let last = try await watch(channels, from: first)
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        let process = serverPid.flatMap(ProcessFigures.init)
        let readers = try await readers(channels)
        report(readers, elapsed)
        if let firstProcess, let process {
            reportCost(process.cpuSeconds - firstProcess.cpuSeconds, process, readers, last.accepted - first.accepted)
        }
        guard check(readers, first, last) else {
            throw ExitCode.failure
        }
    }

    private var path: String {
        room.count == 1
            ? "/v1/rooms/\(room[0])/events?detail=full"
            : "/v1/events?detail=full&" + room.map { "room=\($0)" }.joined(separator: "&")
    }

    /// Opens streams; those that do not read have a small window, so that the server feels it soon.
    private func join(_ group: MultiThreadedEventLoopGroup, count: Int, reads: Bool) async throws -> [Confined<
        Subscriber
    >] {
        var channels: [Confined<Subscriber>] = []
        for _ in 0..<count {
            var bootstrap = ClientBootstrap(group: group)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256 << 10))
            if !reads {
                bootstrap = bootstrap.channelOption(.autoRead, value: false)
                    .channelOption(.socketOption(.so_rcvbuf), value: 4096)
            }
            let channel = try await bootstrap.connect(host: http.host, port: http.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Confined.add(Subscriber(address: http, path: path), to: channel)
                }
            }
            channels.append(channel)
        }
        return channels
    }

    private func readers(_ channels: [Confined<Subscriber>]) async throws -> [Reader] {
        var readers: [Reader] = []
        for channel in channels {
            let reader = try await channel.ask { subscriber in
                Reader(
                    check: subscriber.check,
                    bytes: subscriber.bytes,
                    isClosed: subscriber.isClosed,
                    endedWell: subscriber.endedWell,
                    status: subscriber.status
                )
            }
            readers.append(reader)
        }
        return readers
    }

    private func waitForFirstEvents(_ channels: [Confined<Subscriber>]) async throws {
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end {
            let readers = try await readers(channels)
            if let refused = readers.first(where: { $0.status != nil && $0.status != 200 }) {
                throw LoadError("a stream was answered with \(refused.status ?? 0)")
            }
            if readers.allSatisfy({ $0.check.events >= 2 }) {
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw LoadError("not every stream has begun within 10 s")
    }

    /// Watches until it is over.
    ///
    /// - Returns: The server's last figures; with `untilClosed` those of some moment before its end.
    private func watch(_ channels: [Confined<Subscriber>], from first: ServerFigures) async throws -> ServerFigures {
        let end = ContinuousClock.now + .seconds(timeout)
        var last = first
        var lastNews = ContinuousClock.now
        var delivered = -1
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(250))
            let readers = try await readers(channels)
            if readers.allSatisfy(\.isClosed) {
                return last
            }
            guard let figures = try? await ServerFigures.read(http) else {
                continue
            }
            let sum = readers.reduce(0) { $0 + $1.check.delivered + $1.check.skipped }
            if figures.accepted != last.accepted || sum != delivered || figures.pending > 0 {
                lastNews = .now
            }
            last = figures
            delivered = sum
            let isQuiet = (ContinuousClock.now - lastNews) / .seconds(1) >= settle
            if isQuiet, !untilClosed, figures.accepted > first.accepted {
                return figures
            }
        }
        throw LoadError("not over after \(Int(timeout)) s")
    }

    private func report(_ readers: [Reader], _ elapsed: Double) {
        var latency = Histogram<UInt64>(highestTrackableValue: 600_000, numberOfSignificantValueDigits: .three)
        for (number, reader) in readers.enumerated() {
            let check = reader.check
            latency.add(check.latency)
            print(
                "subscriber \(number + 1): delivered \(check.delivered)  skipped \(check.skipped)  "
                    + "seq missing \(check.missing)  events \(check.sentimentEvents)  bytes \(reader.bytes)"
                    + (reader.isClosed ? "  closed" : "") + (check.notices.bye > 0 ? "  bye" : "")
            )
            for violation in check.violations {
                print("  \(violation)")
            }
        }
        let values = [50, 99, 99.9, 100]
            .map { share in
                String(format: "p%g %llu ms", share, latency.valueAtPercentile(share))
            }
        print("receivedAt → arrival: " + values.joined(separator: ", "))
        let results = readers.reduce(0) { $0 + $1.check.delivered }
        let bytes = readers.reduce(0) { $0 + $1.bytes }
        print(String(format: "%d results, %.1f MB in %.1f s", results, Double(bytes) / 1e6, elapsed))
    }

    private func reportCost(_ cpu: Double, _ process: ProcessFigures, _ readers: [Reader], _ accepted: Int) {
        let results = readers.reduce(0) { $0 + $1.check.delivered }
        let events = readers.reduce(0) { $0 + $1.check.events }
        print(
            String(
                format:
                    "server: %.2f s of CPU, %.2f µs a comment, %.3f µs a delivered result, %.1f µs a delivered event, "
                    + "%.1f MiB RSS",
                cpu,
                cpu / Double(max(1, accepted)) * 1e6,
                cpu / Double(max(1, results)) * 1e6,
                cpu / Double(max(1, events)) * 1e6,
                Double(process.residentBytes) / 1_048_576
            )
        )
    }

    private func check(_ readers: [Reader], _ first: ServerFigures, _ last: ServerFigures) -> Bool {
        let published = last.accepted - first.accepted - (last.dropped - first.dropped)
        var problems = untilClosed ? [] : last.identityGaps
        for (number, reader) in readers.enumerated() {
            let check = reader.check
            let name = "subscriber \(number + 1)"
            if check.violationCount > 0 {
                problems.append("\(name): \(check.violationCount) times out of order, twice or reset")
            }
            if check.missing > check.skipped || !untilClosed && check.delivered + check.skipped != published {
                problems.append(
                    "\(name): delivered \(check.delivered) + skipped \(check.skipped), "
                        + "seq missing \(check.missing), published \(published)"
                )
            }
            if noSkips && check.skipped > 0 {
                problems.append("\(name): skipped \(check.skipped)")
            }
            if untilClosed && !(reader.endedWell && check.notices.bye == 1) {
                problems.append("\(name): the stream did not end with bye")
            }
            if !untilClosed && reader.isClosed {
                problems.append("\(name): the server has closed the stream")
            }
        }
        if !untilClosed {
            print("published \(published), dropped \(last.dropped - first.dropped)")
        }
        for problem in problems {
            print("FAILED: \(problem)")
        }
        return problems.isEmpty
    }
}
