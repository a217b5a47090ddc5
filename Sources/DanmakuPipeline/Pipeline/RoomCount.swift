import Synchronization

/// How many rooms there are in all shards together, held under `rooms.max`.
package final class RoomCount: Sendable {
    /// `rooms.max`.
    package let limit: Int
    private let count = Atomic<Int>(0)

    /// Creates a count of none.
    package init(limit: Int) {
        self.limit = limit
    }

    /// The rooms now.
    package var value: Int {
        count.load(ordering: .relaxed)
    }

    /// Counts one more room, unless there are enough.
    package func claim() -> Bool {
        guard count.add(1, ordering: .relaxed).newValue <= limit else {
            count.subtract(1, ordering: .relaxed)
            return false
        }
        return true
    }

    /// Counts evicted rooms off.
    package func release(_ rooms: Int) {
        count.subtract(rooms, ordering: .relaxed)
    }
}
