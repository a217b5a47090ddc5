/// Chooses what the level `display` shows of one room: at most `fanout.display-rate` comments a second.
///
/// Paid comments are always shown, and their number does not count. Of the others, comments of the same normalised
/// text that wait for the same entry are one; if there are more different ones than slots, those that most people
/// wrote are shown, the earlier first.
struct DisplaySampler: Sendable {
    private struct Group {
        var hash: UInt64
        var first: UInt32
        var count: UInt32
    }

    /// Keyed, so that nobody can choose texts that are taken for each other.
    private static let key = UInt64.random(in: .min ... .max) | 1

    /// One hash per waiting comment; `nil` for paid ones.
    private var waiting: [UInt64?] = []
    private var slots: TokenBucket
    private var omitted: UInt32 = 0

    init(rate: Int) {
        // A second's worth may come at once, so that a small burst in a quiet room is shown whole.
        slots = TokenBucket(rate: Double(rate), burst: Double(max(1, rate)))
    }

    /// Adds the next comment of the entry that is being filled.
    mutating func add(_ normalised: UnsafeBufferPointer<UInt8>, isPaid: Bool) {
        waiting.append(isPaid ? nil : Self.hash(normalised))
    }

    /// Decides for the entry that leaves now; the next ``add(_:isPaid:)`` is the first comment of the next one.
    mutating func take(now: Int64) -> (displayed: [PublishedResults.Displayed], omitted: UInt32) {
        defer { waiting.removeAll(keepingCapacity: waiting.count < 512) }
        var displayed: [PublishedResults.Displayed] = []
        var chats = 0
        for (index, hash) in waiting.enumerated() {
            if hash == nil {
                displayed.append(.init(index: UInt32(index), repeats: 1))
            } else {
                chats += 1
            }
        }
        if chats > 0, slots.take(1, now: now) {
            var groups = grouped()
            var chosen = 1
            while chosen < groups.count, slots.take(1, now: now) {
                chosen += 1
            }
            if chosen < groups.count {
                groups.sort { $0.count != $1.count ? $0.count > $1.count : $0.first < $1.first }
            }
            for group in groups.prefix(chosen) {
                displayed.append(.init(index: group.first, repeats: group.count))
                chats -= Int(group.count)
            }
            displayed.sort { $0.index < $1.index }
        }
        omitted += UInt32(chats)
        guard !displayed.isEmpty else {
            return ([], 0)
        }
        defer { omitted = 0 }
        return (displayed, omitted)
    }

    /// The waiting comments that are not paid, by text, in order of their first.
    private func grouped() -> [Group] {
        var groups: [Group] = []
        var places: [UInt64: Int] = [:]
        for (index, hash) in waiting.enumerated() {
            guard let hash else {
                continue
            }
            if let place = places[hash] {
                groups[place].count += 1
            } else {
                places[hash] = groups.count
                groups.append(Group(hash: hash, first: UInt32(index), count: 1))
            }
        }
        return groups
    }

    /// Eight bytes a step: multiply to 128 bits and fold.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = key ^ UInt64(bytes.count)
        let raw = UnsafeRawBufferPointer(bytes)
        var offset = 0
        while offset + 8 <= raw.count {
            hash = fold(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < raw.count {
            rest = rest << 8 | UInt64(raw[offset])
            offset += 1
        }
        return fold(hash ^ rest)
    }

    private static func fold(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: key ^ 0x9e37_79b9_7f4a_7c15)
        return product.high ^ product.low
    }
}
