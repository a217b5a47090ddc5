import DanmakuPipeline
import Testing

@Suite("Circuit breaker: every string of events")
struct CircuitBreakerExhaustiveTests {
    /// The defaults, and configurations small enough that seven events pass through every state.
    static let configurations: [CircuitBreakerConfiguration] = {
        let standard = CircuitBreakerConfiguration()
        var quick = standard
        quick.consecutiveFailures = 1
        var share = standard
        share.minCalls = 2
        share.consecutiveFailures = 3
        share.probes = 1
        var nervous = standard
        nervous.minCalls = 1
        nervous.slowPercent = 100
        nervous.failurePercent = 100
        nervous.consecutiveFailures = 2
        nervous.probes = 2
        nervous.rampLimit = 2
        return [standard, quick, share, nervous]
    }()

    @Test(
        "no stuck state, one probe, stale never moves it, cancel never closes it",
        .computes,
        arguments: configurations.indices
    )
    func strings(_ index: Int) {
        let configuration = Self.configurations[index]
        let start = BreakerState.now
        var nodes: Set<BreakerNode> = [
            BreakerNode(
                machine: CircuitBreaker.StateMachine(configuration: configuration, seed: 7, now: start),
                now: start
            )
        ]
        var seen: Set<CircuitBreaker.State> = [.closed]
        var closedAgain = false
        for length in 1...7 {
            var next: Set<BreakerNode> = []
            for node in nodes {
                for event in BreakerEvent.allCases {
                    var after = node
                    if let wrong = after.apply(event, configuration) {
                        Issue.record("length \(length), \(node.machine.state), \(event): \(wrong)")
                        return
                    }
                    for change in after.machine.takeTransitions() {
                        seen.insert(change.to)
                        closedAgain = closedAgain || change.reason == .recovered
                    }
                    next.insert(after)
                }
            }
            nodes = next
        }
        #expect(seen == Set(CircuitBreaker.State.allCases), "seven events reach every state")
        // The defaults need five failures, a wait and three successes: nine events.
        #expect(closedAgain == (index > 0))
    }
}
