import SentimentModel

/// What became of a run of comments.
package struct Admitted {
    /// The index of the first comment that was not dealt with.
    package var next: Int
    /// Queued.
    package var accepted = 0
    /// Seen before.
    package var duplicate = 0
    /// Refused because their room is new and there are enough.
    package var rejections: [Rejection] = []
    /// The rooms of those refused for their room's rate, one element a comment.
    package var overRate: [UInt32] = []
    /// Bytes that were queued.
    package var bytes = 0
    /// Whether a source that cannot wait was refused.
    package var isRefused = false
}

extension ShardIntake {
    /// Takes a run of comments and tells the batcher.
    package mutating func admit(
        _ comments: [DecodedComment],
        _ run: Range<Int>,
        in bytes: UnsafeBufferPointer<UInt8>,
        mode: OfferMode,
        watch: ResultWatch?,
        now: Timestamp
    ) -> Admitted {
        var admitted = Admitted(next: run.lowerBound)
        let before = (bytes: queue.bytes, cost: queue.cost)
        for index in run where !admitted.isRefused {
            switch admit(comments[index], in: bytes, watch: watch, now: now) {
            case .accepted:
                admitted.accepted += 1
            case .duplicate:
                admitted.duplicate += 1
            case .roomLimit:
                admitted.rejections.append(Rejection(item: comments[index].item, error: .roomLimit))
            case .overRate(let slot):
                admitted.overRate.append(slot)
                if case .refuses = mode {
                    admitted.isRefused = true
                }
            }
            admitted.next = index + 1
        }
        admitted.bytes = queue.bytes - before.bytes
        counts.accepted += admitted.accepted
        counts.duplicate += admitted.duplicate
        counts.rejected += admitted.rejections.count
        counts.shed += admitted.overRate.count
        if admitted.accepted > 0 {
            batcher.enqueue(count: admitted.accepted, cost: queue.cost - before.cost, now: now.nanoseconds)
        }
        return admitted
    }

    /// Takes the batch that may leave now, if any.
    package mutating func nextBatch(now: Int64) -> CommentBatch? {
        switch batcher.next(now: now, front: queue.front) {
        case .dispatch(_, let reason):
            let batch = queue.take()
            counts.dispatches[reason, default: 0] += 1
            counts.inFlight += batch.comments.count
            return batch
        case .setTimer, .none:
            // One batch at a time: the completion asks again, so a timer has nothing to add.
            return nil
        }
    }

    /// Takes note that a batch is published, and keeps its buffers for the next ones.
    mutating func complete(_ scored: ScoredBatch, serviceTime: Int64) {
        let count = scored.batch.comments.count
        counts.inFlight -= count
        if scored.verdicts.isFallback {
            counts.scoredByFallback += scored.texts.count
        } else {
            counts.scoredByModel += scored.texts.count
        }
        for comment in scored.batch.comments {
            directory.update(comment.slot) { $0.pending -= 1 }
            if !comment.fields.kind.isScored {
                counts.unscored[Int(comment.fields.kind.rawValue)] += 1
            }
        }
        counts.batchSizes.observe(Int64(count))
        counts.scoreSeconds.observe(serviceTime)
        batcher.completed(count: count, serviceTime: serviceTime)
        queue.recycle(scored.batch)
    }

    /// The names of rooms.
    package func names(of slots: [UInt32]) -> [UInt32: [UInt8]] {
        Dictionary(uniqueKeysWithValues: slots.map { ($0, directory.rooms[Int($0)]?.name ?? []) })
    }

    /// Forgets the rooms without a comment since a time, unless one is pending or somebody watches.
    package mutating func evict(
        idleSince limit: Int64,
        isWatched: ([UInt8]) -> Bool
    ) -> [(slot: UInt32, name: [UInt8])] {
        var evicted: [(slot: UInt32, name: [UInt8])] = []
        for (index, room) in directory.rooms.enumerated() {
            if let room, room.pending == 0, room.lastQueued < limit, !isWatched(room.name) {
                evicted.append((UInt32(index), room.name))
            }
        }
        for room in evicted {
            directory.remove(room.slot)
        }
        roomCount.release(evicted.count)
        return evicted
    }
}
