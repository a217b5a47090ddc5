import SentimentModel

/// The admitting half of a shard: rooms by name, rates, the queue and the batcher's decisions.
///
/// A value without lock or clock; the ``Shard`` guards it and acts on what it says.
package struct ShardIntake {
    /// What one offered comment came to.
    package enum Verdict {
        /// Queued.
        case accepted
        /// Its id was seen before.
        case duplicate
        /// Its room is over its rate.
        case overRate(slot: UInt32)
        /// Its room is new and there are enough.
        case roomLimit
    }

    /// The rooms by name.
    package var directory = RoomDirectory()
    /// What waits.
    package var queue: CommentQueue
    /// When a batch leaves.
    package var batcher: BatcherStateMachine
    /// The terms of the accounting identity that this shard holds.
    package var counts = ShardCounts()

    private let roomRate: Double
    private let exposesUserID: Bool
    private let dedupe: DedupeWindow
    package let roomCount: RoomCount

    /// Creates an empty intake.
    ///
    /// - Parameters:
    ///   - configuration: The pipeline's.
    ///   - dedupe: The ids that were queued, all shards together.
    ///   - roomCount: How many rooms there are, all shards together.
    package init(configuration: PipelineConfiguration, dedupe: DedupeWindow, roomCount: RoomCount) {
        queue = CommentQueue(maxBatch: configuration.batcher.maxBatch, maxCost: configuration.batcher.maxCost)
        batcher = BatcherStateMachine(configuration: configuration.batcher)
        roomRate = configuration.admission.roomRate
        exposesUserID = configuration.exposesUserID
        self.dedupe = dedupe
        self.roomCount = roomCount
    }

    /// Takes one comment or says why not, in the contract's order: duplicate, rate, queue.
    ///
    /// - Parameters:
    ///   - comment: A valid comment whose place in the queue is reserved.
    ///   - bytes: The bytes of its chunk.
    ///   - watch: Who waits for its result.
    ///   - now: When the edge had read it.
    /// - Returns: What it came to.
    package mutating func admit(
        _ comment: DecodedComment,
        in bytes: UnsafeBufferPointer<UInt8>,
        watch: ResultWatch?,
        now: Timestamp
    ) -> Verdict {
        let name = UnsafeBufferPointer(rebasing: bytes[comment.room.indices])
        let slot: UInt32
        if let known = directory.slot(of: name, hash: comment.roomHash) {
            slot = known
        } else {
            guard roomCount.claim() else {
                return .roomLimit
            }
            // A second's worth may come at once, and a whole comment at any rate.
            let bucket = TokenBucket(rate: roomRate, burst: max(1, roomRate))
            slot = directory.add(name, hash: comment.roomHash, bucket: bucket, now: now.nanoseconds)
        }
        var key: UInt64?
        if !comment.id.isEmpty {
            let made = dedupe.key(room: name, id: UnsafeBufferPointer(rebasing: bytes[comment.id.indices]))
            guard !dedupe.contains(made, now: now.second) else {
                return .duplicate
            }
            key = made
        }
        let number: UInt64? = directory.update(slot) { room in
            guard room.bucket.take(1, now: now.nanoseconds) else {
                return nil
            }
            defer { room.nextNumber += 1 }
            room.pending += 1
            room.lastQueued = now.nanoseconds
            return room.nextNumber
        }
        guard let number else {
            return .overRate(slot: slot)
        }
        queue.append(
            comment,
            in: bytes,
            slot: slot,
            number: number,
            author: author(of: comment, in: bytes),
            receivedAt: now,
            exposeUID: exposesUserID,
            watch: watch
        )
        if let key {
            dedupe.remember(key, now: now.second)
        }
        return .accepted
    }

    private func author(of comment: DecodedComment, in bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        if !comment.uid.isEmpty {
            return Author.user(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[comment.uid.indices])))
        }
        if !comment.name.isEmpty {
            return Author.named(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[comment.name.indices])))
        }
        return Author.unknown
    }
}
