import DequeModule

/// One part of a ``DedupeWindow``: a ring of ids in order of arrival, and a table that finds them.
///
/// The table is open addressing with linear probing, at most half full. A cell holds the low half of its id beside the
/// place in the ring, so that a look-up that fails, which is nearly every one, reads nothing but one or two
/// neighbouring cells: memory is what this costs. An id leaves by shifting its followers back, so there are no
/// tombstones that would slow the table down over days.
struct DedupeStripe: Sendable {
    /// Ids that came within one second.
    private struct Run: Sendable {
        let second: Int64
        var count: Int
    }

    /// How many ids past their lifetime are forgotten at a time: more than come, so that they do get fewer, and few
    /// enough that no caller waits for a whole table of them.
    private static let forgottenAtOnce = 4

    private let capacity: Int
    private let lifetime: Int64

    /// The ring; it grows until ``capacity``.
    private var keys: [UInt64] = []
    private var head = 0
    /// The ids in the ring.
    private(set) var count = 0
    /// How many of the oldest are past their lifetime.
    private var expired = 0
    /// When those came that are not, oldest first.
    private var runs: Deque<Run> = []
    /// The low half of an id, and its position in the ring plus one; 0 is an empty cell, and the size a power of two.
    private var table: [UInt64] = []

    /// Creates an empty stripe.
    init(capacity: Int, seconds: Int64) {
        self.capacity = capacity
        lifetime = seconds
    }

    /// The bytes of the ring and the table.
    var memoryBytes: Int {
        keys.capacity * 8 + table.capacity * 8
    }

    /// Whether an id came within the lifetime.
    mutating func contains(_ key: UInt64, now: Int64) -> Bool {
        expire(now: now)
        guard count > expired else {
            return false
        }
        var index = home(of: key)
        while table[index] != 0 {
            if UInt32(truncatingIfNeeded: table[index]) == UInt32(truncatingIfNeeded: key) {
                let position = Self.position(in: table[index])
                if keys[position] == key, age(of: position) >= expired {
                    return true
                }
            }
            index = (index + 1) & (table.count - 1)
        }
        return false
    }

    /// Adds an id as the newest; forgets some of those past their lifetime, and the oldest if there are too many.
    mutating func remember(_ key: UInt64, now: Int64) {
        guard capacity > 0 else {
            return
        }
        expire(now: now)
        for _ in 0..<min(expired, Self.forgottenAtOnce) {
            forgetOldest()
        }
        if count == capacity {
            forgetOldest()
        }
        if count == keys.count {
            grow()
        }
        let position = wrapped(head + count)
        keys[position] = key
        count += 1
        enter(position)
        if let last = runs.last, last.second >= now {
            // Also when two threads read the clock and arrive swapped.
            runs[runs.count - 1].count += 1
        } else {
            runs.append(Run(second: now, count: 1))
        }
    }

    /// The age in seconds of the oldest id that is not past its lifetime.
    func age(now: Int64) -> Int64 {
        for run in runs where now - run.second < lifetime {
            return max(0, now - run.second)
        }
        return 0
    }

    private mutating func expire(now: Int64) {
        while let run = runs.first, now - run.second >= lifetime {
            expired += run.count
            runs.removeFirst()
        }
    }

    /// How many ids came before the one at a position.
    private func age(of position: Int) -> Int {
        position >= head ? position - head : position - head + keys.count
    }

    private func wrapped(_ position: Int) -> Int {
        position < keys.count ? position : position - keys.count
    }

    private static func position(in cell: UInt64) -> Int {
        Int(cell >> 32) - 1
    }

    /// Where the search for an id, or for the low half of one, begins.
    ///
    /// The top bits have picked the stripe, so the low ones are as good as new.
    private func home(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: key & 0xffff_ffff) & (table.count - 1)
    }

    private mutating func enter(_ position: Int) {
        let key = keys[position]
        var index = home(of: key)
        while table[index] != 0 {
            index = (index + 1) & (table.count - 1)
        }
        table[index] = UInt64(position + 1) << 32 | (key & 0xffff_ffff)
    }

    private mutating func forgetOldest() {
        var index = home(of: keys[head])
        while Self.position(in: table[index]) != head {
            index = (index + 1) & (table.count - 1)
        }
        empty(index)
        head = wrapped(head + 1)
        count -= 1
        if expired > 0 {
            expired -= 1
        } else if runs[0].count > 1 {
            runs[0].count -= 1
        } else {
            runs.removeFirst()
        }
    }

    /// Empties a cell and moves those behind it back that would not be found any more (Knuth 6.4, algorithm R).
    private mutating func empty(_ emptied: Int) {
        let mask = table.count - 1
        var hole = emptied
        var index = (hole + 1) & mask
        while table[index] != 0 {
            // Distances are counted round the end: the entry may move if its home is not behind the hole.
            if (index &- home(of: table[index])) & mask >= (index &- hole) & mask {
                table[hole] = table[index]
                hole = index
            }
            index = (index + 1) & mask
        }
        table[hole] = 0
    }

    private mutating func grow() {
        let size = min(capacity, max(64, keys.count * 2))
        var order: [UInt64] = []
        order.reserveCapacity(size)
        for offset in 0..<count {
            order.append(keys[wrapped(head + offset)])
        }
        order.append(contentsOf: repeatElement(0, count: size - count))
        keys = order
        head = 0
        var cells = 2
        while cells < size * 2 {
            cells *= 2
        }
        table = [UInt64](repeating: 0, count: cells)
        for position in 0..<count {
            enter(position)
        }
    }
}
