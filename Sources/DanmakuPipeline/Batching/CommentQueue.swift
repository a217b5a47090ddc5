import DequeModule
import SentimentModel

/// What waits to be scored: one queue in order of admission, already cut into the batches that will leave.
///
/// A comment's fields are copied once, from its chunk into the bytes of the batch it will be scored in; taking a batch
/// moves it out whole. So neither a read buffer nor a comment of another batch is kept alive, and the lock under which
/// this runs is held for moves only.
///
/// It has no bound of its own: places are reserved from a budget that all queues share, before a comment gets here.
package struct CommentQueue: Sendable {
    /// What the next batch will hold.
    package struct Front: Sendable, Equatable {
        /// Comments; 0 if the queue is empty.
        package var count: Int
        /// Their cost.
        package var cost: Int

        package init(count: Int, cost: Int) {
            self.count = count
            self.cost = cost
        }
    }

    private struct Filled: Sendable {
        var batch: CommentBatch
        var cost: Int
    }

    /// More than a batch in flight and one being filled are never empty at once for long.
    private static let spareLimit = 2
    /// Buffers that one run of long texts made larger than this are let go.
    private static let spareBytes = 128 * 1024

    /// The comments that wait.
    package private(set) var count = 0
    /// The bytes of their fields.
    package private(set) var bytes = 0
    /// Their cost: the sum of ``cost(ofText:)``.
    package private(set) var cost = 0

    private let maxBatch: Int
    private let maxCost: Int
    /// Full batches, oldest first.
    private var filled: Deque<Filled> = []
    /// The batch that is being filled; empty if and only if the queue is empty.
    private var tail = CommentBatch()
    private var tailCost = 0
    private var spares: [CommentBatch] = []

    /// Creates an empty queue.
    ///
    /// - Parameters:
    ///   - maxBatch: The most comments in a batch.
    ///   - maxCost: The most cost in a batch; a single comment that costs more goes alone.
    package init(maxBatch: Int, maxCost: Int = .max) {
        precondition(maxBatch > 0 && maxCost > 0, "a batch must have room for a comment")
        self.maxBatch = maxBatch
        self.maxCost = maxCost
    }

    /// The cost of scoring a text of this many bytes; a short text costs 1.
    @inlinable
    package static func cost(ofText bytes: Int) -> Int {
        1 + bytes / 64
    }

    /// Whether nothing waits.
    package var isEmpty: Bool {
        count == 0
    }

    /// The batch that ``take()`` would give.
    package var front: Front {
        guard let first = filled.first else {
            return Front(count: tail.comments.count, cost: tailCost)
        }
        return Front(count: first.batch.comments.count, cost: first.cost)
    }

    /// Adds a comment as the newest.
    ///
    /// - Parameters:
    ///   - comment: The comment.
    ///   - source: The bytes of its chunk.
    ///   - kind: What it counts as, if not as what its source says.
    ///   - slot: Its room.
    ///   - newRoom: The room's name, if this is its first comment.
    ///   - number: The room's own number, reserved for it.
    ///   - author: The keyed hash of its author.
    ///   - receivedAt: When the edge had read it.
    ///   - exposeUID: Whether the uid is kept.
    ///   - watch: Gets its result.
    package mutating func append(
        _ comment: DecodedComment,
        in source: Span<UInt8>,
        as kind: CommentKind? = nil,
        slot: UInt32,
        newRoom: RoomName? = nil,
        number: UInt64,
        author: UInt64,
        receivedAt: Timestamp,
        exposeUID: Bool,
        watch: ResultWatch?
    ) {
        let cost = Self.cost(ofText: Int(comment.text.count))
        if tail.comments.count == maxBatch || (tailCost + cost > maxCost && !tail.comments.isEmpty) {
            filled.append(Filled(batch: tail, cost: tailCost))
            tail = spares.popLast() ?? CommentBatch()
            tail.reset()
            tailCost = 0
        }
        let start = tail.bytes.count
        let fields = CommentFields(
            start: start,
            textCount: Int(comment.text.count),
            idCount: Int(comment.id.count),
            nameCount: Int(comment.name.count),
            uidCount: exposeUID ? Int(comment.uid.count) : 0,
            priceCount: Int(comment.price.count),
            idIsInteger: comment.idIsInteger,
            kind: kind ?? comment.kind
        )
        tail.bytes.append(source, comment.text)
        tail.bytes.append(source, comment.id)
        tail.bytes.append(source, comment.name)
        if exposeUID {
            tail.bytes.append(source, comment.uid)
        }
        tail.bytes.append(source, comment.price)
        if let newRoom {
            tail.newRooms.append(.init(slot: slot, name: newRoom))
        }
        if let watch {
            tail.watchers.append(.init(position: tail.comments.count, item: comment.item, watch: watch))
        }
        tail.comments.append(
            QueuedComment(
                fields: fields,
                slot: slot,
                number: number,
                receivedAt: receivedAt,
                sentAt: comment.sentAt,
                author: author
            )
        )
        tailCost += cost
        self.cost += cost
        count += 1
        bytes += tail.bytes.count - start
    }

    /// Takes the oldest batch; it must not be asked of an empty queue.
    package mutating func take() -> CommentBatch {
        precondition(count > 0, "take from an empty queue")
        let taken: Filled
        if let first = filled.popFirst() {
            taken = first
        } else {
            taken = Filled(batch: tail, cost: tailCost)
            tail = spares.popLast() ?? CommentBatch()
            tail.reset()
            tailCost = 0
        }
        count -= taken.batch.comments.count
        bytes -= taken.batch.bytes.count
        cost -= taken.cost
        return taken.batch
    }

    /// Keeps the buffers of a batch that was dealt with for later ones.
    ///
    /// They are emptied when they are used again, not now: while another owner still holds the batch, emptying
    /// would copy it.
    package mutating func recycle(_ batch: CommentBatch) {
        if spares.count < Self.spareLimit, batch.bytes.capacity <= Self.spareBytes {
            spares.append(batch)
        }
    }
}

extension CommentBatch {
    fileprivate mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        comments.removeAll(keepingCapacity: true)
        newRooms.removeAll(keepingCapacity: true)
        watchers.removeAll(keepingCapacity: true)
    }
}

extension [UInt8] {
    @inline(__always)
    fileprivate mutating func append(_ source: Span<UInt8>, _ range: TextRange) {
        if !range.isEmpty {
            source.extracting(range.indices).withUnsafeBufferPointer { append(contentsOf: $0) }
        }
    }
}
