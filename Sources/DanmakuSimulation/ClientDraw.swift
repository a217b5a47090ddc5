import DanmakuPipeline
import NIOCore

/// Draws what the clients of a scenario do.
struct ClientDraw {
    private var draw: Draw
    private let faults: Set<Fault>
    private let span: Int64
    private let termination: Int64
    private let rooms: [String]
    private var nextID = 0
    private var sent: [SimulatedComment] = []

    init(draw: Draw, faults: Set<Fault>, span: Int64, termination: Int64) {
        self.draw = draw
        self.faults = faults
        self.span = span
        self.termination = termination
        rooms = Array(["r0", "r1", "room:2", "r-3"].prefix(1 + self.draw.from(0...3)))
    }

    private mutating func start() -> Int64 {
        // Some come after SIGTERM.
        draw.chance(6) ? termination + draw.time(0...1_000_000_000) : draw.time(0...span)
    }

    private mutating func comment() -> SimulatedComment {
        if !sent.isEmpty, draw.chance(8) {
            return draw.pick(sent)
        }
        nextID += 1
        let text = draw.pick(["666", "ha", "主播太强了", "什么", "gg wp", "a longer text that fills a line"])
        let kind = draw.pick(["chat", "chat", "chat", "chat", "paid", "gift", "marker", "system"])
        let comment = SimulatedComment(id: "c\(nextID)", room: draw.pick(rooms), text: text, kind: kind)
        sent.append(comment)
        return comment
    }

    private mutating func items(_ count: Int, badPercent: Int) -> [SimulatedItem] {
        (0..<count)
            .map { _ in
                guard draw.chance(badPercent) else {
                    return .comment(comment())
                }
                return .invalid(
                    draw.pick([
                        "{\"room\":\"r0\",\"text\":\"\"}", "{\"text\":\"no room\"}", "{\"room\":\"r0\"}",
                        "{\"room\":1}",
                        "{\"room\":\"not a room\",\"text\":\"x\"}",
                    ])
                )
            }
    }

    private mutating func pieces() -> Pieces {
        switch draw.from(0...3) {
        case 0: .whole
        case 1: Pieces(most: 400, pause: 2_000_000)
        case 2: Pieces(most: 64, pause: 10_000_000)
        default: Pieces(most: 1000, pause: 200_000_000)
        }
    }

    // MARK: Sources

    mutating func sources() -> [SimulatedSource.Plan] {
        var plans = (0..<draw.from(0...2)).map { _ in source() }
        if faults.contains(.resetWhileWaiting) {
            for _ in 0..<draw.from(1...2) {
                var plan = source()
                plan.items = items(draw.from(15...40), badPercent: 5)
                plan.pieces = draw.chance(70) ? .whole : Pieces(most: 400, pause: 2_000_000)
                plan.ending = .resets(after: draw.time(0...80_000_000))
                plans.append(plan)
            }
        }
        if faults.contains(.stall) {
            var plan = source()
            plan.ending = .stopsWithinLine
            plans.append(plan)
        }
        if faults.contains(.drip) {
            var plan = source()
            plan.items = items(draw.from(1...3), badPercent: 20)
            plan.pieces = Pieces(most: 1, pause: draw.pick([100_000, 20_000_000]))
            plans.append(plan)
        }
        if faults.contains(.muteSource) {
            var plan = source()
            plan.items = items(draw.from(40...160), badPercent: 95)
            plan.pieces = .whole
            plan.reads = false
            plan.ending = draw.chance(50) ? .stays : .finishes
            plans.append(plan)
        }
        if faults.contains(.halfClose) {
            var plan = source()
            plan.ending = .finishes
            plans.append(plan)
        }
        return plans
    }

    private mutating func source() -> SimulatedSource.Plan {
        var plan = SimulatedSource.Plan()
        plan.host = draw.from(1...6)
        plan.startsAt = start()
        plan.wantsAcknowledgements = draw.chance(85)
        plan.items = items(draw.from(0...18), badPercent: draw.pick([0, 10, 50]))
        plan.pieces = pieces()
        switch draw.from(0...9) {
        case 0...4: plan.ending = .finishes
        case 5...7: plan.ending = .stays
        case 8: plan.ending = .resets(after: draw.time(0...500_000_000))
        default: plan.ending = .leaves
        }
        return plan
    }

    // MARK: Posters

    mutating func posters() -> [SimulatedPoster.Plan] {
        var plans = (0..<draw.from(0...2)).map { _ in poster() }
        if faults.contains(.stall) {
            var plan = poster()
            plan.posts.append(post(.stalls))
            plans.append(plan)
        }
        if faults.contains(.drip) {
            var plan = poster()
            var post = post(.complete)
            post.items = items(1, badPercent: 10)
            post.pieces = Pieces(most: 1, pause: draw.pick([10_000, 10_000_000]))
            plan.posts = [post]
            plans.append(plan)
        }
        if faults.contains(.resetWhileWaiting) {
            var plan = poster()
            var post = post(.resets(after: draw.time(0...100_000_000)))
            post.format = .lines
            post.waitsForScores = false
            post.items = items(draw.from(15...30), badPercent: 0)
            plan.posts = [post]
            plans.append(plan)
        }
        if faults.contains(.halfClose) {
            var plan = poster()
            plan.posts.append(post(.completeAndHalfClosed))
            plans.append(plan)
        }
        return plans
    }

    private mutating func poster() -> SimulatedPoster.Plan {
        var plan = SimulatedPoster.Plan()
        plan.host = draw.from(1...6)
        plan.startsAt = start()
        plan.posts = (0..<draw.from(1...3)).map { _ in post(.complete) }
        if draw.chance(10) {
            plan.posts.append(post(.resets(after: draw.time(0...300_000_000))))
        }
        return plan
    }

    private mutating func post(_ ending: SimulatedPoster.Ending) -> SimulatedPoster.Post {
        var post = SimulatedPoster.Post()
        post.format = draw.chance(60) ? .array : .lines
        post.items = items(draw.from(1...8), badPercent: draw.pick([0, 0, 20]))
        post.waitsForScores = post.format == .array && draw.chance(35)
        post.pieces = draw.chance(60) ? .whole : pieces()
        post.ending = ending
        if draw.chance(15) {
            post.format = draw.chance(70) ? .texts : .rooms
            post.items = []
        }
        return post
    }

    // MARK: Readers

    mutating func readers() -> [SimulatedReader.Plan] {
        var plans = (0..<draw.from(1...2)).map { _ in reader() }
        if faults.contains(.slowReader) {
            var plan = reader()
            let slow = VirtualConnection.Appetite.slow(bytes: draw.pick([200, 2000]), every: .milliseconds(50))
            plan.visits[0].appetite = draw.chance(50) ? .none : slow
            plans.append(plan)
        }
        if faults.contains(.reconnectStorm) {
            storm(&plans)
        }
        return plans
    }

    private mutating func reader() -> SimulatedReader.Plan {
        var plan = SimulatedReader.Plan()
        plan.host = draw.from(1...6)
        if draw.chance(20) {
            plan.rooms = nil
        } else {
            let watched = (rooms + ["quiet"]).filter { _ in draw.chance(60) }
            plan.rooms = watched.isEmpty ? [rooms[0]] : watched
        }
        plan.level = draw.pick([.full, .full, .full, .display, .mood])
        var visit = SimulatedReader.Visit(startsAt: start())
        if draw.chance(15) {
            visit.strangeCursor = draw.pick(["nonsense", "zz-3", "-", "0123456789abc-1"])
        }
        plan.visits = [visit]
        if draw.chance(30) {
            let pause = draw.time(10_000_000...1_000_000_000)
            plan.visits[0].ending = draw.chance(50) ? .leaves(after: pause) : .resets(after: pause)
            let back = plan.visits[0].startsAt + pause + draw.time(0...1_000_000_000)
            plan.visits.append(SimulatedReader.Visit(startsAt: back))
        }
        return plan
    }

    /// Everyone, and some more, comes back at the same time.
    private mutating func storm(_ plans: inout [SimulatedReader.Plan]) {
        for _ in 0..<draw.from(2...5) {
            plans.append(reader())
        }
        let time = draw.time(0...max(span, termination))
        for index in plans.indices {
            plans[index].visits.removeAll { $0.startsAt >= time }
            if plans[index].visits.isEmpty {
                plans[index].visits = [SimulatedReader.Visit(startsAt: draw.time(0...time))]
            }
            let back = time + draw.time(0...2_000_000)
            plans[index].visits.append(SimulatedReader.Visit(startsAt: back))
        }
    }
}
