/// Numbers for the features that occur often enough, in the order in which they first did so.
struct Vocabulary {
    private var keys: [UInt64]
    private var numbers: [UInt32]
    private let mask: Int
    /// The hash of each feature, by number.
    private(set) var hashes: [UInt64] = []
    /// How many rows each feature occurs in (more often within one row counts more often), by number.
    private(set) var counts: [UInt32] = []

    /// Counts features and keeps the frequent ones.
    ///
    /// - Parameters:
    ///   - occurrences: Every feature of every row.
    ///   - minimumCount: How often a feature must occur, 1…255.
    init(_ occurrences: [UInt64], minimumCount: Int) {
        // A small table of counts, in which some features share a place, spares the exact one most rare features.
        let filterBits = min(max(12, Int.bitWidth - occurrences.count.leadingZeroBitCount + 2), 27)
        var filter = [UInt8](repeating: 0, count: 1 << filterBits)
        for hash in occurrences {
            let place = Int(hash >> UInt64(64 - filterBits))
            filter[place] = filter[place] == 255 ? 255 : filter[place] + 1
        }
        let kept = filter.reduce(0) { $0 + (Int($1) >= minimumCount ? 1 : 0) }
        var capacity = 1024
        while capacity < kept * 3 {
            capacity *= 2
        }
        keys = [UInt64](repeating: 0, count: capacity)
        numbers = [UInt32](repeating: 0, count: capacity)
        mask = capacity - 1
        for hash in occurrences where Int(filter[Int(hash >> UInt64(64 - filterBits))]) >= minimumCount && hash != 0 {
            count(hash)
        }
        keep(minimumCount: UInt32(minimumCount))
    }

    /// The number of features.
    var count: Int {
        hashes.count
    }

    /// The number of a feature, if it is kept.
    func number(of hash: UInt64) -> UInt32? {
        guard hash != 0 else { return nil }
        var place = Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) &>> 20) & mask
        while true {
            if keys[place] == hash {
                return numbers[place]
            }
            if keys[place] == 0 {
                return nil
            }
            place = (place &+ 1) & mask
        }
    }

    /// Drops the rare features that passed the filter because they share their place with others.
    private mutating func keep(minimumCount: UInt32) {
        let all = zip(hashes, counts)
        keys = [UInt64](repeating: 0, count: keys.count)
        hashes = []
        counts = []
        for (hash, count) in all where count >= minimumCount {
            self.count(hash)
            counts[counts.count - 1] = count
        }
    }

    private mutating func count(_ hash: UInt64) {
        var place = Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) &>> 20) & mask
        while keys[place] != hash {
            if keys[place] == 0 {
                // The filter only estimates upwards, so the table could fill were it sized too tightly.
                precondition(hashes.count < mask, "the vocabulary must have room")
                keys[place] = hash
                numbers[place] = UInt32(hashes.count)
                hashes.append(hash)
                counts.append(0)
                break
            }
            place = (place &+ 1) & mask
        }
        counts[Int(numbers[place])] += 1
    }
}
