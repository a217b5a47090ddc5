import SentimentModel

/// How one room publishes: numbers its comments, fills its next frame, paces its moods.
///
/// Only the process that owns the room has one, and it may be made anew at any time: what readers are shown is the
/// ``RoomReplica``.
package struct RoomWriter {
    /// The number of published comments.
    package private(set) var seq: UInt64 = 0
    /// Results that wait for the next frame.
    package var flush: RoomFlush
    /// When the next mood leaves.
    package var pacer: MoodPacer
    /// Restores the order of admission.
    private var sequencer = RoomSequencer()
    /// Whether the shard looks at the room again within milliseconds.
    package var isSoon = false
    /// Whether the shard looks at the room again within a second: its mood decays.
    package var isSettling = false
    /// What `degraded` the room's last mood said.
    package var shownDegraded = false

    /// Creates the writer of a room without comments.
    ///
    /// - Parameters:
    ///   - room: The room's name.
    ///   - configuration: The rates.
    ///   - displayKey: Tells texts apart at `display`.
    package init(room: RoomName, configuration: FanOutConfiguration, displayKey: UInt64) {
        flush = RoomFlush(room: room.bytes, configuration: configuration, displayKey: displayKey)
        pacer = MoodPacer(configuration: configuration)
    }

    /// Numbers a scored comment and adds it to the frame that waits.
    ///
    /// - Parameters:
    ///   - comment: The comment; its fields lie in `source`.
    ///   - source: The buffer, of which the fields are copied.
    ///   - sentiment: The verdict, or `nil` for kinds that are not scored.
    ///   - isFallback: Whether the fallback gave the verdict.
    ///   - phrase: The normalised text; empty if it is not scored.
    ///   - now: Nanoseconds of the monotonic clock.
    /// - Returns: What is published of it, and the entry if it is full.
    mutating func append(
        _ comment: QueuedComment,
        fieldsFrom source: [UInt8],
        sentiment: Sentiment?,
        isFallback: Bool,
        phrase: Span<UInt8>,
        now: Int64
    ) -> (result: CommentResult, full: EntryDraft?) {
        sequencer.release(comment.number)
        seq += 1
        let result = CommentResult(
            fields: comment.fields,
            seq: seq,
            receivedAt: comment.receivedAt.milliseconds,
            sentAt: comment.sentAt,
            user: Author.publishedUser(comment.author),
            sentiment: sentiment,
            isFallback: isFallback
        )
        let full = flush.append(
            result,
            fieldsFrom: source,
            normalised: phrase,
            receivedAt: comment.receivedAt.nanoseconds,
            now: now
        )
        pacer.change(now: now)
        return (result, full)
    }

    /// When the room has something to publish next, in nanoseconds of the monotonic clock.
    package var due: Int64? {
        switch (flush.due, pacer.due) {
        case (let flush?, let mood?): min(flush, mood)
        case (let flush?, nil): flush
        case (nil, let mood?): mood
        case (nil, nil): nil
        }
    }
}
