import DanmakuPipeline
import NIOCore

/// One event loop's hub with what it has not itself: a clock, a regular tick, and a way for the log to wake it.
///
/// Everything but its creation and the wake-up happens on its loop.
final class HubLoop: @unchecked Sendable {
    // Unchecked, because the compiler does not see that `hub` and the counts are confined to `loop`; every entry checks it.

    /// Some times a second: it decides how exactly heartbeats and deadlines are kept.
    private static let tick: TimeAmount = .milliseconds(100)
    /// Nanoseconds between two turns of a hub: seven times what the last turn took, within these bounds, so that turns take
    /// at most an eighth of a loop's time.
    ///
    /// It has to be a scheduled task: a loop runs what `execute` adds before it looks at its sockets again, so that turns
    /// without a pause would be one turn. Longer serves a queue of joins later, shorter leaves less to everything else.
    private static let pause: ClosedRange<Int64> = 200_000...10_000_000

    let loop: any EventLoop
    /// How long a stream may take nothing while something waits for it.
    let writeDeadline: Duration
    private let time: any TimeSource
    private var hub: FanOutHub!
    private var ticking: RepeatedTask?
    private var isResuming = false
    /// The channels that carry a stream, those whose end is still being written included.
    private var handlers = StableTable<ObjectIdentifier, SubscriberHandler>()
    private var whenEmpty: [EventLoopPromise<Void>] = []

    init(loop: any EventLoop, pipeline: Pipeline, time: any TimeSource, random: RandomSource) {
        self.loop = loop
        self.time = time
        writeDeadline = pipeline.configuration.fanOut.writeDeadline
        // Weak: the log outlives the server's edge, and keeps its wake-ups.
        let reader = LogReader(log: pipeline.log) { [weak self] in
            guard let self else {
                return
            }
            self.loop.execute { self.perform { $0.drainOutbox(now: $1) } }
        }
        hub = FanOutHub(
            reader: reader,
            configuration: pipeline.configuration.fanOut,
            model: pipeline.model,
            moods: MoodSource(
                rooms: { pipeline.log.publishedRooms(from: $0) },
                mood: { room, now in
                    guard let name = RoomName(room) else {
                        preconditionFailure("the log has a room whose name is not valid")
                    }
                    return pipeline.moodOrZeros(of: name, now: now)
                }
            ),
            random: { random.int(in: $0) }
        )
    }

    func join(_ subscription: Subscription, sink: any SubscriberSink) -> Int {
        var number = 0
        perform { number = $0.join(subscription, sink: sink, now: $1) }
        if ticking == nil {
            ticking = loop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { [self] _ in
                perform { $0.tick(now: $1) }
                stopTickingIfIdle()
            }
        }
        return number
    }

    func leave(_ number: Int, _ reason: StreamEnd) {
        loop.preconditionInEventLoop()
        hub.leave(number, reason)
    }

    func writabilityChanged(_ number: Int) {
        perform { $0.writabilityChanged(number, now: $1) }
    }

    /// A channel begins to carry a stream.
    func opened(_ handler: SubscriberHandler) {
        loop.preconditionInEventLoop()
        handlers[ObjectIdentifier(handler)] = handler
    }

    /// A channel that carried a stream is gone.
    func closed(_ handler: SubscriberHandler) {
        loop.preconditionInEventLoop()
        handlers[ObjectIdentifier(handler)] = nil
        if handlers.isEmpty {
            let waiting = whenEmpty
            whenEmpty = []
            for promise in waiting {
                promise.succeed()
            }
        }
    }

    /// What the hub has counted.
    func counters() async -> FanOutCounters {
        let counters = try? await loop.submit { [self] in hub.counters }.get()
        return counters ?? FanOutCounters()
    }

    /// Ends every stream, and returns when their channels are gone: at the latest soon after `limit`, when the rest is
    /// closed.
    func drain(over window: Duration, retryOver: Duration, patience: Duration, within limit: Duration) async {
        let empty = loop.makePromise(of: Void.self)
        loop.execute { [self] in
            perform { $0.drain(over: window, retryOver: retryOver, patience: patience, now: $1) }
            guard !handlers.isEmpty else {
                empty.succeed()
                return
            }
            whenEmpty.append(empty)
            let deadline = loop.scheduleTask(in: TimeAmount(limit)) { [self] in
                perform { $0.endRest(now: $1) }
                for handler in handlers.values {
                    handler.close()
                }
            }
            empty.futureResult.whenComplete { _ in deadline.cancel() }
        }
        try? await empty.futureResult.get()
    }

    /// Calls the hub, and sees to it that it gets another turn if something waits for one.
    private func perform(_ body: (FanOutHub, Timestamp) -> Void) {
        loop.preconditionInEventLoop()
        let begun = time.now()
        body(hub, begun)
        if hub.hasWaiting, !isResuming {
            isResuming = true
            let taken = time.now().nanoseconds - begun.nanoseconds
            let pause = min(max(7 * taken, Self.pause.lowerBound), Self.pause.upperBound)
            loop.scheduleTask(in: .nanoseconds(pause)) { [self] in
                isResuming = false
                perform { $0.resume(now: $1) }
            }
        }
    }

    private func stopTickingIfIdle() {
        if hub.isIdle {
            ticking?.cancel()
            ticking = nil
        }
    }
}
