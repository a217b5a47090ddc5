/// The newest comments of one room, so that a page is not blank after a reload.
///
/// A ring of bytes. A record is its length, the numbers of a result in 14 to 34 bytes, and the fields as they are;
/// `seq` is counted and not kept.
package struct RecentComments: Sendable {
    private let limit: Int
    private let byteLimit: Int
    private var ring: [UInt8] = []
    /// Where the oldest record begins.
    private var start = 0
    private var used = 0
    /// How many there are.
    package private(set) var count = 0
    /// `seq` of the newest.
    private var newest: UInt64 = 0

    /// Creates an empty list.
    ///
    /// - Parameters:
    ///   - limit: The most comments.
    ///   - byteLimit: The most bytes, at least 2,048: it bites where comments are longer than 300 bytes throughout.
    package init(limit: Int = 200, byteLimit: Int = 65_536) {
        self.limit = limit
        self.byteLimit = byteLimit
    }

    /// Adds the newest result; the oldest go if there are enough, or to make room.
    ///
    /// - Parameters:
    ///   - result: Its `seq` follows that of the one before.
    ///   - source: The bytes that its fields lie in.
    package mutating func append(_ result: CommentResult, fieldsFrom source: [UInt8]) {
        let header = RecentRecord.Header(result)
        let fields = result.fields.all
        let length = header.count + fields.count
        while count == limit || used + length > byteLimit {
            removeOldest()
        }
        if used + length > ring.count {
            grow(to: used + length)
        }
        var record = RingCursor(position: wrapped(start + used))
        record.write(header.bytes.span.extracting(first: header.count), into: &ring)
        record.write(source.span.extracting(fields), into: &ring)
        used += length
        count += 1
        newest = result.seq
    }

    /// The newest results before one, in ascending `seq`.
    ///
    /// - Parameters:
    ///   - before: The `seq` that all are less than; `nil` for the newest of all.
    ///   - limit: How many at most.
    /// - Returns: The results; empty if there are none.
    package func page(before: UInt64?, limit: Int) -> ResultBlock {
        var block = ResultBlock()
        let oldest = newest - UInt64(count) + 1
        let end = max(oldest, min(before ?? .max, newest + 1))
        let begin = end - min(end - oldest, UInt64(max(0, limit)))
        var position = start
        for seq in oldest..<end {
            var record = RingCursor(position: position)
            let length = Int(record.read(2, from: ring))
            if seq >= begin {
                var result = RecentRecord.read(seq: seq, from: ring, at: &record)
                result.fields.start = UInt32(block.bytes.count)
                record.read(result.fields.all.count, from: ring, into: &block.bytes)
                block.results.append(result)
            }
            position = wrapped(position + length)
        }
        return block
    }

    /// Bytes on the heap.
    package var memoryBytes: Int {
        ring.isEmpty ? 0 : 32 + ring.capacity
    }

    private mutating func removeOldest() {
        precondition(count > 0, "a record does not fit into \(byteLimit) bytes")
        var record = RingCursor(position: start)
        let length = Int(record.read(2, from: ring))
        start = wrapped(start + length)
        used -= length
        count -= 1
    }

    private mutating func grow(to needed: Int) {
        var grown: [UInt8] = []
        // By half and not by twice: ten thousand rooms hold what is unused of this.
        let capacity = min(byteLimit, max(needed, ring.count * 3 / 2, 256))
        grown.reserveCapacity(capacity)
        var all = RingCursor(position: start)
        all.read(used, from: ring, into: &grown)
        grown.append(contentsOf: repeatElement(0, count: capacity - used))
        ring = grown
        start = 0
    }

    private func wrapped(_ position: Int) -> Int {
        position < ring.count ? position : position - ring.count
    }
}
