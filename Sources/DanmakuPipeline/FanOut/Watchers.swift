/// Which subscribers of one event loop watch which room.
final class Watchers {
    /// The subscribers of one room, or of every room.
    private struct Channel {
        /// Its subscribers, in no order.
        var members = ChannelMembers()
        /// The newest entry whose comments were observed in the histogram on this loop.
        var observed: UInt64
    }

    private var rooms: [RoomIndex: Channel] = [:]
    private var everyRoom = Channel(observed: 0)
    /// Members that were looked at when subscribers left: what leaving cost.
    private(set) var leaveSteps = 0

    /// The subscribers that watch a room by its name.
    func members(of room: RoomIndex) -> [ChannelMembers.Member] {
        rooms[room]?.members.list ?? []
    }

    /// The subscribers of every room.
    var membersOfEveryRoom: [ChannelMembers.Member] {
        everyRoom.members.list
    }

    /// Enters a subscriber of the rooms that it watches.
    ///
    /// - Parameters:
    ///   - subscriber: The subscriber.
    ///   - observed: The log's head: what is up to here is not observed for a room that is new here.
    func enter(_ subscriber: Subscriber, observed: UInt64) {
        switch subscriber.position.scope {
        case .rooms(let watched):
            for (place, room) in watched.enumerated() {
                rooms[room.index, default: Channel(observed: observed)].members.add(subscriber, place: place)
            }
        case .everyRoom:
            if everyRoom.members.isEmpty {
                everyRoom.observed = observed
            }
            everyRoom.members.add(subscriber, place: 0)
        }
    }

    /// What no subscriber of this event loop watches any more.
    struct Unwatched {
        /// Rooms.
        var rooms: [RoomIndex] = []
        /// Whether that is so of every room.
        var everyRoom = false
    }

    /// Removes a subscriber; costs O(1) for each room that it watches.
    func remove(_ subscriber: Subscriber) -> Unwatched {
        var unwatched = Unwatched()
        switch subscriber.position.scope {
        case .rooms(let watched):
            for (place, room) in watched.enumerated() {
                leaveSteps += rooms[room.index]!.members.remove(subscriber, place: place)
                if rooms[room.index]!.members.isEmpty {
                    rooms[room.index] = nil
                    unwatched.rooms.append(room.index)
                }
            }
        case .everyRoom:
            leaveSteps += everyRoom.members.remove(subscriber, place: 0)
            unwatched.everyRoom = everyRoom.members.isEmpty
        }
        return unwatched
    }

    /// The comments of an entry were observed in the histogram.
    func observe(_ entry: LogEntry, byEveryRoom: Bool) {
        rooms[entry.roomIndex]?.observed = entry.sequence
        if byEveryRoom {
            everyRoom.observed = entry.sequence
        }
    }

    /// The newest entry of a room whose comments were observed by its subscribers or by those of every room.
    func observed(of room: RoomIndex) -> UInt64 {
        let named = rooms[room]?.observed ?? 0
        return everyRoom.members.isEmpty ? named : max(named, everyRoom.observed)
    }
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
