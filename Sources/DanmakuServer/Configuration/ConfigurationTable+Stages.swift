/// The keys of what a comment goes through, in the order of the stages.
extension ConfigurationTable {
    static let admission = [
        ConfigurationKey(
            "admission.room-rate",
            .integer(0...10_000_000),
            unit: "comments/s",
            default: "0",
            "The rate of one room; comments over it are shed. Paid comments do not count. 0 means no limit."
        ),
        ConfigurationKey(
            "admission.paid-rate",
            .integer(0...10_000_000),
            unit: "comments/s",
            default: "10",
            "Paid comments of one room, with a burst of 5 s; comments over it are handled as chat. 0 means no limit."
        ),
        ConfigurationKey(
            "admission.new-rooms-per-minute",
            .integer(0...10_000_000),
            unit: "rooms",
            default: "600",
            "Rooms that one client may begin per minute; at `rooms.max`, rooms beyond it go first. 0 means no limit."
        ),
        ConfigurationKey(
            "admission.client-rate",
            .integer(0...10_000_000),
            unit: "comments/s",
            default: "0",
            "The rate of one client; TCP is read more slowly, HTTP is refused. 0 means no limit."
        ),
        ConfigurationKey(
            "admission.dedupe-seconds",
            .integer(0...86400),
            unit: "s",
            default: "600",
            "Time that an id is remembered; 0 turns the look-up off."
        ),
        ConfigurationKey(
            "admission.dedupe-ids",
            .integer(0...67_108_864),
            unit: "ids",
            default: "524288",
            "The most ids that are remembered, 24 bytes each; 0 turns the look-up off."
        ),
    ]

    static let batching = [
        ConfigurationKey(
            "batching.max-batch",
            .integer(1...4096),
            unit: "comments",
            default: "256",
            "The largest batch; a larger one needs fewer calls, a smaller one has less latency under load."
        ),
        ConfigurationKey(
            "batching.queue-limit",
            .integer(256...16_777_216),
            unit: "comments",
            default: "65536",
            "The most queued comments; beyond it, sources that can wait are paused, and others are shed."
        ),
    ]

    static let rooms = [
        ConfigurationKey(
            "rooms.max",
            .integer(1...1_000_000),
            unit: "rooms",
            default: "10000",
            "The most rooms, up to 96 KiB each. A further room replaces the least used room of one comment, or is `room_limit`."
        ),
        ConfigurationKey(
            "rooms.idle-minutes",
            .integer(1...10080),
            unit: "min",
            default: "30",
            "Time without a comment after which a room without subscribers is forgotten."
        ),
    ]

    static let scoring = [
        ConfigurationKey(
            "scoring.model",
            .text,
            default: "",
            "Model file; empty means the model that ships, or the lexicon if there is none."
        ),
        ConfigurationKey(
            "scoring.max-requests",
            .integer(0...1024),
            unit: "requests",
            default: "0",
            "The most requests to `POST /v1/score` that are scored at once; others wait. 0 means half the cores."
        ),
        ConfigurationKey(
            "scoring.wait-ms",
            .integer(1...60_000),
            unit: "ms",
            default: "2000",
            "The longest wait of a request to `POST /v1/score`; then it is answered `overloaded`."
        ),
    ]

    static let breaker = [
        ConfigurationKey(
            "breaker.min-calls",
            .integer(1...100_000),
            unit: "calls",
            default: "10",
            "The least number of calls in the window at which a share of failures can open the breaker."
        ),
        ConfigurationKey(
            "breaker.window-seconds",
            .integer(1...600),
            unit: "s",
            default: "10",
            "The window in which calls are counted."
        ),
        ConfigurationKey(
            "breaker.failure-percent",
            .integer(1...100),
            unit: "%",
            default: "50",
            "The share of failed calls that opens the breaker."
        ),
        ConfigurationKey(
            "breaker.slow-percent",
            .integer(1...100),
            unit: "%",
            default: "80",
            "The share of slow calls that opens the breaker."
        ),
        ConfigurationKey(
            "breaker.consecutive-failures",
            .integer(1...100_000),
            unit: "calls",
            default: "5",
            "The number of consecutive failures that opens the breaker, at any share."
        ),
        ConfigurationKey(
            "breaker.wait-ms",
            .integer(1...600_000),
            unit: "ms",
            default: "1000",
            "Time that the breaker stays open at first; it doubles with each failed probe."
        ),
        ConfigurationKey(
            "breaker.max-wait-ms",
            .integer(1...3_600_000),
            unit: "ms",
            default: "30000",
            "The longest time that the breaker stays open between two probes."
        ),
        ConfigurationKey(
            "breaker.forget-seconds",
            .integer(1...86400),
            unit: "s",
            default: "60",
            "Time in the closed state after which the next opening starts with `breaker.wait-ms` again."
        ),
        ConfigurationKey(
            "breaker.probes",
            .integer(1...1000),
            unit: "calls",
            default: "3",
            "The number of consecutive probes that must succeed before the scorer is used again."
        ),
        ConfigurationKey(
            "breaker.slow-factor",
            .integer(1...1000),
            unit: "times",
            default: "4",
            "A call is slow if it takes at least this many times the usual time for its size."
        ),
        ConfigurationKey(
            "breaker.slow-ms",
            .integer(1...600_000),
            unit: "ms",
            default: "50",
            "A call below this time is never slow."
        ),
        ConfigurationKey(
            "breaker.timeout-ms",
            .integer(1...600_000),
            unit: "ms",
            default: "1000",
            "Time after which a call is given up and the fallback scores its batch."
        ),
    ]

    static let fanOut = [
        ConfigurationKey(
            "fanout.flush-rate",
            .integer(1...1000),
            unit: "frames/s",
            default: "20",
            "The most frames of one room and level per second; the first frame of a quiet room leaves at once."
        ),
        ConfigurationKey(
            "fanout.frame-bytes",
            .integer(1024...1_048_576),
            unit: "bytes",
            default: "32768",
            "The size at which a frame leaves at any rate."
        ),
        ConfigurationKey(
            "fanout.display-rate",
            .integer(1...10000),
            unit: "comments/s",
            default: "20",
            "The most comments of one room per second at `detail=display`; others are left out by sampling."
        ),
        ConfigurationKey(
            "fanout.mood-rate",
            .integer(1...100),
            unit: "moods/s",
            default: "4",
            "The most mood events of one room per second."
        ),
        ConfigurationKey(
            "fanout.max-lag-bytes",
            .integer(65536...1_073_741_824),
            unit: "bytes",
            default: "8388608",
            "The most bytes that a slow stream may lag before it skips to the newest events."
        ),
        ConfigurationKey(
            "fanout.max-streams",
            .integer(1...1_000_000),
            unit: "streams",
            default: "10000",
            "The most event streams; further ones are answered `overloaded`."
        ),
        ConfigurationKey(
            "fanout.max-streams-per-address",
            .integer(1...1_000_000),
            unit: "streams",
            default: "4000",
            "The most event streams of one address; further ones are answered `too_many_from_address`."
        ),
        ConfigurationKey(
            "fanout.max-watched-rooms",
            .integer(100...100_000_000),
            unit: "rooms",
            default: "100000",
            "The most rooms that all streams watch, counted for each stream; up to 600 bytes each."
        ),
        ConfigurationKey(
            "fanout.max-watched-rooms-per-address",
            .integer(100...100_000_000),
            unit: "rooms",
            default: "50000",
            "The most rooms that the streams of one address watch."
        ),
        ConfigurationKey(
            "fanout.join-queue",
            .integer(1...1_000_000),
            unit: "streams",
            default: "2048",
            "The most streams that wait to join; further ones are answered `overloaded`."
        ),
        ConfigurationKey(
            "fanout.join-queue-per-address",
            .integer(1...1_000_000),
            unit: "streams",
            default: "1024",
            "The most streams of one address that wait to join."
        ),
        ConfigurationKey(
            "log.ring-bytes",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "33554432",
            "Memory of the event log, which decides how old a cursor can be."
        ),
        ConfigurationKey(
            "heartbeat-seconds",
            .integer(1...300),
            unit: "s",
            default: "15",
            "Time between two heartbeats of a stream."
        ),
    ]
}
