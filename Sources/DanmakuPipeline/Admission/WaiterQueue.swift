/// The sources that wait for a full queue, in the order they came.
///
/// A linked list over one array: adding, taking the first and removing any one touch a fixed number of elements, however
/// many wait, and a place that was left is used again.
package struct WaiterQueue: Sendable {
    private struct Place {
        var waiter: DemandWaiter?
        /// Tells the waiter from an earlier one in the same place.
        var number: UInt64
        var previous: Int?
        /// The next waiter; of an unused place the next unused one.
        var next: Int?
    }

    /// How many wait.
    package private(set) var count = 0

    private var places: [Place] = []
    private var first: Int?
    private var last: Int?
    private var unused: Int?
    private var lastNumber: UInt64 = 0

    /// Creates an empty queue.
    package init() {}

    /// How many waiters the memory holds places for: at most as many as ever waited at a time.
    package var capacity: Int {
        places.count
    }

    /// Adds a waiter behind all others.
    ///
    /// - Returns: What removes it again.
    package mutating func append(_ waiter: DemandWaiter) -> DemandToken {
        let index = insert(waiter, previous: last, next: nil)
        if let last {
            places[last].next = index
        } else {
            first = index
        }
        last = index
        return DemandToken(place: index, number: lastNumber)
    }

    /// Adds a waiter before all others.
    ///
    /// - Returns: What removes it again.
    package mutating func prepend(_ waiter: DemandWaiter) -> DemandToken {
        let index = insert(waiter, previous: nil, next: first)
        if let first {
            places[first].previous = index
        } else {
            last = index
        }
        first = index
        return DemandToken(place: index, number: lastNumber)
    }

    /// Takes the waiter that has waited longest.
    package mutating func popFirst() -> DemandWaiter? {
        first.flatMap { remove(at: $0) }
    }

    /// Removes a waiter; `nil` if it was taken or removed before.
    package mutating func remove(_ token: DemandToken) -> DemandWaiter? {
        guard places.indices.contains(token.place), places[token.place].number == token.number else {
            return nil
        }
        return remove(at: token.place)
    }

    private mutating func insert(_ waiter: DemandWaiter, previous: Int?, next: Int?) -> Int {
        lastNumber += 1
        count += 1
        let place = Place(waiter: waiter, number: lastNumber, previous: previous, next: next)
        guard let free = unused else {
            places.append(place)
            return places.count - 1
        }
        unused = places[free].next
        places[free] = place
        return free
    }

    private mutating func remove(at index: Int) -> DemandWaiter? {
        let place = places[index]
        if let previous = place.previous {
            places[previous].next = place.next
        } else {
            first = place.next
        }
        if let next = place.next {
            places[next].previous = place.previous
        } else {
            last = place.previous
        }
        places[index] = Place(waiter: nil, number: 0, previous: nil, next: unused)
        unused = index
        count -= 1
        return place.waiter
    }
}
