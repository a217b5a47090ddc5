/// Collects one room's results and decides when they leave as one log entry.
///
/// Leading edge: the first result of a quiet room leaves at once. After that an entry leaves when `1/fanout.flush-rate`
/// seconds have passed since the last one, or when it holds `fanout.frame-bytes`, whichever is first. What `display`
/// shows of it is decided here, once, and stored. The shard owns one per room, appends under its board lock and asks
/// ``takeIfDue(now:)`` after each batch and at each tick. It does not order results: they come in ascending `seq`.
package struct RoomFlush: Sendable {
    /// The room's name.
    package let room: [UInt8]

    private let step: Int64
    private let frameBytes: Int
    private var pending = PublishedResults(block: ResultBlock(), displayed: [], omitted: 0, receipts: [])
    private var pendingBytes = 0
    private var lastTaken: Int64?
    private var sampler: DisplaySampler

    /// Creates the flush of a room.
    ///
    /// - Parameters:
    ///   - room: The room's name.
    ///   - configuration: The rates.
    ///   - displayKey: Tells texts apart at `display`; random in a server.
    package init(
        room: [UInt8],
        configuration: FanOutConfiguration,
        displayKey: UInt64 = RandomSource.system.next()
    ) {
        self.room = room
        step = 1_000_000_000 / Int64(max(1, configuration.flushRate))
        frameBytes = configuration.frameBytes
        sampler = DisplaySampler(rate: configuration.displayRate, key: displayKey)
    }

    /// The number of results that wait.
    package var count: Int {
        pending.block.results.count
    }

    /// When the next entry may leave, in nanoseconds of the monotonic clock; `nil` if nothing waits.
    package var due: Int64? {
        guard count > 0 else {
            return nil
        }
        guard let lastTaken, pendingBytes < frameBytes else {
            return .min
        }
        return lastTaken + step
    }

    /// Adds one result.
    ///
    /// - Parameters:
    ///   - result: The result; its fields lie in `source`.
    ///   - source: The buffer, of which the result's fields are copied.
    ///   - normalised: The normalised text: chat comments that share it are one at `display`. Empty if it is not scored.
    ///   - receivedAt: When the edge had read it, in nanoseconds of the monotonic clock.
    ///   - now: The time, in nanoseconds of the monotonic clock.
    /// - Returns: The entry, if it is full.
    package mutating func append(
        _ result: CommentResult,
        fieldsFrom source: [UInt8],
        normalised: Span<UInt8>,
        receivedAt: Int64,
        now: Int64
    ) -> EntryDraft? {
        pending.block.append(result, fieldsFrom: source)
        sampler.add(normalised, kind: result.fields.kind)
        pendingBytes += FrameSize.result(result)
        if let last = pending.receipts.indices.last, pending.receipts[last].receivedAt == receivedAt {
            pending.receipts[last].count += 1
        } else {
            pending.receipts.append(.init(receivedAt: receivedAt, count: 1))
        }
        return pendingBytes >= frameBytes ? take(now: now) : nil
    }

    /// Takes what waits if it may leave now.
    package mutating func takeIfDue(now: Int64) -> EntryDraft? {
        guard let due, due <= now else {
            return nil
        }
        return take(now: now)
    }

    /// Takes what waits, due or not (at drain); `nil` if nothing waits.
    package mutating func take(now: Int64) -> EntryDraft? {
        guard count > 0 else {
            return nil
        }
        var results = pending
        pending = PublishedResults(block: ResultBlock(), displayed: [], omitted: 0, receipts: [])
        pendingBytes = 0
        lastTaken = now
        (results.displayed, results.omitted) = sampler.take(now: now)
        return .results(results, room: room)
    }
}
