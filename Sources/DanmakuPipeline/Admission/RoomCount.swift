import Synchronization

/// How many rooms there are in all shards together, held under `rooms.max`.
package final class RoomCount: Sendable {
    /// `rooms.max`.
    package let limit: Int
    private let count = Atomic<Int>(0)
    private let excess = Atomic<Int>(0)

    /// Creates a count of no rooms.
    package init(limit: Int) {
        self.limit = limit
    }

    /// The rooms now.
    package var value: Int {
        count.load(ordering: .relaxed)
    }

    /// Whether there are rooms of ``RoomStanding/excess``, so that a search can find one.
    package var hasExcess: Bool {
        excess.load(ordering: .relaxed) > 0
    }

    /// Counts one more room, unless there are enough.
    package func claim() -> Bool {
        guard count.add(1, ordering: .relaxed).newValue <= limit else {
            count.subtract(1, ordering: .relaxed)
            return false
        }
        return true
    }

    /// Says which standing a claimed room has.
    package func claimed(_ standing: RoomStanding) {
        if standing == .excess {
            excess.add(1, ordering: .relaxed)
        }
    }

    /// Counts an evicted room off.
    package func release(_ standing: RoomStanding) {
        count.subtract(1, ordering: .relaxed)
        if standing == .excess {
            excess.subtract(1, ordering: .relaxed)
        }
    }
}
