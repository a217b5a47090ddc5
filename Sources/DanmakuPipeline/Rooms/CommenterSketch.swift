/// Estimates how many different authors wrote within the last hour, in bounded memory.
///
/// A sample of the authors with the minute in which each was last seen: an author is sampled if its hash begins with
/// ``level`` zero bits, so an author is in or out whatever it writes (adaptive sampling: Wegman; Flajolet, "On adaptive
/// sampling", 1990). Up to ``capacity`` authors all are sampled and the count is exact; above, a full sample is halved
/// and each sampled author stands for twice as many. With 192 to 384 samples the standard error is 5 to 7 %, and up to
/// 10 % while a room shrinks to a fraction of what it was within the hour. The hour slides by whole minutes.
struct CommenterSketch: Sendable {
    /// The most authors that are sampled: three quarters of the largest table.
    static let capacity = largestTable * 3 / 4
    private static let largestTable = 512
    private static let smallestTable = 8
    private static let minutes: UInt8 = 60

    /// Open addressing with linear probing; 0 is a free place.
    private var keys: [UInt32] = []
    /// When each key was last seen, as far as the minute fits.
    private var seen: [UInt8] = []
    private var used = 0
    private var minute: Int64
    /// How many zero bits the hash of an author has to begin with.
    private var level = 0
    /// The level that holds for the whole hour: ``level``, unless that was lowered less than an hour ago.
    private var settledLevel = 0
    private var settles: Int64 = 0

    init(second: Int64) {
        minute = second / 60
    }

    /// Notes an author.
    ///
    /// - Parameters:
    ///   - author: Any hash; it is mixed once more here. 0 stands for nobody.
    ///   - second: When; a late one counts as seen then, unless it was seen since.
    mutating func add(_ author: UInt64, second: Int64) {
        advance(to: second)
        let age = minute - second / 60
        guard author != 0, age < Int64(Self.minutes) else {
            return
        }
        let key = Self.key(author)
        guard key.leadingZeroBitCount >= level else {
            return
        }
        if (used + 1) * 4 > keys.count * 3 {
            makeRoom()
            guard key.leadingZeroBitCount >= level else {
                return
            }
        }
        let stamp = UInt8(truncatingIfNeeded: second / 60)
        let place = place(of: key)
        if keys[place] == 0 {
            keys[place] = key
            seen[place] = stamp
            used += 1
        } else if UInt8(truncatingIfNeeded: minute) &- seen[place] > UInt8(age) {
            seen[place] = stamp
        }
    }

    /// The estimate for the hour that ends now.
    var estimate: Int {
        guard settledLevel > level else {
            return used << level
        }
        // Authors between the two levels are sampled for a part of the hour only.
        return keys.count { $0 != 0 && $0.leadingZeroBitCount >= settledLevel } << settledLevel
    }

    /// Moves the hour on; authors that left it are forgotten.
    mutating func advance(to second: Int64) {
        let next = second / 60
        guard next > minute else {
            return
        }
        let elapsed = next - minute
        minute = next
        guard elapsed < Int64(Self.minutes) else {
            self = CommenterSketch(second: second)
            return
        }
        let now = UInt8(truncatingIfNeeded: next)
        let old = seen.indices.count { keys[$0] != 0 && now &- seen[$0] >= Self.minutes }
        if old > 0 {
            rebuild(keeping: used - old)
        }
        if next >= settles {
            settledLevel = level
            lowerLevel()
        }
    }

    /// A sample that has become small gets finer by one step an hour.
    private mutating func lowerLevel() {
        guard level > 0, used <= Self.capacity / 4 else {
            return
        }
        level -= 1
        settles = minute + Int64(Self.minutes)
    }

    private mutating func makeRoom() {
        if keys.count < Self.largestTable {
            rebuild(keeping: used + 1)
            return
        }
        while (used + 1) * 4 > keys.count * 3, level < UInt32.bitWidth {
            level += 1
            settledLevel = max(settledLevel, level)
            rebuild(keeping: keys.count { $0 != 0 && $0.leadingZeroBitCount >= level })
        }
    }

    /// Moves what belongs in the sample into a table of the right size.
    private mutating func rebuild(keeping count: Int) {
        let oldKeys = keys
        let oldSeen = seen
        let now = UInt8(truncatingIfNeeded: minute)
        var size = Self.smallestTable
        while count * 4 > size * 3, size < Self.largestTable {
            size *= 2
        }
        keys = [UInt32](repeating: 0, count: size)
        seen = [UInt8](repeating: 0, count: size)
        used = 0
        for index in oldKeys.indices where oldKeys[index] != 0 {
            let key = oldKeys[index]
            guard now &- oldSeen[index] < Self.minutes, key.leadingZeroBitCount >= level else {
                continue
            }
            let place = place(of: key)
            keys[place] = key
            seen[place] = oldSeen[index]
            used += 1
        }
    }

    private func place(of key: UInt32) -> Int {
        let mask = keys.count - 1
        // The level takes the upper bits, so the lower ones are spread.
        var place = Int(key) & mask
        while keys[place] != 0, keys[place] != key {
            place = (place + 1) & mask
        }
        return place
    }

    /// 32 mixed bits, never 0: at 2²⁰ authors one in a few thousand is taken for another.
    private static func key(_ author: UInt64) -> UInt32 {
        var hash = author
        hash = (hash ^ (hash >> 32)) &* 0xd6e8_feb8_6659_fd93
        hash = (hash ^ (hash >> 32)) &* 0xd6e8_feb8_6659_fd93
        return max(1, UInt32(truncatingIfNeeded: hash >> 32))
    }

    /// Bytes on the heap.
    var memoryBytes: Int {
        keys.isEmpty ? 0 : 64 + keys.capacity * MemoryLayout<UInt32>.stride + seen.capacity
    }
}
