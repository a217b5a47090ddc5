import DanmakuPipeline
import DanmakuServer
import DanmakuTestKit
import NIOCore
import NIOEmbedded

/// One run: makes the server and its clients, lets time pass, and asks the judge.
final class World {
    /// How often invariants are looked at.
    private static let step: TimeAmount = .milliseconds(50)
    /// How long after the end of the server the last packets may take.
    private static let aftermath: Int64 = 4_000_000_000

    let scenario: Scenario
    let loop = EmbeddedEventLoop()
    let network: VirtualNetwork
    let server: SimulatedServer
    let witness: Witness
    private(set) var sources: [SimulatedSource] = []
    private(set) var posters: [SimulatedPoster] = []
    private(set) var readers: [SimulatedReader] = []
    /// Promises that were seen broken while it ran.
    private(set) var failures: [String] = []
    /// When the server had ended.
    private(set) var endedAt: Int64?
    private(set) var mostWaiting = 0
    private var looks = 0
    /// Whether the grace was not enough.
    private(set) var wasGivenUp = false

    private let trace: Trace
    private let time: SimulatedTime
    private let clock: SimulatedClock
    private let executor: SimulatedExecutor

    init(_ scenario: Scenario, seed: UInt64, trace: Trace) throws {
        self.scenario = scenario
        self.trace = trace
        // Another stream of draws than the scenario's, so that a change of one does not change the other.
        var draw = Draw(seed: seed ^ 0x5bd1_e995_7a3f_11c3)
        time = SimulatedTime(loop: loop)
        clock = SimulatedClock(loop: loop)
        executor = SimulatedExecutor(loop: loop, choice: scenario.shufflesJobs ? draw.fork() : nil)
        network = VirtualNetwork(loop: loop, trace: trace, random: draw.fork(), slowest: scenario.latency)
        network.losesOneIn = scenario.losesAnswerOneIn
        server = try SimulatedServer(
            scenario,
            network: network,
            executor: executor,
            time: time,
            clock: clock,
            draw: &draw
        )
        witness = Witness(log: server.parts.pipeline.log, loop: loop)
        sources = scenario.sources.map { SimulatedSource(plan: $0, loop: loop, random: draw.fork()) }
        posters = scenario.posters.map { SimulatedPoster(plan: $0, network: network, random: draw.fork()) }
        readers = scenario.readers.map { SimulatedReader(plan: $0, network: network, witness: witness) }
        trace.note(0, -1, "faults", scenario.faults.count, detail: "\(scenario.faults.map(\.rawValue))")
    }

    /// The virtual time, in nanoseconds.
    var now: Int64 {
        Int64(loop.now.uptimeNanoseconds)
    }

    /// Runs it to its end.
    ///
    /// - Returns: Which promises were broken.
    func run() -> [String] {
        server.start()
        for source in sources {
            source.start(network)
        }
        for poster in posters {
            poster.start()
        }
        for reader in readers {
            reader.start()
        }
        schedule()
        let limit = scenario.termination + scenario.server.grace.wholeNanoseconds + 2 * Self.aftermath
        while now < limit, endedAt.map({ now < $0 + Self.aftermath }) ?? true {
            loop.advanceTime(by: Self.step)
            look()
        }
        server.scorer.release()
        loop.advanceTime(by: .seconds(2))
        let judge = Judge(self)
        failures += judge.failures()
        cleanUp()
        return failures
    }

    private func schedule() {
        at(scenario.termination) { [self] in
            trace.note(now, -1, "SIGTERM")
            server.terminate()
        }
        at(scenario.termination + scenario.server.grace.wholeNanoseconds) { [self] in
            if !server.hasEnded {
                wasGivenUp = true
                failures.append("the grace was over before the drain: \(server.giveUp())")
            }
        }
        for jump in scenario.clockJumps {
            at(jump.at) { [self] in
                trace.note(now, -1, "the wall clock is set", Int(jump.milliseconds))
                time.setWall(forwardBy: jump.milliseconds)
            }
        }
        if let without = scenario.withoutDescriptors {
            at(without.lowerBound) { self.network.setOutOfDescriptors(true) }
            at(without.upperBound) { self.network.setOutOfDescriptors(false) }
        }
    }

    private func at(_ nanoseconds: Int64, _ body: @escaping () -> Void) {
        loop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(nanoseconds)), body)
    }

    /// What must hold at any time.
    private func look() {
        if endedAt == nil, server.hasEnded {
            endedAt = now
            trace.note(now, -1, "the server has ended")
        }
        guard failures.isEmpty else {
            return
        }
        let pipeline = server.parts.pipeline
        let waiting = pipeline.intake.budget.waiting
        mostWaiting = max(mostWaiting, waiting)
        let open = network.connections.count { $0.isOpenAtServer }
        if waiting > open {
            failures.append("\(waiting) sources wait, \(open) connections are open")
        }
        let left = server.ingestHandlers.count { $0.handler != nil && !$0.channel.isActive }
        if left > 0 {
            failures.append("\(left) ingest connections that are closed are still held")
        }
        if pipeline.intake.budget.used > pipeline.intake.budget.limit {
            failures.append("\(pipeline.intake.budget.used) comments wait, \(pipeline.intake.budget.limit) may")
        }
        looks += 1
        if looks.isMultiple(of: 8) {
            // Dearer than the rest.
            let metrics = pipeline.metrics()
            if !metrics.identityHolds {
                failures.append("\(metrics.unaccounted) comments are not accounted for")
            }
        }
        for budget in server.parts.budgets.all where budget.held > budget.limit {
            failures.append("\(budget.name): \(budget.held) of \(budget.limit)")
        }
    }

    private func cleanUp() {
        for connection in network.connections where connection.isOpenAtServer {
            connection.channel?.close(promise: nil)
        }
        loop.advanceTime(by: .seconds(1))
        if clock.sleepers > 0 {
            failures.append("\(clock.sleepers) tasks sleep after the end")
        }
        // Its end cancels what is left on the loop.
        _ = try? EmbeddedChannel(loop: loop).finish(acceptAlreadyClosed: true)
        executor.retire()
    }

    /// What the run came to see.
    var reached: [String: Int] {
        var reached: [String: Int] = ["runs": 1, "published": witness.comments]
        for fault in scenario.faults {
            reached["fault " + fault.rawValue, default: 0] += 1
        }
        for source in sources {
            reached["acknowledged sources", default: 0] += source.acknowledgements.isEmpty ? 0 : 1
            for error in source.errors where error.line == nil || !error.code.hasPrefix("room") {
                reached["source error " + error.code, default: 0] += 1
            }
        }
        for exchange in posters.flatMap(\.exchanges) {
            reached["answer \(exchange.answer?.status ?? 0)", default: 0] += 1
        }
        for stream in readers.flatMap(\.streams) {
            reached["stream \(stream.judge.end ?? (stream.hasLeft ? "left" : "open"))", default: 0] += 1
        }
        let metrics = server.parts.pipeline.metrics()
        reached["shed", default: 0] += metrics.intake.shed
        reached["duplicate", default: 0] += metrics.intake.duplicate
        reached["by fallback", default: 0] += metrics.scoredByFallback
        reached["runs with waiting sources", default: 0] += mostWaiting > 0 ? 1 : 0
        return reached
    }
}
