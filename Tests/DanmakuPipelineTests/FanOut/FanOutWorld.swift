import DanmakuPipeline
import DanmakuTestKit

/// A log, two event loops and some browsers, driven by dice in one thread.
struct FanOutWorld {
    /// What the dice choose among; the numbers are weights.
    private enum Step: Int, CaseIterable {
        case publish, wake, tick, join, stall, resume, take, leave, epoch, forget
    }

    private static let weights = [40, 30, 10, 8, 6, 6, 6, 4, 1, 2]
    static let rooms = ["a", "b", "c", "d"]

    /// A browser: it keeps its last id over connections.
    private final class Browser {
        var lastEventID = ""
        var subscription: Subscription
        var loop = 0
        var number = 0
        var sink: ScriptedSink?
        var judge: StreamJudge?
        var judged = 0
        /// The log's head and its oldest entry when it joined; `nil` while it waits for its turn.
        var joined: (head: UInt64, oldest: UInt64)?

        init(subscription: Subscription) {
            self.subscription = subscription
        }
    }

    /// One event loop: a hub, and whether the log woke it.
    private final class Loop {
        let hub: FanOutHub
        let wake: Wake
        var joins = 0

        init(hub: FanOutHub, wake: Wake) {
            self.hub = hub
            self.wake = wake
        }
    }

    final class Wake: @unchecked Sendable {
        // Set and read in the one thread of the test.
        var isWoken = false
    }

    private(set) var failures: [String] = []
    private var dice: FanOutDice
    private var now: Int64 = 0
    private var configuration = FanOutConfiguration()
    private var log: LogReplica
    private var published = PublishedModel()
    private var loops: [Loop] = []
    private var browsers: [Browser] = []
    private let seed: UInt64

    init(seed: UInt64) {
        self.seed = seed
        dice = FanOutDice(seed: seed)
        configuration.ringBytes = [20_000, 60_000, 400_000][dice.roll(3)]
        configuration.maximumLagBytes = [4000, 20_000, 1 << 30][dice.roll(3)]
        configuration.turnUnits = [1, 20, 256][dice.roll(3)]
        configuration.turnBytes = [1, 2000, 1 << 19][dice.roll(3)]
        log = LogReplica(ringBytes: configuration.ringBytes, epoch: "e0")
        startLoops()
        for _ in 0..<(2 + dice.roll(6)) {
            browsers.append(Browser(subscription: subscription()))
        }
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps where failures.isEmpty {
            now += Int64(dice.roll(400_000_000))
            step()
            judgeAll()
        }
        settle()
        drain()
    }

    private mutating func step() {
        switch Self.pick(&dice) {
        case .publish:
            publish()
        case .wake:
            wake(dice.roll(2))
        case .tick:
            for loop in loops {
                loop.hub.tick(now: Fixture.time(now))
            }
        case .join:
            join(browsers[dice.roll(browsers.count)])
        case .stall:
            browsers[dice.roll(browsers.count)].sink?.stall()
        case .resume:
            resume(browsers[dice.roll(browsers.count)])
        case .take:
            browsers[dice.roll(browsers.count)].sink?.take(dice.roll(3000))
        case .leave:
            leave(browsers[dice.roll(browsers.count)])
        case .epoch:
            restart()
        case .forget:
            log.forget(Fixture.bytes(Self.rooms[dice.roll(Self.rooms.count)]))
        }
    }

    private static func pick(_ dice: inout FanOutDice) -> Step {
        var roll = dice.roll(weights.reduce(0, +))
        for step in Step.allCases {
            roll -= weights[step.rawValue]
            if roll < 0 {
                return step
            }
        }
        preconditionFailure("weights do not cover the roll")
    }

    private mutating func publish() {
        var drafts: [EntryDraft] = []
        for _ in 0..<(1 + dice.roll(dice.chance(10) ? 60 : 4)) {
            let room = Self.rooms[dice.roll(Self.rooms.count)]
            switch dice.roll(10) {
            case 0...5:
                drafts.append(published.results(room: room, count: 1 + dice.roll(6), &dice))
            case 6...8:
                drafts.append(published.add(Fixture.mood(room, size: 20 + dice.roll(100)), .mood))
            default:
                drafts.append(published.add(Fixture.alert(room), .alert))
            }
        }
        log.append(drafts, now: now)
    }

    private func wake(_ loop: Int) {
        let loop = loops[loop]
        if loop.wake.isWoken {
            loop.wake.isWoken = false
            loop.hub.drainOutbox(now: Fixture.time(now))
        }
        if loop.hub.hasWaiting {
            loop.hub.resume(now: Fixture.time(now))
        }
    }

    private mutating func subscription() -> Subscription {
        let level = DetailLevel.allCases[dice.roll(3)]
        if dice.chance(25) {
            return Subscription(rooms: nil, level: level, cursor: nil)
        }
        let rooms = (Self.rooms + ["quiet"]).filter { _ in dice.chance(45) }
        return Subscription(rooms: (rooms.isEmpty ? ["a"] : rooms).map(Fixture.bytes), level: level, cursor: nil)
    }

    private mutating func join(_ browser: Browser) {
        leave(browser)
        if dice.chance(20) {
            // Another page: other rooms, no memory.
            browser.subscription = subscription()
            browser.lastEventID = ["", "", "nonsense", "e0-99999999", "zz-3", "e0-01"][dice.roll(6)]
        }
        browser.subscription.cursor = browser.lastEventID.isEmpty ? nil : browser.lastEventID
        let sink = ScriptedSink(high: 2000, low: 1000, lastEventID: browser.lastEventID)
        let loop = dice.roll(2)
        browser.loop = loop
        browser.sink = sink
        browser.judged = 0
        browser.joined = nil
        sink.onJoin = { [unowned browser, log] in browser.joined = (log.head, log.oldest) }
        let hub = loops[loop].hub
        let time = Fixture.time(now)
        // Set before the join, which may already write more than the sink takes.
        sink.onWritabilityChange = { [unowned browser] in hub.writabilityChanged(browser.number, now: time) }
        browser.number = loops[loop].joins
        loops[loop].joins += 1
        let number = hub.join(browser.subscription, sink: sink, now: time)
        precondition(number == browser.number, "numbers are given in order")
    }

    private func leave(_ browser: Browser) {
        guard let sink = browser.sink else {
            return
        }
        if !sink.isEnded {
            loops[browser.loop].hub.leave(browser.number)
        }
        browser.lastEventID = sink.parser.lastEventID
        browser.sink = nil
        browser.judge = nil
        browser.joined = nil
    }

    private func resume(_ browser: Browser) {
        guard let sink = browser.sink else {
            return
        }
        let hub = loops[browser.loop].hub
        let time = Fixture.time(now)
        sink.onWritabilityChange = { [unowned browser] in hub.writabilityChanged(browser.number, now: time) }
        sink.resume()
    }

    /// A new run of the server: nothing is left but what browsers remember.
    private mutating func restart() {
        for browser in browsers {
            leave(browser)
        }
        let epoch = "e\(dice.roll(1000) + 1)"
        log = LogReplica(ringBytes: configuration.ringBytes, epoch: epoch)
        published = PublishedModel()
        startLoops()
    }

    private mutating func startLoops() {
        loops = (0..<2)
            .map { _ in
                let wake = Wake()
                let reader = LogReader(log: log) { wake.isWoken = true }
                var jitter = FanOutDice(seed: seed)
                let hub = FanOutHub(
                    reader: reader,
                    configuration: configuration,
                    model: "test",
                    moods: MoodSource(
                        rooms: { Fixture.names(Self.rooms, from: $0) },
                        mood: { _, now in MoodSnapshot(at: now.milliseconds) }
                    ),
                    random: { Int.random(in: $0, using: &jitter) }
                )
                return Loop(hub: hub, wake: wake)
            }
    }

    private mutating func judgeAll() {
        for browser in browsers {
            guard let sink = browser.sink, let joined = browser.joined else {
                continue
            }
            if browser.judge == nil {
                browser.judge = StreamJudge(
                    subscription: browser.subscription,
                    epoch: String(decoding: log.epoch, as: UTF8.self),
                    head: joined.head,
                    oldest: joined.oldest,
                    published: published
                )
            }
            for event in sink.events[browser.judged...] {
                browser.judge?.take(event, published: published)
            }
            browser.judged = sink.events.count
            failures += (browser.judge?.failures ?? []).map { "\(browser.subscription): \($0)" }
            if !sink.parser.unknownFields.isEmpty {
                failures.append("unknown fields \(sink.parser.unknownFields)")
            }
        }
    }

    /// Everyone reads to the end: what was published is then delivered or accounted for.
    private mutating func settle() {
        for _ in 0..<200 {
            for browser in browsers {
                resume(browser)
            }
            wake(0)
            wake(1)
        }
        while loops.contains(where: { $0.hub.hasWaiting }) {
            wake(0)
            wake(1)
        }
        judgeAll()
        for browser in browsers where browser.sink?.isEnded == false {
            failures += (browser.judge?.missing(published: published) ?? []).map { "settled: \($0)" }
        }
    }

    private mutating func drain() {
        guard failures.isEmpty else {
            return
        }
        browsers.first?.sink?.stall()
        publish()
        for loop in loops {
            loop.hub.drain(over: .seconds(2), retryOver: .seconds(4), patience: .seconds(3), now: Fixture.time(now))
        }
        for _ in 0..<60 {
            now += 100_000_000
            for (number, loop) in loops.enumerated() {
                loop.hub.tick(now: Fixture.time(now))
                wake(number)
            }
        }
        judgeAll()
        for browser in browsers {
            if let sink = browser.sink, !sink.isEnded {
                failures.append("not ended by drain")
            }
        }
        if loops.contains(where: { $0.hub.counters.subscribers != 0 }) {
            failures.append("subscribers are left")
        }
    }
}
