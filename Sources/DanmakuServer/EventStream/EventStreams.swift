public import DanmakuPipeline
public import NIOCore

/// All event streams of a server: one hub for each event loop.
///
/// The composition root makes it; ``EventStreamRoutes`` join clients to the hub of their connection's loop.
public final class EventStreams: Sendable {
    /// Joins a second that a server takes back easily: ends and reconnections are spread so that there are no more.
    private static let reconnectionsPerSecond = 500
    /// The window of the ends of a drain at most: the grace has to hold it.
    private static let longestWindow: Duration = .seconds(5)

    private let loops: [ObjectIdentifier: HubLoop]

    /// Creates the hubs of an event loop group.
    ///
    /// - Parameters:
    ///   - pipeline: Whose log is streamed.
    ///   - eventLoopGroup: The loops that HTTP connections live on.
    ///   - time: Where time is read.
    public init(pipeline: Pipeline, eventLoopGroup: any EventLoopGroup, time: any TimeSource = SystemTime()) {
        var loops: [ObjectIdentifier: HubLoop] = [:]
        for loop in eventLoopGroup.makeIterator() {
            loops[ObjectIdentifier(loop)] = HubLoop(loop: loop, pipeline: pipeline, time: time)
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
    /// Called once, after the last comment was published and when no stream is let in any more. Each client gets a time to
    /// come back of its own.
    ///
    /// - Parameter patience: How long a client that lags may still read.
    public func drain(patience: Duration = .seconds(3)) async {
        let count = await counters().subscribers
        let spread = Duration.milliseconds(1000 * count / Self.reconnectionsPerSecond)
        await withDiscardingTaskGroup { group in
            for loop in loops.values {
                group.addTask {
                    await loop.drain(
                        over: min(spread, Self.longestWindow),
                        retryOver: .seconds(4) + spread,
                        patience: patience
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
