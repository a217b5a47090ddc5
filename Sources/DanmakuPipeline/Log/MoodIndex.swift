/// Finds the moods of all rooms that were the newest of their rooms at some time, without visiting those that were not.
///
/// A segment tree over the places of the ring: each leaf holds the sequence of its room's next mood (`UInt64.max` while
/// there is none, 0 if the entry is not a mood). A mood was the newest of its room when the head was `time` if its leaf is
/// above `time`. Every change and every search costs O(log n) of the places.
struct MoodIndex: Sendable {
    /// Leaves; a power of two.
    private var capacity = 0
    /// Node `n` has the children `2n` and `2n + 1`; the leaves begin at `capacity`.
    private var maxima: [UInt64] = []
    /// How many leaves below each node are the newest moods of their rooms.
    private var newest: [UInt32] = []

    /// Bytes of the tree.
    var bytes: Int {
        capacity * 2 * (MemoryLayout<UInt64>.stride + MemoryLayout<UInt32>.stride)
    }

    /// Makes room for the places of a ring; doubles, so that an entry costs O(1) of it on average.
    ///
    /// - Parameters:
    ///   - first: The oldest sequence in the ring.
    ///   - count: The entries in the ring, the one that is being added included.
    mutating func reserve(first: UInt64, count: Int) {
        guard count > capacity else {
            return
        }
        let old = self
        capacity = max(16, 2 * old.capacity)
        maxima = [UInt64](repeating: 0, count: 2 * capacity)
        newest = [UInt32](repeating: 0, count: 2 * capacity)
        if old.capacity > 0 {
            for sequence in first..<(first + UInt64(count - 1)) {
                maxima[node(of: sequence)] = old.maxima[old.node(of: sequence)]
                newest[node(of: sequence)] = old.newest[old.node(of: sequence)]
            }
        }
        for node in stride(from: capacity - 1, to: 0, by: -1) {
            sum(node)
        }
    }

    /// Adds the newest mood of a room.
    mutating func append(_ sequence: UInt64) {
        set(sequence, .max)
    }

    /// A mood is not the newest of its room any more.
    mutating func supersede(_ sequence: UInt64, by next: UInt64) {
        set(sequence, next)
    }

    /// A mood has left the ring.
    mutating func evict(_ sequence: UInt64) {
        set(sequence, 0)
    }

    /// The first mood after a sequence that was the newest of its room when the head was `time`.
    ///
    /// - Parameters:
    ///   - sequence: At least the oldest sequence in the ring less 1.
    ///   - last: The last sequence that comes into question; at most the head.
    ///   - time: The head at that time; 0 for any mood.
    ///   - steps: Is increased by the nodes that were looked at.
    /// - Returns: Its sequence, if there is one.
    func first(after sequence: UInt64, through last: UInt64, newestAt time: UInt64, steps: inout Int) -> UInt64? {
        guard capacity > 0, sequence < last else {
            return nil
        }
        for part in parts(sequence + 1, last) {
            if let node = firstNode(part.nodes, above: time, steps: &steps) {
                return part.first + UInt64(node - part.nodes.lowerBound)
            }
        }
        return nil
    }

    /// How many moods after a sequence are the newest of their rooms now.
    func newestCount(after sequence: UInt64, through last: UInt64, steps: inout Int) -> Int {
        guard capacity > 0, sequence < last else {
            return 0
        }
        var count = 0
        for part in parts(sequence + 1, last) {
            var low = part.nodes.lowerBound
            var high = part.nodes.upperBound + 1
            while low < high {
                steps += 1
                if low & 1 == 1 {
                    count += Int(newest[low])
                    low += 1
                }
                if high & 1 == 1 {
                    high -= 1
                    count += Int(newest[high])
                }
                low /= 2
                high /= 2
            }
        }
        return count
    }

    /// Leaves of some sequences that lie side by side.
    private struct Part {
        let first: UInt64
        let nodes: ClosedRange<Int>
    }

    /// The leaves of a range of sequences: one part, or two where it goes round the end.
    private func parts(_ first: UInt64, _ last: UInt64) -> [Part] {
        let low = node(of: first)
        let high = node(of: last)
        guard low > high else {
            return [Part(first: first, nodes: low...high)]
        }
        let next = first + UInt64(2 * capacity - low)
        return [Part(first: first, nodes: low...(2 * capacity - 1)), Part(first: next, nodes: capacity...high)]
    }

    private func node(of sequence: UInt64) -> Int {
        capacity + Int(sequence % UInt64(capacity))
    }

    /// The first leaf of some above a value.
    private func firstNode(_ leaves: ClosedRange<Int>, above value: UInt64, steps: inout Int) -> Int? {
        var node = leaves.lowerBound
        // Climbs to the right until a subtree has one, then goes down to its first.
        while maxima[node] <= value {
            steps += 1
            while node & 1 == 1 {
                node /= 2
                steps += 1
            }
            guard node > 0 else {
                return nil
            }
            node += 1
        }
        while node < capacity {
            steps += 1
            node *= 2
            if maxima[node] <= value {
                node += 1
            }
        }
        return node <= leaves.upperBound ? node : nil
    }

    private mutating func set(_ sequence: UInt64, _ value: UInt64) {
        var node = node(of: sequence)
        maxima[node] = value
        newest[node] = value == .max ? 1 : 0
        node /= 2
        while node > 0 {
            sum(node)
            node /= 2
        }
    }

    private mutating func sum(_ node: Int) {
        maxima[node] = max(maxima[2 * node], maxima[2 * node + 1])
        newest[node] = newest[2 * node] + newest[2 * node + 1]
    }
}
