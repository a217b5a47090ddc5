import SentimentModel

/// The touched buckets of one resolution in order of time: a ring that grows to its limit and no further.
struct BucketRing: Sendable {
    /// The most buckets there can be: one for each step of time that it covers.
    let limit: Int
    private var storage: [MoodBucket] = []
    private var first = 0
    private(set) var count = 0

    init(limit: Int) {
        self.limit = limit
    }

    subscript(index: Int) -> MoodBucket {
        storage[position(index)]
    }

    /// Finds the bucket of a stamp, or where it would have to be; the youngest is looked at first.
    ///
    /// - Parameters:
    ///   - stamp: The second or decade.
    ///   - head: The current one, which no bucket is beyond.
    /// - Returns: The index, and whether there is no such bucket yet.
    func slot(_ stamp: UInt16, from head: UInt16) -> (position: Int, isNew: Bool) {
        let age = head &- stamp
        var index = count
        while index > 0 {
            let other = head &- self[index - 1].stamp
            if other == age {
                return (index - 1, false)
            }
            if other > age {
                break
            }
            index -= 1
        }
        return (index, true)
    }

    /// Counts one comment in a bucket.
    ///
    /// - Returns: False if the bucket is full (``MoodBucket/capacity``).
    mutating func add(_ sentiment: Sentiment?, at index: Int) -> Bool {
        let position = position(index)
        guard storage[position].comments < MoodBucket.capacity else {
            return false
        }
        storage[position].add(sentiment)
        return true
    }

    /// Adds a bucket's counts to another.
    mutating func merge(_ bucket: MoodBucket, at index: Int) {
        storage[position(index)].merge(bucket)
    }

    /// Puts a bucket at an index and moves the later ones on; at the end in nearly every case.
    mutating func insert(_ bucket: MoodBucket, at index: Int) {
        if count == storage.count {
            grow()
        }
        count += 1
        var target = count - 1
        while target > index {
            storage[position(target)] = storage[position(target - 1)]
            target -= 1
        }
        storage[position(index)] = bucket
    }

    /// Removes the oldest bucket.
    mutating func removeFirst() {
        first = position(1)
        count -= 1
    }

    /// Removes everything, and the memory.
    mutating func removeAll() {
        storage = []
        first = 0
        count = 0
    }

    /// Bytes on the heap.
    var memoryBytes: Int {
        storage.isEmpty ? 0 : 32 + storage.capacity * MemoryLayout<MoodBucket>.stride
    }

    private func position(_ index: Int) -> Int {
        let position = first + index
        return position < storage.count ? position : position - storage.count
    }

    private mutating func grow() {
        precondition(count < limit, "a ring of \(limit) buckets holds one for each step of its time")
        let capacity = min(limit, max(4, storage.count * 2))
        var grown: [MoodBucket] = []
        grown.reserveCapacity(capacity)
        for index in 0..<count {
            grown.append(self[index])
        }
        grown.append(contentsOf: repeatElement(MoodBucket(stamp: 0), count: capacity - count))
        storage = grown
        first = 0
    }
}
