import DanmakuPipeline
import DanmakuTestKit
import SentimentModel

/// The configured scorer of a simulated server: it takes its virtual time, and fails when the scenario says so.
final class SimulatedScorer: SentimentScorer, @unchecked Sendable {
    // Unchecked: confined to the simulation's thread.

    /// What can be wrong with it.
    enum Trouble: Sendable, CaseIterable {
        /// Nothing.
        case none
        /// A call does not come back before ``SimulatedScorer/release()``.
        case hang
        /// A call takes long.
        case slow
        /// A call throws.
        case failure
        /// A call answers for too few texts.
        case miscount
    }

    /// A while in which calls are in trouble.
    struct Phase: Sendable {
        var trouble: Trouble
        var from: Int64
        var to: Int64
    }

    /// The scorer's name.
    let name = "simulated"
    /// What its weights are called.
    let model = "simulated-1"

    private let clock: SimulatedClock
    private let phases: [Phase]
    private let usual: Int64
    private var random: SeededGenerator
    private var hanging: [CheckedContinuation<Void, Never>] = []
    private var isReleased = false

    /// Creates a scorer.
    ///
    /// - Parameters:
    ///   - clock: Whose time calls take.
    ///   - usual: The longest usual time of a call, in nanoseconds.
    ///   - phases: When it is in trouble.
    ///   - random: Draws how long calls take.
    init(clock: SimulatedClock, usual: Int64, phases: [Phase], random: SeededGenerator) {
        self.clock = clock
        self.usual = usual
        self.phases = phases
        self.random = random
    }

    /// Scores by the text, after some time.
    func score(_ batch: TextBatch) async throws -> [Sentiment] {
        let now = clock.now.offset.wholeNanoseconds
        let trouble = phases.first { ($0.from..<$0.to).contains(now) }?.trouble ?? .none
        if usual > 0 {
            try await clock.sleep(for: .nanoseconds(Int64.random(in: 0...usual, using: &random)))
        }
        switch trouble {
        case .none:
            break
        case .hang:
            await hang()
        case .slow:
            try await clock.sleep(for: .milliseconds(Int.random(in: 50...900, using: &random)))
        case .failure:
            throw ScoringError(.failed, "the scenario says so")
        case .miscount:
            return Array(Self.sentiments(of: batch).dropLast())
        }
        return Self.sentiments(of: batch)
    }

    /// Lets calls that hang come back, those to come too.
    func release() {
        isReleased = true
        let calls = hanging
        hanging = []
        for call in calls {
            call.resume()
        }
    }

    private func hang() async {
        guard !isReleased else {
            return
        }
        await withCheckedContinuation { hanging.append($0) }
    }

    /// A sentiment for each text; the breaker's canary passes.
    static func sentiments(of batch: TextBatch) -> [Sentiment] {
        let canary = Canary.standard.batch
        if batch.bytes == canary.bytes {
            return (0..<batch.count)
                .map { $0 % 4 < 2 && $0 < 4 || $0 == 4 || $0 == 6 ? .scriptedPositive : .scriptedNegative }
        }
        return batch.ranges.map { $0.count % 2 == 0 ? .scriptedPositive : .scriptedNegative }
    }
}

/// The scorer that stands in: it always answers at once.
struct SimulatedFallback: SentimentScorer {
    /// The scorer's name.
    let name = "simulated-fallback"
    /// What its weights are called.
    let model = "simulated-fallback-1"

    /// Creates it.
    init() {}

    /// Scores by the text.
    func score(_ batch: TextBatch) async throws -> [Sentiment] {
        SimulatedScorer.sentiments(of: batch)
    }
}
