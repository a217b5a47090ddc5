/// One part of a ``DedupeWindow``: a ring of ids in order of arrival, and a table that finds them.
///
/// The table is open addressing with linear probing over positions in the ring; it is at most half full, so a look-up
/// reads one or two neighbouring cells. An id leaves by shifting its followers back, so there are no tombstones that
/// would slow the table down over days.
struct DedupeStripe: Sendable {
    private let capacity: Int
    private let lifetime: Int64

    /// The ring: ids and when they came; it grows until ``capacity``.
    private var keys: [UInt64] = []
    private var seconds: [UInt32] = []
    private var head = 0
    private(set) var count = 0
    /// Positions in the ring, plus one; 0 is an empty cell, and the size a power of two.
    private var table: [UInt32] = []

    /// Creates an empty stripe.
    init(capacity: Int, seconds: Int64) {
        self.capacity = capacity
        lifetime = seconds
    }

    /// The bytes of the ring and the table.
    var memoryBytes: Int {
        keys.capacity * 8 + seconds.capacity * 4 + table.capacity * 4
    }

    /// Whether an id came within the lifetime.
    func contains(_ key: UInt64, now: Int64) -> Bool {
        guard count > 0 else {
            return false
        }
        var cell = home(of: key)
        while table[cell] != 0 {
            let position = Int(table[cell]) - 1
            if keys[position] == key, !isExpired(position, now: now) {
                return true
            }
            cell = (cell + 1) & (table.count - 1)
        }
        return false
    }

    /// Adds an id as the newest; forgets those past their lifetime, and the oldest if there are too many.
    mutating func remember(_ key: UInt64, now: Int64) {
        guard capacity > 0 else {
            return
        }
        while count > 0, isExpired(head, now: now) {
            forgetOldest()
        }
        if count == capacity {
            forgetOldest()
        }
        if count == keys.count {
            grow()
        }
        let position = (head + count) % keys.count
        keys[position] = key
        seconds[position] = UInt32(truncatingIfNeeded: now)
        count += 1
        enter(position)
    }

    /// The age of the oldest id in seconds, at most the lifetime.
    func age(now: Int64) -> Int64 {
        count > 0 ? min(lifetime, max(0, now - Int64(seconds[head]))) : 0
    }

    private func isExpired(_ position: Int, now: Int64) -> Bool {
        now - Int64(seconds[position]) >= lifetime
    }

    /// Where the search for an id begins.
    ///
    /// The top bits have picked the stripe, so the low ones are as good as new.
    private func home(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: key) & (table.count - 1)
    }

    private mutating func enter(_ position: Int) {
        var cell = home(of: keys[position])
        while table[cell] != 0 {
            cell = (cell + 1) & (table.count - 1)
        }
        table[cell] = UInt32(position + 1)
    }

    private mutating func forgetOldest() {
        var cell = home(of: keys[head])
        while table[cell] != UInt32(head + 1) {
            cell = (cell + 1) & (table.count - 1)
        }
        empty(cell)
        head = (head + 1) % keys.count
        count -= 1
    }

    /// Empties a cell and moves those behind it back that would not be found any more (Knuth 6.4, algorithm R).
    private mutating func empty(_ emptied: Int) {
        let mask = table.count - 1
        var hole = emptied
        var cell = (hole + 1) & mask
        while table[cell] != 0 {
            let home = home(of: keys[Int(table[cell]) - 1])
            // Distances are counted round the end: the entry may move if its home is not behind the hole.
            if (cell &- home) & mask >= (cell &- hole) & mask {
                table[hole] = table[cell]
                hole = cell
            }
            cell = (cell + 1) & mask
        }
        table[hole] = 0
    }

    private mutating func grow() {
        let size = min(capacity, max(64, keys.count * 2))
        var order: [UInt64] = []
        var times: [UInt32] = []
        order.reserveCapacity(size)
        times.reserveCapacity(size)
        for offset in 0..<count {
            order.append(keys[(head + offset) % keys.count])
            times.append(seconds[(head + offset) % keys.count])
        }
        order.append(contentsOf: repeatElement(0, count: size - count))
        times.append(contentsOf: repeatElement(0, count: size - count))
        keys = order
        seconds = times
        head = 0
        var cells = 2
        while cells < size * 2 {
            cells *= 2
        }
        table = [UInt32](repeating: 0, count: cells)
        for position in 0..<count {
            enter(position)
        }
    }
}
