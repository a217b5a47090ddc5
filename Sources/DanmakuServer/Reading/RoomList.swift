import DanmakuPipeline
import SentimentModel

/// The orders that rooms are listed in.
enum RoomOrder: String, CaseIterable {
    /// The busiest first.
    case rate
    /// The happiest first; rooms without a mood last.
    case mood
    /// By name.
    case name

    /// Whether a room stands before another; names decide between equals, so that the order is stable.
    func precedes(_ left: RoomSummary, _ right: RoomSummary) -> Bool {
        switch self {
        case .rate where left.mood.commentsPerSecond != right.mood.commentsPerSecond:
            left.mood.commentsPerSecond > right.mood.commentsPerSecond
        case .mood where left.mood.mood != right.mood.mood:
            left.mood.mood ?? .min > right.mood.mood ?? .min
        case .rate, .mood, .name:
            left.name < right.name
        }
    }
}

/// The first rooms of every order at one moment, as many as a request may ask for.
struct RoomList: Sendable {
    /// The most rooms that one request gets.
    static let limit = 1000

    /// How many rooms there are in all.
    let total: Int
    private let first: [RoomOrder: [RoomSummary]]

    /// Sorts out the first rooms of each order.
    ///
    /// Three passes over all rooms, each with a short sort now and then: O(rooms), not O(rooms × log rooms).
    init(_ rooms: [RoomSummary]) {
        total = rooms.count
        var first: [RoomOrder: [RoomSummary]] = [:]
        for order in RoomOrder.allCases {
            let places = Self.first(Self.limit, of: rooms.indices) { order.precedes(rooms[$0], rooms[$1]) }
            first[order] = places.map { rooms[$0] }
        }
        self.first = first
    }

    /// The first rooms of an order, at most `limit`.
    func rooms(by order: RoomOrder, limit: Int) -> ArraySlice<RoomSummary> {
        (first[order] ?? []).prefix(limit)
    }

    /// The smallest elements in ascending order: what cannot be among them is left out before it is sorted.
    static func first<Element>(
        _ count: Int,
        of elements: some Sequence<Element>,
        by precedes: (Element, Element) -> Bool
    ) -> [Element] {
        var kept: [Element] = []
        kept.reserveCapacity(2 * count)
        var bound: Element?
        for element in elements where bound.map({ precedes(element, $0) }) ?? true {
            kept.append(element)
            if kept.count == 2 * count {
                kept.sort(by: precedes)
                kept.removeLast(count)
                bound = kept.last
            }
        }
        kept.sort(by: precedes)
        return Array(kept.prefix(count))
    }
}
