import SentimentModel

/// What readers are shown of one room: its mood and its newest comments.
///
/// It is made of published comments and of nothing else, so that a process that follows the log has the same as the process
/// that writes it. Here the shard's board feeds it as soon as a comment is numbered, because a log in memory settles at once.
package struct RoomReplica {
    /// Windows, trend, phrases, totals.
    package var aggregate: RoomAggregate
    /// The newest comments.
    package private(set) var recent = RecentComments()
    /// The latest `at` that anyone was shown of the room.
    private var shownAt: Int64

    /// Creates the replica of a room without comments.
    ///
    /// - Parameters:
    ///   - shownAt: The latest `at` that may have been shown of a room of this name.
    ///   - now: The time.
    package init(shownAt: Int64, now: Timestamp) {
        self.shownAt = shownAt
        aggregate = RoomAggregate(second: now.second)
    }

    /// Adds the next comment that the room has published.
    ///
    /// - Parameters:
    ///   - result: The comment; its fields lie in `source`.
    ///   - source: The buffer, of which the fields are copied.
    ///   - author: Who wrote it (``Author``).
    ///   - phrase: Its normalised text; empty if it is not scored.
    ///   - second: When it was received, in seconds since 1970.
    mutating func append(
        _ result: CommentResult,
        fieldsFrom source: [UInt8],
        author: UInt64,
        phrase: Span<UInt8>,
        second: Int64
    ) {
        aggregate.add(result.sentiment, kind: result.fields.kind, author: author, phrase: phrase, second: second)
        recent.append(result, fieldsFrom: source)
    }

    /// Adds the results of one log entry, as a process does that follows the log.
    ///
    /// - Parameters:
    ///   - results: The results of the entry that follows the one before.
    ///   - hash: The hash of authors, with the key that the writing process uses.
    package mutating func append(_ results: PublishedResults, authorsHashedBy hash: KeyedHash) {
        let block = results.block
        let texts = TextBatch(
            bytes: block.bytes,
            ranges: block.results.map { result in
                let text = result.sentiment == nil ? result.fields.text.prefix(0) : result.fields.text
                return TextRange(start: text.lowerBound, count: text.count)
            }
        )
        for (index, result) in block.results.enumerated() {
            append(
                result,
                fieldsFrom: block.bytes,
                author: Author.of(result, in: block.bytes.span, with: hash),
                phrase: texts.normalised.span.extracting(texts.normalisedRanges[index].indices),
                second: result.receivedAt / 1000
            )
        }
    }

    /// The mood for a reader: never older than one that was published.
    package mutating func mood(
        now: Timestamp,
        degraded: Bool,
        detail: MoodSnapshot.Detail = .full
    ) -> MoodSnapshot {
        snapshot(notBefore: shownAt, now: now, degraded: degraded, detail: detail)
    }

    /// The mood to publish: newer than the one before even if the wall clock was set back, because a client ignores a
    /// mood that is not.
    package mutating func nextMood(now: Timestamp, degraded: Bool, detail: MoodSnapshot.Detail) -> MoodSnapshot {
        snapshot(notBefore: shownAt + 1, now: now, degraded: degraded, detail: detail)
    }

    private mutating func snapshot(
        notBefore earliest: Int64,
        now: Timestamp,
        degraded: Bool,
        detail: MoodSnapshot.Detail
    ) -> MoodSnapshot {
        var snapshot = aggregate.snapshot(at: now.milliseconds, second: now.second, degraded: degraded, detail: detail)
        snapshot.at = max(earliest, snapshot.at)
        // The next one that is published has to be newer than this.
        shownAt = snapshot.at
        return snapshot
    }

    /// Bytes of memory that the replica takes.
    package var memoryBytes: Int {
        aggregate.memoryBytes + recent.memoryBytes
    }
}
