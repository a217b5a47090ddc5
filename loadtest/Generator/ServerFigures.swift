import Foundation
import NIOCore
import NIOPosix

/// What a server says of itself in `/metrics`.
struct ServerFigures: Sendable {
    /// Every sample by its name with labels, as written.
    let samples: [String: Double]

    init(text: String) {
        var samples: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else {
                continue
            }
            samples[String(line[..<space])] = Double(line[line.index(after: space)...])
        }
        self.samples = samples
    }

    /// Asks a server.
    static func read(_ address: Address) async throws -> ServerFigures {
        ServerFigures(text: try await HTTPGet.body(address, path: "/metrics"))
    }

    func value(_ name: String) -> Int {
        Int(samples[name] ?? 0)
    }

    /// A family's samples together.
    func sum(_ family: String) -> Int {
        Int(samples.reduce(0) { $1.key.hasPrefix(family + "{") ? $0 + $1.value : $0 })
    }

    var received: Int { value(#"danmaku_comments_total{outcome="received"}"#) }
    var accepted: Int { value(#"danmaku_comments_total{outcome="accepted"}"#) }
    var scored: Int { sum("danmaku_scored_total") }
    var unscored: Int { sum("danmaku_unscored_total") }
    var dropped: Int { sum("danmaku_dropped_total") }
    var pending: Int { value("danmaku_queue_comments") + value("danmaku_inflight_comments") }

    /// What the accounting identity of the contract lacks; empty if it holds.
    var identityGaps: [String] {
        let outcomes = ["accepted", "duplicate", "rejected", "shed"]
        let answered = outcomes.reduce(0) { $0 + value(#"danmaku_comments_total{outcome="\#($1)"}"#) }
        var gaps: [String] = []
        if received != answered {
            gaps.append("received \(received) ≠ \(answered), the sum of its outcomes")
        }
        let found = scored + unscored + dropped + pending
        if accepted != found {
            gaps.append(
                "accepted \(accepted) ≠ \(found) = scored \(scored) + unscored \(unscored) + dropped \(dropped) "
                    + "+ queued and in flight \(pending)"
            )
        }
        return gaps
    }

    /// An upper bound of a percentile of a histogram, from what it counted since `before`, in milliseconds.
    func percentile(_ share: Double, of family: String, since before: ServerFigures) -> Double? {
        let prefix = family + "_bucket{le=\""
        let buckets = samples.keys.filter { $0.hasPrefix(prefix) }
            .map { key -> (bound: Double, count: Double) in
                let bound = key.dropFirst(prefix.count).prefix { $0 != "\"" }
                let count = (samples[key] ?? 0) - (before.samples[key] ?? 0)
                return (bound == "+Inf" ? .infinity : Double(bound) ?? .infinity, count)
            }
            .sorted { $0.bound < $1.bound }
        guard let total = buckets.last?.count, total > 0 else {
            return nil
        }
        return buckets.first { $0.count >= share * total }.map { $0.bound * 1000 }
    }
}

/// What the system says of a process.
struct ProcessFigures: Sendable {
    /// Seconds of CPU, user and system.
    var cpuSeconds: Double
    /// Resident bytes.
    var residentBytes: Int

    /// Reads `/proc`; `nil` if there is no such process.
    init?(pid: Int) {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let name = stat.lastIndex(of: ")")
        else {
            return nil
        }
        let fields = stat[stat.index(after: name)...].split(separator: " ")
        guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
            let pages = Int(fields[21])
        else {
            return nil
        }
        cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        residentBytes = pages * sysconf(Int32(_SC_PAGESIZE))
    }
}

/// One small HTTP request.
enum HTTPGet {
    /// The body of a path's 200 answer.
    static func body(_ address: Address, path: String) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(.seconds(5))
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let answer = try await channel.executeThenClose { inbound, outbound in
            let head = "GET \(path) HTTP/1.1\r\nHost: \(address)\r\nConnection: close\r\n\r\n"
            try await outbound.write(ByteBuffer(string: head))
            var answer = ByteBuffer()
            for try await var part in inbound {
                answer.writeBuffer(&part)
            }
            return answer
        }
        var reader = StreamReader()
        var body: [UInt8] = []
        answer.withUnsafeReadableBytes { bytes in
            reader.payload(of: bytes) { body.append(contentsOf: $0) }
        }
        guard reader.status == 200 else {
            throw LoadError("http://\(address)\(path) answered \(reader.status.map(String.init) ?? "nothing")")
        }
        return String(decoding: body, as: UTF8.self)
    }
}
