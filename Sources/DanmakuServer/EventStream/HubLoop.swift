import DanmakuPipeline
import NIOCore

/// One event loop's hub with what it has not itself: a clock, a regular tick, and a way for the log to wake it.
///
/// Everything but its creation and the wake-up happens on its loop.
final class HubLoop: @unchecked Sendable {
    // Unchecked, because the compiler does not see that `hub` and the counts are confined to `loop`; every entry checks it.

    /// Some times a second: it decides how exactly heartbeats and deadlines are kept.
    private static let tick: TimeAmount = .milliseconds(100)

    let loop: any EventLoop
    private let time: any TimeSource
    private var hub: FanOutHub!
    private var ticking: RepeatedTask?
    private var isResuming = false
    /// Channels that carry a stream, those whose end is still being written included.
    private var channels = 0
    private var whenEmpty: [EventLoopPromise<Void>] = []

    init(loop: any EventLoop, pipeline: Pipeline, time: any TimeSource) {
        self.loop = loop
        self.time = time
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
                rooms: { pipeline.log.publishedRooms() },
                encode: { room, now, writer in
                    let mood = pipeline.moodOrZeros(of: room, now: now)
                    mood.encode(room: room, detail: .full, into: &writer)
                }
            )
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

    func leave(_ number: Int) {
        loop.preconditionInEventLoop()
        hub.leave(number)
    }

    func writabilityChanged(_ number: Int) {
        perform { $0.writabilityChanged(number, now: $1) }
    }

    /// A channel begins to carry a stream.
    func opened() {
        loop.preconditionInEventLoop()
        channels += 1
    }

    /// A channel that carried a stream is gone.
    func closed() {
        loop.preconditionInEventLoop()
        channels -= 1
        if channels == 0 {
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

    /// Ends every stream, and returns when their channels are gone.
    func drain(over window: Duration, retryOver: Duration, patience: Duration) async {
        let empty = loop.makePromise(of: Void.self)
        loop.execute { [self] in
            perform { $0.drain(over: window, retryOver: retryOver, patience: patience, now: $1) }
            if channels == 0 {
                empty.succeed()
            } else {
                whenEmpty.append(empty)
            }
        }
        try? await empty.futureResult.get()
    }

    /// Calls the hub, and sees to it that it is called again if somebody's turn was over.
    private func perform(_ body: (FanOutHub, Timestamp) -> Void) {
        loop.preconditionInEventLoop()
        body(hub, time.now())
        if hub.hasWaiting, !isResuming {
            isResuming = true
            loop.execute { [self] in
                isResuming = false
                perform { $0.resume(now: $1) }
            }
        }
    }

    private func stopTickingIfIdle() {
        if hub.counters.subscribers == 0 {
            ticking?.cancel()
            ticking = nil
        }
    }
}
