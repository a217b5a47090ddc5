import DanmakuPipeline
import DanmakuServer
import DanmakuTestKit
import NIOCore

/// Everything about a run that is decided before it begins; the seed decides it.
struct Scenario {
    /// What goes wrong.
    var faults: [Fault]
    /// When SIGTERM comes, in nanoseconds.
    var termination: Int64
    /// What the server is told.
    var server = Server.Configuration.standard
    /// The longest delay of one direction of the network, in nanoseconds.
    var latency: Int64
    /// The most bytes of one read.
    var readBytes: Int
    /// How much the kernel takes for a client that does not read.
    var kernelBytes: Int
    /// Whether ready jobs run in an order that the seed draws.
    var shufflesJobs: Bool
    /// The longest usual time of one call of the scorer, in nanoseconds.
    var scorerTime: Int64
    /// When the scorer is in trouble.
    var scorerPhases: [SimulatedScorer.Phase] = []
    /// When no descriptor is left.
    var withoutDescriptors: Range<Int64>?
    /// When the wall clock is set, and by how many milliseconds.
    var clockJumps: [(at: Int64, milliseconds: Int64)] = []
    /// Loses one answer in so many, to see whether the judge notices; 0 for none.
    var losesAnswerOneIn = 0
    /// The ingest clients.
    var sources: [SimulatedSource.Plan] = []
    /// The clients that post.
    var posters: [SimulatedPoster.Plan] = []
    /// The browsers.
    var readers: [SimulatedReader.Plan] = []
}

extension Scenario {
    /// Draws a scenario.
    ///
    /// - Parameters:
    ///   - seed: Of the run.
    ///   - faults: What goes wrong; `nil` lets the seed choose.
    init(seed: UInt64, faults: [Fault]? = nil) {
        var draw = Draw(seed: seed)
        let faults = faults ?? Fault.allCases.filter { _ in draw.chance(22) }
        let span = Int64(draw.from(200...2500)) * 1_000_000
        self.faults = faults
        let isEarly = faults.contains(.earlyTermination)
        termination = isEarly ? draw.time(0...span) : span + draw.time(1_000_000...2_000_000_000)
        latency = draw.pick([50_000, 1_000_000, 40_000_000])
        readBytes = draw.pick([24, 256, 4096, 65_536])
        kernelBytes = draw.pick([512, 4096, 65_536])
        shufflesJobs = draw.chance(50)
        scorerTime = draw.pick([0, 300_000, 5_000_000])
        configurePipeline(&draw)
        configureEdges(&draw)
        drawTroubles(&draw, span: span)
        var clients = ClientDraw(draw: draw, faults: Set(faults), span: span, termination: termination)
        sources = clients.sources()
        posters = clients.posters()
        readers = clients.readers()
    }

    private mutating func configurePipeline(_ draw: inout Draw) {
        server.pipeline.shardCount = draw.pick([1, 2])
        server.pipeline.queueLimit = draw.pick([10, 40, 65_536])
        if faults.contains(.muteSource) {
            kernelBytes = draw.pick([512, 4096])
        }
        if faults.contains(.resetWhileWaiting) {
            server.pipeline.queueLimit = 10
            scorerTime = 20_000_000
        }
        server.pipeline.batcher.maxBatch = draw.pick([1, 4, 16])
        server.pipeline.admission.dedupeIDs = 4096
        server.pipeline.admission.roomRate = draw.chance(15) ? 20 : 0
        server.pipeline.rooms.max = draw.chance(10) ? 2 : 100
        server.pipeline.breaker.timeout = .milliseconds(draw.pick([100, 400]))
        server.pipeline.breaker.leaseGrace = .milliseconds(200)
        server.pipeline.breaker.wait = .milliseconds(draw.pick([100, 500]))
        server.pipeline.breaker.maxWait = .seconds(2)
        server.pipeline.fanOut.ringBytes = draw.pick([64_000, 1 << 20])
        server.pipeline.fanOut.maximumLagBytes = draw.pick([4000, 65_536, 8 << 20])
        server.pipeline.fanOut.frameBytes = draw.pick([1024, 32_768])
        server.pipeline.fanOut.flushRate = draw.pick([5, 20, 100])
        server.pipeline.fanOut.moodRate = draw.pick([1, 4])
        server.pipeline.fanOut.displayRate = draw.pick([5, 20])
        server.pipeline.fanOut.heartbeat = .seconds(draw.pick([1, 15]))
        server.pipeline.fanOut.turnUnits = draw.pick([2, 16, 256])
        server.pipeline.fanOut.turnBytes = draw.pick([300, 512 << 10])
        server.pipeline.fanOut.writeDeadline = .seconds(draw.pick([3, 30]))
    }

    private mutating func configureEdges(_ draw: inout Draw) {
        server.ingest.lineTimeout = .seconds(draw.pick([1, 5]))
        server.ingest.maxLineBytes = draw.pick([256, 8192])
        server.ingest.progressTimeout = .seconds(draw.pick([2, 30]))
        server.ingest.acknowledgeLines = draw.pick([3, 50, 1000])
        server.ingest.unreadAnswerBytes = draw.pick([256, 4096, 65_536])
        server.ingest.maxConnections = draw.chance(10) ? 2 : 1000
        server.ingest.clientRate = draw.chance(15) ? 50 : 0
        server.http.limits.connections = draw.pick([5, 100])
        server.http.limits.connectionsPerAddress = draw.pick([3, 100])
        server.http.limits.bodyBytes = draw.pick([1200, 1 << 20])
        server.http.headTimeout = .seconds(2)
        server.http.bodyTimeout = .seconds(3)
        server.http.idleTimeout = .seconds(20)
        server.http.minimumBodyRate = 100
        server.streams.streams = draw.pick([3, 100])
        server.streams.streamsPerAddress = draw.pick([2, 100])
        server.streams.joins = draw.pick([2, 100])
        server.scoring.maxRequests = 1
        server.scoring.wait = .milliseconds(draw.pick([20, 2000]))
        server.comments.clientRate = server.ingest.clientRate
        server.comments.maxLineBytes = server.ingest.maxLineBytes
        server.comments.scoredTimeout = .milliseconds(draw.pick([200, 2000]))
    }

    private mutating func drawTroubles(_ draw: inout Draw, span: Int64) {
        let troubles: [(Fault, [SimulatedScorer.Trouble])] = [
            (.scorerHang, [.hang]), (.scorerSlow, [.slow]), (.scorerFailure, [.failure, .miscount]),
        ]
        for (fault, kinds) in troubles where faults.contains(fault) {
            let from = draw.time(0...span)
            let length = draw.chance(25) ? Int64.max / 2 : draw.time(50_000_000...1_500_000_000)
            scorerPhases.append(.init(trouble: draw.pick(kinds), from: from, to: from + length))
        }
        if faults.contains(.noDescriptor) {
            let from = draw.time(0...span)
            withoutDescriptors = from..<(from + draw.time(1_000_000...1_000_000_000))
        }
        if faults.contains(.clockBack) {
            clockJumps.append((draw.time(0...span), -Int64(draw.pick([5, 3000, 90_000_000]))))
        }
        if faults.contains(.clockForward) {
            clockJumps.append((draw.time(0...span), Int64(draw.pick([5, 3000, 90_000_000]))))
        }
    }
}

/// Draws values of a seed.
struct Draw {
    var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    mutating func from(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    mutating func time(_ range: ClosedRange<Int64>) -> Int64 {
        Int64.random(in: range, using: &random)
    }

    mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: values.indices.lowerBound...values.indices.upperBound - 1, using: &random)]
    }

    /// A generator of its own, so that what one part draws does not move the others.
    mutating func fork() -> SeededGenerator {
        SeededGenerator(seed: random.next())
    }
}
