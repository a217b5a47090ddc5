/// The one table of keys: file, environment, `--set`, `danmaku config` and the README use it.
///
/// `docs/contract.md` says which names and defaults are stable.
package enum ConfigurationTable {
    /// All keys, in the order they are printed.
    package static let keys: [ConfigurationKey] =
        http + ingest + admission + batching + rooms + scoring + breaker + fanOut + operating + demo

    /// The row of a key, or `nil` for an unknown name.
    package static func key(_ name: String) -> ConfigurationKey? {
        byName[name]
    }

    private static let byName = Dictionary(uniqueKeysWithValues: keys.map { ($0.name, $0) })
    private static let port: ConfigurationKey.Kind = .integer(0...65535)

    private static let http = [
        ConfigurationKey(
            "http.host",
            .text,
            default: "127.0.0.1",
            "Address that the HTTP port listens on; `0.0.0.0` for all addresses."
        ),
        ConfigurationKey("http.port", port, default: "8080", "HTTP port; 0 picks a free port."),
        ConfigurationKey(
            "http.max-connections",
            .integer(1...1_000_000),
            default: "16000",
            "The most HTTP connections, streams included; further ones are answered `too_many_connections`."
        ),
        ConfigurationKey(
            "http.max-connections-per-address",
            .integer(1...1_000_000),
            default: "4096",
            "The most HTTP connections of one address; further ones are answered `too_many_from_address`."
        ),
        ConfigurationKey(
            "http.max-body-bytes-in-flight",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "33554432",
            "The most bytes of request bodies that are incomplete or wait; further requests are answered `overloaded`."
        ),
        ConfigurationKey(
            "http.max-body-bytes-per-address",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "8388608",
            "The same for one address; its further requests are answered `too_many_from_address`."
        ),
        ConfigurationKey(
            "http.min-body-rate",
            .integer(0...1_048_576),
            unit: "bytes/s",
            default: "1024",
            "The least rate of a JSON body, averaged over 5 s; a slower client is disconnected. 0 means no limit."
        ),
        ConfigurationKey(
            "http.max-answer-bytes-in-flight",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "33554432",
            "The most bytes of unread answers; the connection that exceeds it is closed. Event streams have their own limits."
        ),
        ConfigurationKey(
            "http.max-answer-bytes-per-address",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "8388608",
            "The most bytes of unread answers of one address."
        ),
        ConfigurationKey(
            "http.head-timeout-seconds",
            .integer(1...3600),
            unit: "s",
            default: "10",
            "Time for a request's head from its first byte, or from the connection's start for the first request."
        ),
        ConfigurationKey(
            "http.body-timeout-seconds",
            .integer(1...3600),
            unit: "s",
            default: "30",
            "Time for a whole body; for a streamed body, the time without a byte while the server reads."
        ),
        ConfigurationKey(
            "http.idle-timeout-seconds",
            .integer(1...3600),
            unit: "s",
            default: "75",
            "Time between two requests after which a connection is closed."
        ),
        ConfigurationKey(
            "http.cors-origin",
            .text,
            default: "",
            "Origins whose pages may read answers and post: `*`, or a comma-separated list; empty for the same origin only."
        ),
        ConfigurationKey(
            "http.allowed-hosts",
            .text,
            default: "",
            "Host names that requests may use: `*`, or a comma-separated list. IP addresses, `localhost` and `http.host` "
                + "are always allowed. List the public name behind a proxy; other names are answered `host_not_allowed`."
        ),
        ConfigurationKey(
            "http.trusted-proxies",
            .text,
            default: "",
            "Addresses or CIDR ranges of reverse proxies, comma-separated. For their requests, the client is the address "
                + "in `X-Forwarded-For` (or `Forwarded`), which the proxies must overwrite."
        ),
        ConfigurationKey(
            "http.web-directory",
            .text,
            default: "",
            "Folder of the pages; empty means `web-static` beside the executable, else in `../share/danmaku-sentiment`, "
                + "else in the working directory."
        ),
    ]

    private static let ingest = [
        ConfigurationKey("ingest.host", .text, default: "127.0.0.1", "Address that the TCP ingest port listens on."),
        ConfigurationKey("ingest.port", port, default: "9000", "TCP ingest port; 0 picks a free port."),
        ConfigurationKey(
            "ingest.max-connections",
            .integer(1...1_000_000),
            default: "1000",
            "The most ingest connections; further ones get `too_many_connections` and are closed."
        ),
        ConfigurationKey(
            "ingest.max-connections-per-address",
            .integer(1...1_000_000),
            default: "256",
            "The most ingest connections of one address (IPv6: of one /64); further ones get `too_many_from_address`."
        ),
        ConfigurationKey(
            "ingest.idle-timeout-seconds",
            .integer(1...86400),
            unit: "s",
            default: "60",
            "Time for the first line of a connection (a hello counts); after it, a client may be quiet."
        ),
        ConfigurationKey(
            "ingest.max-waiting-bytes",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "134217728",
            "The most bytes that waiting sources hold together; a source that exceeds it is closed as `overloaded`."
        ),
        ConfigurationKey(
            "ingest.max-waiting-bytes-per-address",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "67108864",
            "The same for the sources of one address; a source that exceeds it gets `too_many_from_address`."
        ),
        ConfigurationKey(
            "ingest.proxy-protocol",
            .choice(["off", "require"]),
            default: "off",
            "With `require`, each ingest connection must begin with a PROXY header, version 2, from a trusted proxy."
        ),
        ConfigurationKey(
            "ingest.trusted-proxies",
            .text,
            default: "",
            "Addresses and CIDR ranges whose PROXY headers are trusted, comma-separated: `127.0.0.1, 10.0.0.0/8`."
        ),
        ConfigurationKey(
            "ingest.line-timeout-seconds",
            .integer(1...3600),
            unit: "s",
            default: "30",
            "Time for an unfinished line, and the time in which a streamed body must finish one."
        ),
        ConfigurationKey(
            "ingest.max-line-bytes",
            .integer(256...65536),
            unit: "bytes",
            default: "8192",
            "The longest line; a longer line closes the connection."
        ),
    ]

    private static let admission = [
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

    private static let batching = [
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

    private static let rooms = [
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

    private static let scoring = [
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

    private static let breaker = [
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

    private static let fanOut = [
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

    private static let operating = [
        ConfigurationKey(
            "shutdown.grace-seconds",
            .integer(1...600),
            unit: "s",
            default: "20",
            "Time for a drain; then everything that is left is closed."
        ),
        ConfigurationKey(
            "privacy.expose-uid",
            .boolean,
            default: "false",
            "Results carry the source's `uid` as `user` instead of a keyed hash of it."
        ),
        ConfigurationKey(
            "log.format",
            .choice(["human", "json"]),
            default: "human",
            "Format of the log lines on standard error."
        ),
        ConfigurationKey(
            "log.level",
            .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            default: "info",
            "The lowest level that is logged."
        ),
    ]

    private static let demo = [
        ConfigurationKey(
            "demo.enabled",
            .boolean,
            default: "false",
            "Feeds a built-in stream of comments into a few rooms."
        ),
        ConfigurationKey(
            "demo.rate",
            .integer(1...10000),
            unit: "comments/s",
            default: "25",
            "Comments per second of all demo rooms together, on average."
        ),
    ]
}
