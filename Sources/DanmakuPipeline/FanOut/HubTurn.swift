/// What a hub may do before its event loop looks at the sockets again: replays, snapshots and joins share it.
///
/// Work is counted in units of about 2 µs. Live entries do not count: their number is bounded by what is published.
final class HubTurn {
    /// Nanoseconds after which a turn is over and another one may begin.
    private static let length: Int64 = 1_000_000

    /// Units of a join: entering its rooms in the log.
    static func join(rooms: Int) -> Int {
        8 + rooms / 2
    }
    /// Units of a snapshot, which is encoded for one subscriber.
    static let snapshot = 8
    /// Units of a page or of a part of a list of rooms; each entry adds one.
    static let page = 8

    private let configuration: FanOutConfiguration
    private var bytes = 0
    private var startedAt: Int64 = .min / 2
    /// Units that are left.
    private(set) var units = 0

    init(configuration: FanOutConfiguration) {
        self.configuration = configuration
    }

    /// Whether the rest has to wait for the next turn.
    var isOver: Bool {
        units <= 0 || bytes <= 0
    }

    /// Begins another turn.
    func restart(now: Int64) {
        units = configuration.turnUnits
        bytes = configuration.turnBytes
        startedAt = now
    }

    /// Begins another turn if the time of this one is over.
    func restartIfOver(now: Int64) {
        if now - startedAt >= Self.length {
            restart(now: now)
        }
    }

    /// Takes note of work.
    func spend(units: Int) {
        self.units -= units
    }

    /// Takes note of bytes that were written.
    func spend(bytes: Int) {
        self.bytes -= bytes
    }
}
