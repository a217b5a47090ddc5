import DanmakuPipeline
import DanmakuTestKit
import Foundation

/// What was published, as the test remembers it: nothing is ever evicted here.
struct PublishedModel {
    enum Kind {
        case results
        case mood
        case alert
    }

    struct Entry {
        var sequence: UInt64
        var room: String
        var kind: Kind
        var draft: EntryDraft
        var share: Tally
    }

    private(set) var entries: [Entry] = []
    private var seqs: [String: UInt64] = [:]

    mutating func add(_ draft: EntryDraft, _ kind: Kind) -> EntryDraft {
        entries.append(
            Entry(
                sequence: UInt64(entries.count + 1),
                room: String(decoding: draft.room, as: UTF8.self),
                kind: kind,
                draft: draft,
                share: Tally(of: draft.content)
            )
        )
        return draft
    }

    mutating func results(room: String, count: Int, _ dice: inout FanOutDice) -> EntryDraft {
        let first = seqs[room, default: 0] + 1
        seqs[room] = first + UInt64(count) - 1
        let shown = dice.roll(count + 1)
        let results = Fixture.results(
            first...(first + UInt64(count) - 1),
            text: String(repeating: "字", count: 1 + dice.roll(60)),
            shown: shown,
            omitted: count - shown
        )
        return add(.results(results, room: Fixture.bytes(room)), .results)
    }
}

/// Judges one stream: every event that is promised comes once and in order, or is counted in `skipped`.
struct StreamJudge {
    let subscription: Subscription
    let epoch: String
    /// The head at the join.
    let head: UInt64
    private(set) var failures: [String] = []

    /// The reset that the cursor deserves.
    private var reset: String?
    private var isReset = false
    private var isGreeted = false
    private var snapshots = 0
    /// Everything up to here was delivered or accounted for; `nil` until the last snapshot.
    private(set) var place: UInt64?
    /// Where the stream has to begin.
    private var start: UInt64
    private var isEnded = false
    /// After `skipped`: how many moods are still to come, and which come into question.
    private var kept = 0
    private var keptMoods: [UInt64] = []

    init(subscription: Subscription, epoch: String, head: UInt64, oldest: UInt64, published: PublishedModel) {
        self.subscription = subscription
        self.epoch = epoch
        self.head = head
        start = head
        guard let cursor = subscription.cursor else {
            return
        }
        let parts = cursor.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = UInt64(parts[1]), String(sequence) == parts[1] else {
            reset = "malformed"
            return
        }
        if parts[0] != epoch {
            reset = "epoch"
        } else if sequence > head {
            reset = "ahead"
        } else if published.entries.contains(where: {
            $0.sequence > sequence && $0.sequence < oldest && watches($0.room)
        }) {
            reset = "expired"
        } else {
            start = sequence
        }
    }

    private func watches(_ room: String) -> Bool {
        subscription.rooms?.contains(Fixture.bytes(room)) ?? true
    }

    private func isVisible(_ entry: PublishedModel.Entry) -> Bool {
        watches(entry.room) && entry.share[subscription.level].events > 0
    }

    /// A mood that a replay leaves out, because the room has a newer one.
    private func isSuperseded(_ entry: PublishedModel.Entry, _ published: PublishedModel) -> Bool {
        entry.kind == .mood && entry.sequence <= head
            && published.entries[Int(entry.sequence)..<Int(head)].contains { $0.kind == .mood && $0.room == entry.room }
    }

    /// Visible entries that lie between and were not delivered.
    private func between(_ lower: UInt64, _ upper: UInt64, _ published: PublishedModel) -> [PublishedModel.Entry] {
        lower < upper ? published.entries[Int(lower)..<Int(upper)].filter(isVisible) : []
    }

    /// What is still owed once the reader has read everything.
    func missing(published: PublishedModel) -> [String] {
        guard let place else {
            return ["no snapshot"]
        }
        let owed = between(place, UInt64(published.entries.count), published).filter { !isSuperseded($0, published) }
        return owed.map { "entry \($0.sequence) of \($0.room) never came" }
            + (kept > 0 && isKeptExact ? ["\(kept) moods owed"] : [])
    }

    mutating func take(_ event: EventStreamParser.Event, published: PublishedModel) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(event.data.utf8)) as? [String: Any] else {
            failures.append("not an object: \(event)")
            return
        }
        if isEnded {
            failures.append("\(event.type) after the end")
        }
        switch event.type {
        case "hello":
            expect(!isGreeted && object["epoch"] as? String == epoch, "hello \(object)")
            isGreeted = true
        case "reset":
            expect(isGreeted && snapshots == 0 && !isReset, "reset out of place")
            expect(object["reason"] as? String == reset, "reset \(object), deserved \(reset ?? "none")")
            expect(object["to"] as? String == "\(epoch)-\(head)", "reset to \(object)")
            isReset = true
        case "snapshot":
            takeSnapshot(event)
        case "heartbeat":
            expect(event.lastEventID == "\(epoch)-\(place ?? .max)", "heartbeat \(event) at \(place ?? .max)")
        case "skipped":
            takeSkipped(event, object, published)
        case "mood" where !event.hasOwnID:
            takeKept(object, published)
        case "mood", "sentiment", "alert":
            takeEntry(event, object, published)
        case "bye", "evicted":
            isEnded = true
        default:
            failures.append("unexpected \(event)")
        }
    }

    private mutating func expect(_ condition: Bool, _ message: String) {
        if !condition {
            failures.append(message)
        }
    }

    private mutating func takeSnapshot(_ event: EventStreamParser.Event) {
        expect(
            isGreeted && isReset == (reset != nil) && place == nil,
            "snapshot out of place, deserved \(reset ?? "-")"
        )
        snapshots += 1
        let isLast = snapshots == (subscription.rooms?.count ?? FanOutWorld.rooms.count)
        expect(event.hasOwnID == isLast, "the last snapshot has the id")
        if isLast {
            place = start
            expect(event.lastEventID == "\(epoch)-\(start)", "snapshot \(event), start \(start)")
        }
    }

    private mutating func takeSkipped(
        _ event: EventStreamParser.Event,
        _ object: [String: Any],
        _ published: PublishedModel
    ) {
        guard let place, let sequence = event.sequence, let events = object["events"] as? Int,
            let comments = object["comments"] as? UInt64
        else {
            failures.append("malformed \(event)")
            return
        }
        expect(event.hasOwnID && sequence >= place, "skipped \(event) at \(place)")
        if sequence == place, kept > 0 {
            // Kept moods that left the ring meanwhile.
            expect(comments == 0, "moods are no comments")
            kept -= events
            expect(kept == 0 || !isKeptExact, "\(kept) moods owed after \(event)")
            kept = 0
            return
        }
        let left = between(place, sequence, published)
        let superseded = left.count { isSuperseded($0, published) }
        let level = subscription.level
        expect(comments == left.reduce(0) { $0 + $1.share[level].comments }, "skipped \(event), left out \(left.count)")
        var newest: [String: UInt64] = [:]
        for entry in left where entry.kind == .mood {
            newest[entry.room] = entry.sequence
        }
        keptMoods = newest.values.sorted()
        // Moods of a replay that were passed over before count or not, as far as the reader had come.
        kept = 0
        for candidate in 0...keptMoods.count
        where (left.count - superseded - candidate...left.count - candidate) ~= events {
            kept = max(kept, candidate)
        }
        expect(
            events <= left.count && events + keptMoods.count + superseded >= left.count,
            "skipped \(events) of \(left.count)"
        )
        isKeptExact = superseded == 0
        self.place = sequence
    }

    private var isKeptExact = true

    private mutating func takeKept(_ object: [String: Any], _ published: PublishedModel) {
        guard let room = object["room"] as? String else {
            failures.append("a mood without room")
            return
        }
        while let candidate = keptMoods.first {
            keptMoods.removeFirst()
            if published.entries[Int(candidate) - 1].room == room {
                kept -= 1
                return
            }
        }
        failures.append("a mood of \(room) that was not kept")
    }

    private mutating func takeEntry(
        _ event: EventStreamParser.Event,
        _ object: [String: Any],
        _ published: PublishedModel
    ) {
        guard let place, let sequence = event.sequence, sequence > place, sequence <= published.entries.count else {
            failures.append("\(event.type) \(event.lastEventID) at \(self.place ?? .max)")
            return
        }
        let entry = published.entries[Int(sequence) - 1]
        expect(isVisible(entry) && object["room"] as? String == entry.room, "\(event.lastEventID) is not asked for")
        for left in between(place, sequence - 1, published) where !isSuperseded(left, published) {
            failures.append("entry \(left.sequence) was left out before \(sequence)")
        }
        expect(!isSuperseded(entry, published), "mood \(sequence) is not the newest of the replay")
        self.place = sequence
        if isKeptExact {
            expect(kept == 0, "\(kept) moods owed before \(sequence)")
        }
        kept = 0
        keptMoods = []
        guard case .results(let results) = entry.draft.content else {
            return
        }
        let seqs = (object["results"] as? [[String: Any]])?.compactMap { $0["seq"] as? UInt64 }
        let shown =
            subscription.level == .full
            ? results.block.results.indices.map { $0 } : results.displayed.map { Int($0.index) }
        expect(seqs == shown.map { results.block.results[$0].seq }, "results of \(sequence)")
        let omitted = subscription.level == .full ? 0 : Int(results.omitted)
        expect(object["omitted"] as? Int == omitted, "omitted of \(sequence)")
    }
}
