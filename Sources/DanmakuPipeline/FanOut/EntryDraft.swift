/// What a shard hands to the log: one flush, mood or alert of one room, before it has a sequence.
package struct EntryDraft: Sendable {
    /// The room's name.
    package let room: [UInt8]
    /// What is published.
    package let content: EntryContent

    /// The results of one flush (``RoomFlush`` makes these).
    package static func results(_ results: PublishedResults, room: [UInt8]) -> EntryDraft {
        EntryDraft(room: room, content: .results(results))
    }

    /// A mood; `body` writes the mood object of the contract.
    package static func mood(_ body: EncodedBody, room: [UInt8]) -> EntryDraft {
        EntryDraft(room: room, content: .mood(body))
    }

    /// A mood as it was taken of the room.
    package static func mood(_ snapshot: MoodSnapshot, detail: MoodSnapshot.Detail, room: [UInt8]) -> EntryDraft {
        let body = EncodedBody(footprint: snapshot.footprint) { writer in
            snapshot.encode(room: room, detail: detail, into: &writer)
        }
        return .mood(body, room: room)
    }

    /// An alert; `body` writes the alert object of the contract.
    package static func alert(_ body: EncodedBody, room: [UInt8]) -> EntryDraft {
        EntryDraft(room: room, content: .alert(body))
    }
}

/// What an entry publishes.
package enum EntryContent: Sendable {
    /// Comments: `sentiment` at the levels `display` and `full`.
    case results(PublishedResults)
    /// A room's aggregate: `mood` at every level.
    case mood(EncodedBody)
    /// An alert: `alert` at every level.
    case alert(EncodedBody)
}

/// A JSON object that is encoded when a subscriber first needs it.
package struct EncodedBody: Sendable {
    /// Bytes of memory that the captured value takes, for the ring's bound.
    package let footprint: Int
    /// Writes the object.
    ///
    /// It may run on any thread, and more than once if its frame was dropped from the cache.
    package let encode: @Sendable (inout JSONWriter) -> Void

    /// Creates a body from a closure over an immutable value.
    package init(footprint: Int, encode: @escaping @Sendable (inout JSONWriter) -> Void) {
        self.footprint = footprint
        self.encode = encode
    }
}

/// The results of one flush, with everything about them that is decided once: what `display` shows of them.
package struct PublishedResults: Sendable {
    /// One comment that `display` shows.
    package struct Displayed: Sendable, Equatable {
        /// Its index in the block.
        package var index: UInt32
        /// How many comments of the same normalised text it stands for, itself included.
        package var repeats: UInt32

        /// Creates one.
        package init(index: UInt32, repeats: UInt32) {
            self.index = index
            self.repeats = repeats
        }
    }

    /// Some comments that were received at the same time.
    package struct Receipt: Sendable, Equatable {
        /// Nanoseconds of the monotonic clock.
        package var receivedAt: Int64
        /// How many.
        package var count: UInt32

        /// Creates a receipt.
        package init(receivedAt: Int64, count: UInt32) {
            self.receivedAt = receivedAt
            self.count = count
        }
    }

    /// All comments, in order: what `full` shows.
    package var block: ResultBlock
    /// What `display` shows, in order.
    package var displayed: [Displayed]
    /// The comments that sampling left out since the last entry with a displayed comment; 0 if none is displayed here.
    package var omitted: UInt32
    /// When the comments were received, in order, for the histogram of received → handed to the socket.
    package var receipts: [Receipt]

    /// Creates the results of a flush.
    package init(block: ResultBlock, displayed: [Displayed], omitted: UInt32, receipts: [Receipt]) {
        self.block = block
        self.displayed = displayed
        self.omitted = omitted
        self.receipts = receipts
    }

    /// Bytes of memory that the contents take.
    package var footprint: Int {
        block.footprint + displayed.count * MemoryLayout<Displayed>.stride
            + receipts.count * MemoryLayout<Receipt>.stride
    }
}
