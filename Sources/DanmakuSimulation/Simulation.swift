import DanmakuTestKit
import Foundation
import NIOCore
import NIOEmbedded

/// A whole server and its clients on one virtual clock, one virtual network and one seed.
///
/// A run is single-threaded and takes milliseconds; the same seed gives the same run, which its trace's hash shows.
package enum Simulation {
    /// What came of a run.
    package struct Report: Sendable {
        /// The seed.
        package var seed: UInt64
        /// What went wrong by plan.
        package var faults: [Fault]
        /// Which promises were broken; empty if none was.
        package var failures: [String]
        /// The trace in one number.
        package var hash: UInt64
        /// How many events the trace has.
        package var events: Int
        /// The virtual duration, in nanoseconds.
        package var duration: Int64
        /// The newest lines of the trace, if they were kept.
        package var tail: [String]
        /// Comments that were published.
        package var published: Int
        /// What the readers and sources saw, for a look at whether runs reach what they are meant to reach.
        package var reached: [String: Int]
    }

    /// Runs one seed on the current thread, which must not be one of a task.
    ///
    /// - Parameters:
    ///   - seed: Decides everything.
    ///   - faults: What goes wrong; `nil` lets the seed choose.
    ///   - losesAnswerOneIn: Loses one answer of the server in so many, to see whether the judge notices; 0 for none.
    ///   - keepsLines: Whether to keep the trace's newest lines.
    ///   - print: Gets every line of the trace.
    /// - Returns: What came of it.
    package static func run(
        seed: UInt64,
        faults: [Fault]? = nil,
        losesAnswerOneIn: Int = 0,
        keepsLines: Bool = false,
        print: ((String) -> Void)? = nil
    ) -> Report {
        let trace = Trace(keepsLines: keepsLines, print: print)
        var scenario = Scenario(seed: seed, faults: faults)
        scenario.losesAnswerOneIn = losesAnswerOneIn
        let world: World
        do {
            world = try World(scenario, seed: seed, trace: trace)
        } catch {
            preconditionFailure("the server cannot be built: \(error)")
        }
        let failures = world.run()
        return Report(
            seed: seed,
            faults: scenario.faults,
            failures: failures,
            hash: trace.hash,
            events: trace.count,
            duration: world.now,
            tail: trace.tail,
            published: world.witness.comments,
            reached: world.reached
        )
    }

    /// Runs seeds on threads of their own, a few at a time.
    ///
    /// - Parameters:
    ///   - seeds: Which.
    ///   - threads: How many threads.
    /// - Returns: The reports of the seeds that failed, with their traces' last lines, and what all seeds reached.
    package static func run(
        seeds: Range<UInt64>,
        threads: Int
    ) async -> (failed: [Report], reached: [String: Int]) {
        await withTaskGroup(of: (failed: [Report], reached: [String: Int]).self) { group in
            for thread in 0..<UInt64(threads) {
                group.addTask {
                    await onThread {
                        var failed: [Report] = []
                        var reached: [String: Int] = [:]
                        var seed = seeds.lowerBound + thread
                        while seed < seeds.upperBound {
                            let report = run(seed: seed)
                            if !report.failures.isEmpty {
                                failed.append(run(seed: seed, keepsLines: true))
                            }
                            reached.merge(report.reached, uniquingKeysWith: +)
                            seed += UInt64(threads)
                        }
                        return (failed, reached)
                    }
                }
            }
            var all: (failed: [Report], reached: [String: Int]) = ([], [:])
            for await part in group {
                all.failed += part.failed
                all.reached.merge(part.reached, uniquingKeysWith: +)
            }
            all.failed.sort { $0.seed < $1.seed }
            return all
        }
    }

    /// Runs code on a thread of its own: a simulation runs jobs itself, so it must not run within one.
    package static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: body()) }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }
}

extension Simulation.Report {
    /// The report for a person: how to run it again, what broke, and how the trace ends.
    package var text: String {
        """
        Seed \(seed) failed; DANMAKU_SEED=\(seed) swift test --filter Simulation shows its whole trace.
        Faults: \(faults.map(\.rawValue).joined(separator: ", "))
        \(failures.prefix(12).map { "- \($0)" }.joined(separator: "\n"))
        \(tail.suffix(40).joined(separator: "\n"))
        """
    }
}
