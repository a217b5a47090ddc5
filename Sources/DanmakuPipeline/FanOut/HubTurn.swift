/// What a hub may do before its event loop looks at the sockets again: replays, snapshots and joins share it.
///
/// Work is counted in units of about 2 µs. Live entries do not count: their number is bounded by what is published.
struct HubTurn {
    /// Nanoseconds after which a turn is over and another one may begin.
    static let length: Int64 = 1_000_000

    /// Units of a join: entering its rooms in the log.
    static func join(rooms: Int) -> Int {
        8 + rooms / 2
    }
    /// Units of a snapshot, which is encoded for one subscriber.
    static let snapshot = 8
    /// Units of a page or of a part of a list of rooms, besides one for each entry.
    static let page = 8

    /// Units that are left.
    var units: Int
    /// Bytes that are left.
    var bytes: Int
    /// When it began, in nanoseconds of the monotonic clock.
    let startedAt: Int64

    init(configuration: FanOutConfiguration, now: Int64) {
        units = configuration.turnUnits
        bytes = configuration.turnBytes
        startedAt = now
    }

    /// Whether the rest has to wait for the next turn.
    var isOver: Bool {
        units <= 0 || bytes <= 0
    }
}
