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
    ///
    /// Of this process only: another one has another monotonic clock.
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
