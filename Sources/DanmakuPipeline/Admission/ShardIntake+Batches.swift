import SentimentModel

/// What became of a run of comments.
package struct Admitted {
    /// The index of the first comment that was not dealt with.
    package var next: Int
    /// What became of those before it.
    package var counts = IntakeCounts()
    /// Refused because their room is new and there are enough.
    package var rejections: [Rejection] = []
    /// The rooms of those that are of scored kinds, one element a comment: they lower the coverage.
    package var lost: [UInt32] = []
    /// Those that will have no result, by item; only for an offer with a watch.
    package var unwatched: [Offering.Unwatched] = []
    /// Bytes that were queued.
    package var bytes = 0
    /// Whether a source that cannot wait was refused.
    package var isRefused = false
    /// Whether the next comment is of a new room and has to wait for a place.
    package var needsRoom = false
}

extension ShardIntake {
    /// Takes a run of comments and tells the batcher.
    ///
    /// - Parameters:
    ///   - comments: The comments of the chunk.
    ///   - run: Those to take; their places in the queue are reserved.
    ///   - bytes: The bytes of the chunk.
    ///   - hashes: The hashes of the chunk's comments.
    ///   - context: The source, and how it offers.
    ///   - isChatRefused: Whether the queue has places for paid comments only.
    ///   - stopsAtRoomLimit: Whether to stop at the first comment that `rooms.max` leaves no place for, and not to
    ///     refuse it.
    /// - Returns: What became of them.
    package mutating func admit(
        _ comments: [DecodedComment],
        _ run: Range<Int>,
        in bytes: Span<UInt8>,
        hashes: Span<CommentHashes>,
        context: OfferContext,
        isChatRefused: Bool = false,
        stopsAtRoomLimit: Bool = false
    ) -> Admitted {
        var admitted = Admitted(next: run.lowerBound)
        let before = (bytes: queue.bytes, cost: queue.cost)
        for index in run where !admitted.isRefused && !admitted.needsRoom {
            let verdict = admit(
                comments[index],
                in: bytes,
                hashes: hashes[index],
                context: context,
                isChatRefused: isChatRefused
            )
            switch verdict {
            case .accepted:
                admitted.counts.accepted += 1
            case .duplicate:
                admitted.counts.duplicate += 1
                admitted.note(comments[index], .duplicate, context)
            case .roomLimit where stopsAtRoomLimit:
                admitted.needsRoom = true
                continue
            case .roomLimit:
                admitted.counts.rejected += 1
                admitted.rejections.append(Rejection(item: comments[index].item, error: .roomLimit))
            case .overRate(let slot):
                admitted.counts.shed += 1
                admitted.note(comments[index], .shed(.rate), context)
                if comments[index].kind.isScored {
                    admitted.lost.append(slot)
                }
                admitted.isRefused = !context.waits
            }
            admitted.next = index + 1
        }
        admitted.bytes = queue.bytes - before.bytes
        counts.intake += admitted.counts
        let accepted = admitted.counts.accepted
        if accepted > 0 {
            batcher.enqueue(count: accepted, cost: queue.cost - before.cost, now: context.now.nanoseconds)
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
    mutating func complete(_ scored: ScoredBatch, now: Int64) {
        let serviceTime = now - scored.startedAt
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
}

extension Admitted {
    @inline(__always)
    fileprivate mutating func note(
        _ comment: DecodedComment,
        _ reason: Offering.Unwatched.Reason,
        _ context: OfferContext
    ) {
        if context.watch != nil {
            unwatched.append(.init(item: comment.item, reason: reason))
        }
    }
}
