import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// `ingest`: comments over TCP, paced or as fast as they are taken.
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Send comments over TCP for a while; exit status 1 unless every line was acknowledged."
    )

    @Option(help: "The ingest socket, host:port.")
    var to: Address

    @Option(help: "Comments a second over all connections. Default: as many as the server takes.")
    var rate: Double?

    @Option(help: "Connections.")
    var connections = 4

    @Option(help: "Rooms, named <prefix>-1 and so on; comments go to them in turn.")
    var rooms = 8

    @Option(help: "What the rooms' names begin with.")
    var roomPrefix = "load"

    @Option(help: "Seconds measured.")
    var duration = 10.0

    @Option(help: "Seconds before the measuring begins.")
    var warmUp = 2.0

    @Option(help: "A recording whose texts are sent. Default: made-up danmaku in the proportions of live rooms.")
    var file: String?

    @Flag(name: .customLong("no-ids"), help: "Send lines without ids: the server then looks no repeats up.")
    var noIDs = false

    @Option(help: "Threads of the generator.")
    var threads = 1

    @Option(help: "The server's HTTP address, host:port: its own figures are added.")
    var http: Address?

    @Option(help: "The server's process: its CPU is added.")
    var serverPid: Int?

    private struct Moment {
        var at: ContinuousClock.Instant
        var totals: IngestTotals
        var server: ServerFigures?
        var process: ProcessFigures?
    }

    func validate() throws {
        guard connections > 0, rooms > 0, threads > 0, duration > 0, warmUp >= 0, rate.map({ $0 > 0 }) ?? true else {
            throw ValidationError("Counts, rates and durations are above zero.")
        }
    }

    func run() async throws {
        let texts =
            try file.map { try CommentMix.recorded(path: $0, limit: 200_000) }
            ?? CommentMix.synthetic(count: 50_000, seed: 7)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let first = try await moment([])
        let senders = try await connect(group, texts: texts)
        try await Task.sleep(for: .seconds(warmUp))
        let before = try await moment(senders)
        try await Task.sleep(for: .seconds(duration))
        let after = try await moment(senders)
        for sender in senders {
            try await sender.ask { $0.stop() }
        }
        let totals = try await finish(senders)
        let last = try await emptied()
        report(before, after, totals)
        guard check(totals, first.server, last) else {
            throw ExitCode.failure
        }
    }

    private func connect(_ group: MultiThreadedEventLoopGroup, texts: [[UInt8]]) async throws -> [Confined<
        IngestSender
    >] {
        let names = (1...rooms).map { "\(roomPrefix)-\($0)" }
        let run = String(UInt32.random(in: .min ... .max), radix: 36)
        let share = rate.map { $0 / Double(connections) }
        var senders: [Confined<IngestSender>] = []
        for number in 0..<connections {
            // Each connection begins elsewhere in the rooms, so that not all of them hit the same one at once.
            let turned = (0..<names.count).map { names[($0 + number * names.count / connections) % names.count] }
            let corpus = LineCorpus(texts: texts, rooms: turned, idPrefix: noIDs ? nil : "\(run)-\(number)-")
            let sender = try await ClientBootstrap(group: group)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelOption(.writeBufferWaterMark, value: .init(low: 128 << 10, high: 256 << 10))
                .connect(host: to.host, port: to.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try Confined.add(IngestSender(corpus: corpus, rate: share), to: channel)
                    }
                }
            senders.append(sender)
        }
        return senders
    }

    private static func totals(of senders: [Confined<IngestSender>]) async throws -> IngestTotals {
        var sum = IngestTotals()
        for sender in senders {
            sum += try await sender.ask { $0.totals }
        }
        return sum
    }

    private func moment(_ senders: [Confined<IngestSender>]) async throws -> Moment {
        Moment(
            at: .now,
            totals: try await Self.totals(of: senders),
            server: try await server(),
            process: serverPid.flatMap(ProcessFigures.init)
        )
    }

    private func server() async throws -> ServerFigures? {
        guard let http else {
            return nil
        }
        return try await ServerFigures.read(http)
    }

    /// Waits until every line is acknowledged, 20 s at most.
    private func finish(_ senders: [Confined<IngestSender>]) async throws -> IngestTotals {
        let end = ContinuousClock.now + .seconds(20)
        var totals = try await Self.totals(of: senders)
        while totals.acknowledged < totals.sent, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(20))
            totals = try await Self.totals(of: senders)
        }
        return totals
    }

    /// The server's figures once nothing waits there any more, 20 s at most.
    private func emptied() async throws -> ServerFigures? {
        let end = ContinuousClock.now + .seconds(20)
        var figures = try await server()
        while let pending = figures?.pending, pending > 0, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(50))
            figures = try await server()
        }
        return figures
    }

    private func report(_ before: Moment, _ after: Moment, _ totals: IngestTotals) {
        let seconds = (after.at - before.at) / .seconds(1)
        let accepted = Double(after.totals.accepted - before.totals.accepted)
        let megabytes = Double(after.totals.bytes - before.totals.bytes) / 1e6
        print("sent \(totals.sent)  accepted \(totals.accepted)  duplicate \(totals.duplicate)", terminator: "  ")
        print("rejected \(totals.rejected)  shed \(totals.shed)  unacknowledged \(totals.sent - totals.acknowledged)")
        print(
            String(format: "accepted %.0f/s over %.1f s, %.1f MB/s", accepted / seconds, seconds, megabytes / seconds)
        )
        if rate != nil {
            print("most behind schedule: \(totals.mostBehind) comments of one connection")
        }
        if let old = before.server, let new = after.server {
            print(String(format: "scored   %.0f/s", Double(new.scored - old.scored) / seconds))
            for (name, family) in [("scored", "danmaku_sojourn_seconds"), ("published", "danmaku_publish_seconds")] {
                let parts = [0.5, 0.99, 0.999]
                    .compactMap { share in
                        new.percentile(share, of: family, since: old)
                            .map { String(format: "p%g ≤ %g ms", share * 100, $0) }
                    }
                if !parts.isEmpty {
                    print("received → \(name), as the server counts: " + parts.joined(separator: ", "))
                }
            }
        }
        if let old = before.process, let new = after.process {
            let cpu = new.cpuSeconds - old.cpuSeconds
            let each = cpu / max(1, accepted) * 1e6
            let megabytes = Double(new.residentBytes) / 1_048_576
            print(
                String(
                    format: "server: %.2f cores, %.2f µs of CPU a comment, %.1f MiB RSS",
                    cpu / seconds,
                    each,
                    megabytes
                )
            )
        }
    }

    /// Every line answered for, and the server's books balanced.
    private func check(_ totals: IngestTotals, _ first: ServerFigures?, _ last: ServerFigures?) -> Bool {
        var problems: [String] = []
        if totals.acknowledged != totals.sent {
            problems.append("\(totals.sent - totals.acknowledged) lines were never acknowledged")
        }
        if let first, let last {
            problems += last.identityGaps
            if last.accepted - first.accepted != totals.accepted {
                problems.append(
                    "the server accepted \(last.accepted - first.accepted), it acknowledged \(totals.accepted)"
                )
            }
            if last.pending > 0 {
                problems.append("\(last.pending) comments still wait")
            }
        }
        for problem in problems {
            print("FAILED: \(problem)")
        }
        return problems.isEmpty
    }
}
