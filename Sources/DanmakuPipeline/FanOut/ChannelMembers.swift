/// The subscribers of one room on one event loop, or of every room.
struct Channel {
    /// Its subscribers, in no order.
    var members = ChannelMembers()
    /// The newest entry whose comments were observed in the histogram on this loop.
    var observed: UInt64
}

/// Subscribers by number, so that one leaves in O(1): the last one takes its number.
struct ChannelMembers {
    /// A subscriber, and the place of this room among those it watches.
    struct Member {
        let subscriber: Subscriber
        let place: Int
    }

    private(set) var list: [Member] = []

    var isEmpty: Bool {
        list.isEmpty
    }

    /// Adds a subscriber, which remembers its number.
    mutating func add(_ subscriber: Subscriber, place: Int) {
        subscriber.memberNumbers[place] = Int32(list.count)
        list.append(Member(subscriber: subscriber, place: place))
    }

    /// Removes a subscriber.
    ///
    /// - Returns: How many members were looked at.
    mutating func remove(_ subscriber: Subscriber, place: Int) -> Int {
        let number = Int(subscriber.memberNumbers[place])
        precondition(list[number].subscriber === subscriber, "\(subscriber.number) is not member \(number)")
        let last = list.removeLast()
        guard number < list.count else {
            return 1
        }
        list[number] = last
        last.subscriber.memberNumbers[last.place] = Int32(number)
        return 2
    }
}
