/// One watching client, as its hub keeps it: a position in the log and what is outstanding, which is rooms and sequences.
final class Subscriber {
    let number: Int
    let sink: any SubscriberSink
    var machine: StateMachine
    var position: LogPosition
    /// Up to here the log is replayed to it: without a bound on its lag, and of the moods only the newest of each room.
    let replayEnd: UInt64
    /// Its number among the members of each room that it watches.
    var memberNumbers: [Int32]
    /// Its last `id`; `nil` before the last snapshot.
    var lastID: UInt64?
    /// The rooms whose snapshots are outstanding.
    var snapshots: OutstandingSnapshots
    /// Where it stands in the ring between two pages; `nil` when the next page begins a sweep.
    var sweep: LogSweep?
    /// Kept moods that are outstanding.
    var kept = KeptMoods.none
    /// Whether nothing else was left out, so that they go with their ids.
    var moodsKeepIDs = false
    /// Whether it is in the hub's queue for another turn.
    var isWaiting = false
    /// Whether something was written since the last flush.
    var needsFlush = false
    /// Bytes written since the last look at what is pending.
    var written = 0
    /// What was pending at the last look.
    var pending = 0
    /// When to look again.
    var lookAt: Int64 = 0

    init(
        number: Int,
        sink: any SubscriberSink,
        machine: StateMachine,
        join: LogJoin,
        snapshots: OutstandingSnapshots
    ) {
        self.number = number
        self.sink = sink
        self.machine = machine
        position = join.position
        replayEnd = join.head
        self.snapshots = snapshots
        switch join.position.scope {
        case .rooms(let rooms): memberNumbers = [Int32](repeating: 0, count: rooms.count)
        case .everyRoom: memberNumbers = [0]
        }
    }

    /// Estimated bytes that it holds without what is pending and without its connection: this object, and for each room a
    /// position, a membership, its share of a sweep and its name in the request.
    var footprint: Int {
        1024 + memberNumbers.count * 160
    }
}

/// The rooms whose snapshots a subscriber has not got yet; for every room a part of their names at a time.
struct OutstandingSnapshots {
    /// The next rooms, in reverse order.
    private var names: [[UInt8]]
    /// Where in the log's table the rooms after those begin.
    private var next: Int?

    /// Creates the snapshots of some rooms, or of every room.
    init(rooms: [[UInt8]]?) {
        names = rooms?.reversed() ?? []
        next = rooms == nil ? 0 : nil
    }

    /// Whether all are written.
    var isEmpty: Bool {
        names.isEmpty && next == nil
    }

    /// Where to read more names from before the next one is taken: the last snapshot has to be known as the last.
    var missing: Int? {
        names.count < 2 ? next : nil
    }

    /// Adds the names that were missing.
    mutating func add(_ part: RoomNames) {
        names = part.names.reversed() + names
        next = part.next
    }

    /// Takes the next room.
    mutating func popNext() -> [UInt8]? {
        names.popLast()
    }
}
