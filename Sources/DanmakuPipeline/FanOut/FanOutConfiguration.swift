/// The settings of the event log and of the fan-out (`fanout.*`, `log.*`, `heartbeat-seconds`).
package struct FanOutConfiguration: Sendable {
    /// Frames a second a room and level (`fanout.flush-rate`): more means less delay and more, smaller writes.
    package var flushRate = 20
    /// A frame leaves at this size, whatever the rate (`fanout.frame-bytes`).
    package var frameBytes = 32_768
    /// Comments a second a room at level `display` (`fanout.display-rate`); paid ones come on top.
    package var displayRate = 20
    /// Moods a second a room (`fanout.mood-rate`).
    package var moodRate = 4
    /// How far a subscriber may lag behind the head (`fanout.max-lag-bytes`), in bytes of its own frames.
    package var maximumLagBytes = 8 << 20
    /// What the log may hold in all, cached frames included (`log.ring-bytes`).
    package var ringBytes = 32 << 20
    /// The time between two heartbeats of a stream (`heartbeat-seconds`).
    package var heartbeat: Duration = .seconds(15)
    /// A stream that takes nothing for so long while something waits for it is evicted.
    package var writeDeadline: Duration = .seconds(30)
    /// A stream is ended cleanly at 0.8…1 of this age, so that long-lived streams spread over restarted servers.
    package var maximumAge: Duration = .seconds(3600)
    /// The window a browser's `retry:` is drawn from at a join.
    package var retryMilliseconds: ClosedRange<Int> = 2000...6000
    /// What replays, snapshots and joins may cost before an event loop looks at its sockets again, in units of about 2 µs:
    /// more serves many joins sooner, less keeps everything else on the loop quicker.
    package var turnUnits = 32
    /// The same in bytes written.
    package var turnBytes = 256 << 10

    /// Creates the defaults of the contract.
    package init() {}
}
