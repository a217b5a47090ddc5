/// One watching client, as its hub keeps it: a position in the log and what is outstanding, which is rooms and sequences.
final class Subscriber {
    let number: Int
    let sink: any SubscriberSink
    var machine: SubscriberStateMachine
    var position: LogPosition
    /// Up to here the log is replayed to it: without a bound on its lag, and of the moods only the newest of each room.
    let replayEnd: UInt64
    /// The sequence of its last `id`; `nil` before the last snapshot.
    var lastID: UInt64?
    /// The rooms whose snapshots are outstanding, in reverse order; bounded by the number of rooms.
    var snapshots: [[UInt8]]
    /// Kept moods that are outstanding, in descending order; bounded by the number of rooms.
    var moods: [UInt64] = []
    /// Whether nothing else was left out, so that they go with their ids.
    var moodsKeepIDs = false
    /// Kept moods that left the ring before they were written.
    var lostMoods: UInt64 = 0
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
        machine: SubscriberStateMachine,
        join: LogJoin,
        snapshots: [[UInt8]]
    ) {
        self.number = number
        self.sink = sink
        self.machine = machine
        position = join.position
        replayEnd = join.head
        self.snapshots = snapshots.reversed()
    }
}

/// The subscribers of one room on one event loop, or of every room.
struct Channel {
    /// A subscriber, and the place of this room among those it watches.
    struct Member {
        let subscriber: Subscriber
        let place: Int
    }

    var members: [Member] = []
    /// The newest entry whose comments were observed in the histogram on this loop.
    var observed: UInt64
}
