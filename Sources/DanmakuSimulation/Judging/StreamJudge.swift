import DanmakuPipeline
import DanmakuTestKit
import Foundation

/// Judges one stream by the contract: every event comes once and in order, or is counted in `skipped`.
struct StreamJudge {
    /// What is wrong.
    private(set) var failures: [String] = []
    /// The event that ended it: `bye`, `evicted`, `overloaded`.
    private(set) var end: String?
    /// When that event came.
    private(set) var endedAt: Int64?
    /// Whether `hello` came.
    private(set) var isGreeted = false

    private let rooms: Set<String>?
    private let level: DetailLevel
    private let cursor: String?
    private let witness: Witness
    /// The newest sequence when the client connected: what comes later must not be missed.
    private let headBefore: UInt64
    private var isReset = false
    /// The `at` of each room's newest mood.
    private var moods: [String: Int] = [:]
    /// Everything up to here was delivered or accounted for; `nil` before the last snapshot.
    private var place: UInt64?

    init(plan: SimulatedReader.Plan, cursor: String?, witness: Witness) {
        rooms = plan.rooms.map(Set.init)
        level = plan.level
        self.cursor = cursor
        self.witness = witness
        headBefore = witness.head
    }

    /// Takes the next event of the stream.
    mutating func take(_ event: EventStreamParser.Event, now: Int64) {
        guard let object = (try? JSONSerialization.jsonObject(with: Data(event.data.utf8))) as? [String: Any] else {
            failures.append("not an object: \(event)")
            return
        }
        if let end {
            failures.append("\(event.type) after \(end)")
        }
        switch event.type {
        case "hello":
            expect(!isGreeted && object["epoch"] as? String == witness.epoch) { _ in "hello \(object)" }
            isGreeted = true
        case "reset":
            takeReset(object)
        case "snapshot":
            takeSnapshot(event)
        case "heartbeat":
            expect(event.sequence ?? 0 == place ?? 0) { "heartbeat \(event.lastEventID) at \($0.place ?? 0)" }
        case "skipped":
            takeSkipped(event, object)
        case "mood" where !event.hasOwnID:
            expect(beginning() != nil) { _ in "a mood before the snapshots" }
            takeMood(object)
        case "mood", "sentiment", "alert":
            takeEntry(event, object)
        case "bye", "evicted", "overloaded":
            end = event.type
            endedAt = now
        default:
            failures.append("unexpected \(event)")
        }
    }

    /// What is owed to a reader that has read everything up to the end of its stream.
    ///
    /// - Parameter time: Entries that were published later need not have come.
    /// - Returns: What did not come, in words.
    func missing(publishedBefore time: Int64) -> [String] {
        guard let place = beginning() else {
            return isGreeted ? ["no snapshot"] : []
        }
        return witness.between(place, witness.head)
            .filter { $0.publishedAt < time && isOwed($0) }
            .map { "entry \($0.sequence) of \($0.room) never came" }
    }

    private func watches(_ room: String) -> Bool {
        rooms?.contains(room) ?? true
    }

    /// Whether the entry must not be left out without a word; moods replace each other.
    private func isOwed(_ entry: Witness.Entry) -> Bool {
        guard watches(entry.room), entry.kind == .results else {
            return false
        }
        switch level {
        case .mood: return false
        case .display: return entry.isDisplayed
        case .full: return true
        }
    }

    /// Notes a broken promise; the message is only made where it is broken, because an event's dictionary is long.
    private mutating func expect(_ condition: Bool, _ message: (Self) -> String) {
        if !condition {
            failures.append(message(self))
        }
    }

    private mutating func takeReset(_ object: [String: Any]) {
        expect(isGreeted && place == nil && !isReset) { _ in "reset out of place" }
        isReset = true
        let reason = object["reason"] as? String ?? ""
        expect(isDeserved(reason)) { judge in "reset \(reason) for cursor \(judge.cursor ?? "none")" }
    }

    private func isDeserved(_ reason: String) -> Bool {
        guard let cursor else {
            return false
        }
        let parts = cursor.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = UInt64(parts[1]), String(sequence) == parts[1] else {
            return reason == "malformed"
        }
        if parts[0] != witness.epoch {
            return reason == "epoch"
        }
        if sequence > witness.head {
            return reason == "ahead"
        }
        // The log may have gone on since the join, so this is the most that may have left it.
        let gone = witness.between(sequence, witness.oldest - 1).contains { watches($0.room) }
        return reason == "expired" && gone || reason == "ahead" && sequence > headBefore
    }

    /// Where it began; a stream of every room that saw no room has no snapshot, only an id that is no event.
    private func beginning() -> UInt64? {
        place ?? (rooms == nil && isGreeted ? 0 : nil)
    }

    private mutating func takeSnapshot(_ event: EventStreamParser.Event) {
        expect(isGreeted && place == nil) { _ in "a snapshot out of place" }
        guard event.hasOwnID else {
            return
        }
        guard let sequence = event.sequence else {
            failures.append("the last snapshot's id is \(event.lastEventID)")
            return
        }
        place = sequence
        if let cursor, !isReset {
            expect(event.lastEventID == cursor) { _ in "resumed at \(event.lastEventID) instead of \(cursor)" }
        } else {
            expect((headBefore...witness.head).contains(sequence)) { judge in
                "begins at \(sequence), connected at \(judge.headBefore)"
            }
        }
    }

    private mutating func takeSkipped(_ event: EventStreamParser.Event, _ object: [String: Any]) {
        guard let place = beginning(), let sequence = event.sequence, let comments = object["comments"] as? Int,
            sequence >= place
        else {
            failures.append("skipped \(event) at \(place ?? 0)")
            return
        }
        if level == .full, sequence > place {
            let left = witness.between(place, sequence).filter(isOwed).reduce(0) { $0 + $1.comments.count }
            expect(comments == left) { _ in "skipped says \(comments) comments, \(left) were left out up to \(sequence)"
            }
        }
        self.place = sequence
    }

    /// A page ignores a mood that is not newer than the one it shows, so that none may be older, whatever the wall clock.
    private mutating func takeMood(_ object: [String: Any]) {
        guard let room = object["room"] as? String, let time = object["at"] as? Int else {
            failures.append("a mood without room or time")
            return
        }
        expect(time > moods[room] ?? 0) { "the mood of \(room) at \(time) follows \($0.moods[room] ?? 0)" }
        moods[room] = time
    }

    private mutating func takeEntry(_ event: EventStreamParser.Event, _ object: [String: Any]) {
        guard let place = beginning(), let sequence = event.sequence, sequence > place, sequence <= witness.head else {
            failures.append("\(event.type) \(event.lastEventID) at \(self.place.map(String.init) ?? "no place")")
            return
        }
        let entry = witness.entries[Int(sequence) - 1]
        expect(watches(entry.room) && object["room"] as? String == entry.room) { _ in "\(sequence) was not asked for" }
        for left in witness.between(place, sequence - 1) where isOwed(left) {
            failures.append("entry \(left.sequence) of \(left.room) was left out before \(sequence)")
        }
        self.place = sequence
        guard event.type == "sentiment" else {
            return takeMood(object)
        }
        expect(entry.kind == .results && level != .mood) { judge in "\(sequence) is no sentiment at \(judge.level)" }
        let seqs = (object["results"] as? [[String: Any]])?.compactMap { $0["seq"] as? Int } ?? []
        if level == .full {
            expect(seqs == entry.comments.map { Int($0.seq) }) { _ in "results \(seqs) of entry \(sequence)" }
        }
    }
}

extension EventStreamParser.Event {
    /// The sequence of its id.
    fileprivate var sequence: UInt64? {
        lastEventID.split(separator: "-").last.flatMap { UInt64($0) }
    }
}
