package import DanmakuPipeline
package import NIOCore

/// All event streams of a server: one hub for each event loop.
///
/// The composition root makes it; ``EventStreamRoutes`` join clients to the hub of their connection's loop.
package final class EventStreams: Sendable {
    /// Joins a second that a server takes back easily: ends and reconnections are spread so that there are no more.
    private static let reconnectionsPerSecond = 500
    /// The window of the ends of a drain at most: the grace has to hold it.
    private static let longestWindow: Duration = .seconds(5)
    /// How long a client that lags may still read in a drain.
    private static let longestPatience: Duration = .seconds(3)
    /// What is left at the end of a drain for the last bytes of each response.
    private static let closing: Duration = .milliseconds(1500)

    private let loops: [ObjectIdentifier: HubLoop]

    /// Creates the hubs of an event loop group.
    ///
    /// - Parameters:
    ///   - pipeline: Whose log is streamed.
    ///   - eventLoopGroup: The loops that HTTP connections live on.
    ///   - time: Where time is read.
    ///   - random: Where jitter comes from.
    package init(
        pipeline: Pipeline,
        eventLoopGroup: any EventLoopGroup,
        time: any TimeSource = SystemTime(),
        random: RandomSource = .system
    ) {
        var loops: [ObjectIdentifier: HubLoop] = [:]
        for loop in eventLoopGroup.makeIterator() {
            loops[ObjectIdentifier(loop)] = HubLoop(loop: loop, pipeline: pipeline, time: time, random: random)
        }
        self.loops = loops
    }

    /// What the hubs have counted, all together.
    package func counters() async -> FanOutCounters {
        var sum = FanOutCounters()
        for loop in loops.values {
            sum.merge(await loop.counters())
        }
        return sum
    }

    /// Ends every stream with `bye`, and returns when their connections are closed.
    ///
    /// Called once, after the last comment was published. Each client gets a time to come back of its own. A stream that
    /// joins from now on gets its `bye` at once. No client can make it last longer than `limit`: a stream that lags gets
    /// some of that time, and the rest is closed at its end.
    ///
    /// - Parameter limit: How long it may take.
    package func drain(within limit: Duration = .seconds(10)) async {
        let count = await counters().subscribers
        let spread = Duration.milliseconds(1000 * count / Self.reconnectionsPerSecond)
        let time = max(.zero, limit - Self.closing)
        let patience = min(Self.longestPatience, time / 2)
        await withDiscardingTaskGroup { group in
            for loop in loops.values {
                group.addTask {
                    await loop.drain(
                        over: min(spread, Self.longestWindow, time - patience),
                        retryOver: .seconds(4) + spread,
                        patience: patience,
                        within: limit
                    )
                }
            }
        }
    }

    /// The hub of a connection's loop.
    func hub(of channel: any Channel) -> HubLoop? {
        loops[ObjectIdentifier(channel.eventLoop)]
    }
}
