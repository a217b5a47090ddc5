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

    /// What all shards share.
    package struct Shared: Sendable {
        /// The ids that were queued.
        package let dedupe: DedupeWindow
        /// How many rooms there are.
        package let roomCount: RoomCount
        /// How many rooms each client began lately.
        package let newRooms: NewRoomRates
        /// Makes authors of uids and names.
        package let authors: KeyedHash

        /// Creates what the shards of one pipeline share, with keys of their own.
        package init(configuration: PipelineConfiguration, random: RandomSource) {
            dedupe = DedupeWindow(
                capacity: configuration.admission.dedupeIDs,
                seconds: configuration.admission.dedupeSeconds,
                hash: KeyedHash(random: random)
            )
            roomCount = RoomCount(limit: configuration.rooms.max)
            newRooms = NewRoomRates(
                perMinute: configuration.admission.newRoomsPerMinute,
                hash: KeyedHash(random: random)
            )
            authors = KeyedHash(random: random)
        }

        /// The hashes of the comments of a chunk; they need no lock.
        package func hashes(of chunk: CommentChunk) -> [CommentHashes] {
            var hashes: [CommentHashes] = []
            hashes.reserveCapacity(chunk.comments.count)
            for comment in chunk.comments {
                let bytes = chunk.bytes.span
                var id: UInt64?
                if !comment.id.isEmpty {
                    id = dedupe.key(
                        room: bytes.extracting(comment.room.indices),
                        id: bytes.extracting(comment.id.indices)
                    )
                }
                hashes.append(CommentHashes(author: Author.hash(of: comment, in: bytes, with: authors), id: id))
            }
            return hashes
        }
    }

    /// Seconds of `admission.paid-rate` that may come at once: a source that polls a platform brings as many.
    private static let paidBurst = 5.0

    /// The rooms by name.
    package var directory = RoomDirectory()
    /// What waits.
    package var queue: CommentQueue
    /// When a batch leaves.
    package var batcher: Batcher.StateMachine
    /// The terms of the accounting identity that this shard holds.
    package var counts = ShardCounts()

    /// What all shards share.
    package let shared: Shared
    private let roomRate: Double
    private let paidRate: Double
    private let exposesUserID: Bool

    /// Creates an empty intake.
    ///
    /// - Parameters:
    ///   - configuration: The pipeline's.
    ///   - shared: What all shards of the pipeline share.
    package init(configuration: PipelineConfiguration, shared: Shared) {
        queue = CommentQueue(maxBatch: configuration.batcher.maxBatch, maxCost: configuration.batcher.maxCost)
        batcher = Batcher.StateMachine(configuration: configuration.batcher)
        roomRate = configuration.admission.roomRate
        paidRate = configuration.admission.paidRate
        exposesUserID = configuration.exposesUserID
        self.shared = shared
    }

    /// Takes one comment or says why not, in the contract's order: duplicate, rate, queue.
    ///
    /// A paid comment counts against `admission.paid-rate` alone. Over that rate it is taken as chat in every respect.
    ///
    /// - Parameters:
    ///   - comment: A valid comment whose place in the queue is reserved.
    ///   - bytes: The bytes of its chunk.
    ///   - hashes: What its author and its id are known by.
    ///   - context: The source, and how it offers.
    ///   - isChatRefused: Whether the queue has places for paid comments only.
    /// - Returns: What it came to.
    package mutating func admit(
        _ comment: DecodedComment,
        in bytes: Span<UInt8>,
        hashes: CommentHashes,
        context: OfferContext,
        isChatRefused: Bool
    ) -> Verdict {
        let now = context.now
        let second = now.second
        let name = bytes.extracting(comment.room.indices)
        let slot: UInt32
        if let known = directory.slot(of: name, hash: comment.roomHash) {
            slot = known
        } else if let added = addRoom(name, hash: comment.roomHash, client: context.client, now: now) {
            slot = added
        } else {
            return .roomLimit
        }
        if let key = hashes.id, shared.dedupe.contains(key, now: second) {
            return .duplicate
        }
        var kind = comment.kind
        let reserved: (number: UInt64, isMoved: Bool)? = directory.update(slot) { room in
            if kind == .paid, !room.paidBucket.take(1, now: now.nanoseconds) {
                kind = .chat
                guard !isChatRefused else {
                    return nil
                }
            }
            guard kind == .paid || room.bucket.take(1, now: now.nanoseconds) else {
                return nil
            }
            let number = room.nextNumber
            room.nextNumber += 1
            room.pending += 1
            return (number, room.isMoved(byUseAt: second))
        }
        guard let reserved else {
            return .overRate(slot: slot)
        }
        if reserved.isMoved {
            directory.use(slot, second: second)
        }
        if kind != comment.kind {
            counts.paidAsChat += 1
        }
        queue.append(
            comment,
            in: bytes,
            as: kind,
            slot: slot,
            newRoom: reserved.number == 0 ? directory.rooms[Int(slot)]?.name : nil,
            number: reserved.number,
            author: hashes.author,
            receivedAt: now,
            exposeUID: exposesUserID,
            watch: context.watch
        )
        if let key = hashes.id {
            shared.dedupe.remember(key, now: second)
        }
        return .accepted
    }

    private mutating func addRoom(
        _ name: Span<UInt8>,
        hash: UInt64,
        client: ClientAddress,
        now: Timestamp
    ) -> UInt32? {
        guard shared.roomCount.claim() else {
            return nil
        }
        let standing: RoomStanding =
            shared.newRooms.take(for: client, now: now.nanoseconds) ? .single : .excess
        shared.roomCount.claimed(standing)
        return directory.add(
            name,
            hash: hash,
            standing: standing,
            // A second's worth may come at once, and a whole comment at any rate.
            bucket: TokenBucket(rate: roomRate, burst: max(1, roomRate)),
            paidBucket: TokenBucket(rate: paidRate, burst: max(1, paidRate * Self.paidBurst)),
            second: now.second
        )
    }
}
