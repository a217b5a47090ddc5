import DanmakuPipeline
import NIOCore
import NIOEmbedded

/// Reads the whole log as it is written and forgets nothing: the truth that clients' reports are compared with.
final class Witness {
    /// What an entry of the log is.
    enum Kind: Equatable {
        case results
        case mood
        case alert
    }

    /// One entry as it was published.
    struct Entry {
        let sequence: UInt64
        let room: String
        let kind: Kind
        /// Whether it is an event at `display`.
        let isDisplayed: Bool
        /// The comments: their `seq` and id.
        let comments: [(seq: UInt64, id: String)]
        /// When, in nanoseconds of the run.
        let publishedAt: Int64
    }

    /// Every entry; entry n has sequence n + 1.
    private(set) var entries: [Entry] = []
    /// What contradicts the log's own promises.
    private(set) var failures: [String] = []
    /// How often each id was published.
    private(set) var published: [String: Int] = [:]
    /// The `seq` of each id.
    private(set) var seqs: [String: UInt64] = [:]
    /// Comments that were published.
    private(set) var comments = 0

    private var newest: [String: UInt64] = [:]
    private let log: LogReplica
    private let loop: EmbeddedEventLoop
    private var reader: LogReader!

    /// Begins to read a log.
    init(log: LogReplica, loop: EmbeddedEventLoop) {
        self.log = log
        self.loop = loop
        // Taken at once, so that the bound of an outbox is not reached; everything happens on one thread.
        let bound = UncheckedReference(self)
        reader = LogReader(log: log) { bound.value?.take() }
        _ = reader.join(rooms: nil, level: .full, cursor: nil, now: 0)
    }

    /// The newest sequence.
    var head: UInt64 {
        UInt64(entries.count)
    }

    /// The oldest sequence that the log still has.
    var oldest: UInt64 {
        log.oldest
    }

    /// The tag of the log's cursors.
    var epoch: String {
        String(decoding: log.epoch, as: UTF8.self)
    }

    /// The entries above one sequence and up to another.
    func between(_ lower: UInt64, _ upper: UInt64) -> ArraySlice<Entry> {
        lower < upper ? entries[Int(lower)..<min(Int(upper), entries.count)] : []
    }

    private func take() {
        let outbox: Outbox = reader!.take()
        // One append can be more than an outbox holds; then the ring still has it.
        let newest = log.head
        let entries = outbox.isOverrun && newest > head ? reader.entries((head + 1)...newest) : outbox.entries
        for entry in entries {
            take(entry)
        }
    }

    private func take(_ entry: LogEntry) {
        let room = String(decoding: entry.room, as: UTF8.self)
        if entry.sequence != head + 1 {
            failures.append("entry \(entry.sequence) follows \(head)")
        }
        var kind = Kind.results
        var comments: [(seq: UInt64, id: String)] = []
        var isDisplayed = true
        switch entry.content {
        case .mood: kind = .mood
        case .alert: kind = .alert
        case .results(let results):
            isDisplayed = !results.displayed.isEmpty
            for result in results.block.results {
                let id = String(decoding: results.block.bytes[result.fields.id], as: UTF8.self)
                comments.append((result.seq, id))
                publish(id, seq: result.seq, room: room)
            }
        }
        entries.append(
            Entry(
                sequence: entry.sequence,
                room: room,
                kind: kind,
                isDisplayed: isDisplayed,
                comments: comments,
                publishedAt: Int64(loop.now.uptimeNanoseconds)
            )
        )
    }

    private func publish(_ id: String, seq: UInt64, room: String) {
        comments += 1
        // A room that was evicted begins anew.
        if seq != newest[room, default: 0] + 1, seq != 1 {
            failures.append("\(room): seq \(seq) follows \(newest[room, default: 0])")
        }
        newest[room] = seq
        seqs[id] = seq
        published[id, default: 0] += 1
        if published[id] == 2 {
            failures.append("\(id) was published twice")
        }
    }
}

/// A weak reference that a `@Sendable` closure may hold, because the simulation has one thread.
private final class UncheckedReference<Value: AnyObject>: @unchecked Sendable {
    weak var value: Value?

    init(_ value: Value) {
        self.value = value
    }
}

@available(*, unavailable)
extension Witness: Sendable {}
