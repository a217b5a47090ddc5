/// Chooses what the level `display` shows of one room: at most `fanout.display-rate` comments a second.
///
/// Paid comments are always shown, and their number does not count. Of the others, scored comments of the same normalised
/// text that wait for the same entry are one; what is not scored (gifts, markers, notices) has no normalised text and is
/// never merged. If there are more different ones than slots, those that most people wrote are shown, the earlier first.
struct DisplaySampler: Sendable {
    /// How one comment that waits may be shown.
    private enum Waiting {
        /// Whatever else waits.
        case always
        /// In a slot of its own.
        case alone
        /// In one slot with all others of this hash.
        case merged(UInt64)
    }

    private struct Group {
        var first: UInt32
        var count: UInt32
    }

    /// The key of the hash, so that no client can choose texts with the same hash.
    private let key: UInt64

    private var waiting: [Waiting] = []
    private var slots: TokenBucket
    private var omitted: UInt32 = 0

    /// Creates a sampler with nothing waiting.
    ///
    /// - Parameters:
    ///   - rate: Comments a second.
    ///   - key: Of the hash of texts; random in a server.
    init(rate: Int, key: UInt64) {
        self.key = key | 1
        // A second's worth may come at once, so that a small burst in a quiet room is shown whole.
        slots = TokenBucket(rate: Double(rate), burst: Double(max(1, rate)))
    }

    /// Adds the next comment of the entry that is being filled.
    mutating func add(_ normalised: Span<UInt8>, kind: CommentKind) {
        switch kind {
        case .paid:
            waiting.append(.always)
        case .chat where !normalised.isEmpty:
            waiting.append(.merged(hash(normalised)))
        case .chat, .gift, .marker, .system:
            // Without a normalised text it cannot be known whether two are the same.
            waiting.append(.alone)
        }
    }

    /// Decides for the entry that leaves now; the next ``add(_:kind:)`` is the first comment of the next one.
    mutating func take(now: Int64) -> (displayed: [PublishedResults.Displayed], omitted: UInt32) {
        defer { waiting.removeAll(keepingCapacity: waiting.count < 512) }
        var displayed: [PublishedResults.Displayed] = []
        var chats = 0
        for (index, comment) in waiting.enumerated() {
            switch comment {
            case .always: displayed.append(.init(index: UInt32(index), repeats: 1))
            case .alone, .merged: chats += 1
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
        for (index, comment) in waiting.enumerated() {
            switch comment {
            case .always:
                continue
            case .alone:
                groups.append(Group(first: UInt32(index), count: 1))
            case .merged(let hash):
                if let place = places[hash] {
                    groups[place].count += 1
                } else {
                    places[hash] = groups.count
                    groups.append(Group(first: UInt32(index), count: 1))
                }
            }
        }
        return groups
    }

    /// Eight bytes a step: multiply to 128 bits and fold.
    private func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var hash = key ^ UInt64(bytes.count)
        var offset = 0
        while offset + 8 <= bytes.count {
            hash = fold(hash ^ bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        return fold(hash ^ rest)
    }

    private func fold(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: key ^ 0x9e37_79b9_7f4a_7c15)
        return product.high ^ product.low
    }
}
