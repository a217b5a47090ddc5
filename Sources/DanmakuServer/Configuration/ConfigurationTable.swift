/// The one table of keys: file, environment, `--set`, `danmaku config` and the README all follow it.
///
/// Names and defaults of the first version are public contract: adding is fine, changing is not.
public enum ConfigurationTable {
    /// All keys, in the order they are printed.
    public static let keys: [ConfigurationKey] =
        http + ingest + admission + batching + rooms + scoring + breaker + fanOut + operating + demo

    /// The row of a key, or `nil` for an unknown name.
    public static func key(_ name: String) -> ConfigurationKey? {
        byName[name]
    }

    private static let byName = Dictionary(uniqueKeysWithValues: keys.map { ($0.name, $0) })
    private static let port: ConfigurationKey.Kind = .integer(0...65535)

    private static let http = [
        ConfigurationKey("http.host", .text, default: "127.0.0.1", "Address of the HTTP port; `0.0.0.0` for all."),
        ConfigurationKey("http.port", port, default: "8080", "HTTP port; 0 picks a free one."),
        ConfigurationKey(
            "http.max-connections",
            .integer(1...1_000_000),
            default: "16000",
            "HTTP connections at once, streams included; one more is answered `too_many_connections`."
        ),
        ConfigurationKey(
            "http.max-connections-per-address",
            .integer(1...1_000_000),
            default: "4096",
            "HTTP connections of one address; one more is answered `too_many_from_address`."
        ),
        ConfigurationKey(
            "http.max-body-bytes-in-flight",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "33554432",
            "Request bodies held at once while they are incomplete or wait; beyond it a request is `overloaded`."
        ),
        ConfigurationKey(
            "http.max-body-bytes-per-address",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "8388608",
            "Request bodies held for one address; beyond it a request is `too_many_from_address`."
        ),
        ConfigurationKey(
            "http.min-body-rate",
            .integer(0...1_048_576),
            unit: "bytes/s",
            default: "1024",
            "The least that a JSON body brings, averaged over 5 s; a slower client is closed. 0 is no such limit."
        ),
        ConfigurationKey(
            "http.max-answer-bytes-in-flight",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "33554432",
            "Answers that clients have not read; beyond it the connection is closed. Event streams have limits of their own."
        ),
        ConfigurationKey(
            "http.max-answer-bytes-per-address",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "8388608",
            "Answers that one address has not read."
        ),
        ConfigurationKey(
            "http.head-timeout-seconds",
            .integer(1...3600),
            unit: "s",
            default: "10",
            "How long a request's head may take from its first byte, and the first one from the connection's start."
        ),
        ConfigurationKey(
            "http.body-timeout-seconds",
            .integer(1...3600),
            unit: "s",
            default: "30",
            "How long a body may take; for a streamed one, how long it may stand still while the server is reading."
        ),
        ConfigurationKey(
            "http.idle-timeout-seconds",
            .integer(1...3600),
            unit: "s",
            default: "75",
            "How long a connection is kept between two requests."
        ),
        ConfigurationKey(
            "http.cors-origin",
            .text,
            default: "",
            "Origins whose pages may read answers and post: `*`, or a list separated by commas; empty for the same origin."
        ),
        ConfigurationKey(
            "http.allowed-hosts",
            .text,
            default: "",
            "Host names that requests may use: `*`, or a list separated by commas. IP addresses, `localhost` and "
                + "`http.host` are always allowed; a public name behind a proxy must be listed, or it is `host_not_allowed`."
        ),
        ConfigurationKey(
            "http.trusted-proxies",
            .text,
            default: "",
            "Addresses or CIDR ranges of reverse proxies, separated by commas: for their requests a client is the address "
                + "in `X-Forwarded-For` (or `Forwarded`), which they must overwrite."
        ),
        ConfigurationKey(
            "http.web-directory",
            .text,
            default: "",
            "Folder of the page; empty looks for `web-static` beside the executable, then in the working directory."
        ),
    ]

    private static let ingest = [
        ConfigurationKey("ingest.host", .text, default: "127.0.0.1", "Address of the TCP ingest port."),
        ConfigurationKey("ingest.port", port, default: "9000", "TCP ingest port; 0 picks a free one."),
        ConfigurationKey(
            "ingest.max-connections",
            .integer(1...1_000_000),
            default: "1000",
            "Ingest connections at once; one more is told `too_many_connections` and closed."
        ),
        ConfigurationKey(
            "ingest.max-connections-per-address",
            .integer(1...1_000_000),
            default: "256",
            "Ingest connections of one address at once (IPv6: of one /64); one more is told `too_many_from_address`."
        ),
        ConfigurationKey(
            "ingest.idle-timeout-seconds",
            .integer(1...86400),
            unit: "s",
            default: "60",
            "How long a connection may take to finish its first line (a hello is one); after it a client may be quiet."
        ),
        ConfigurationKey(
            "ingest.max-waiting-bytes",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "134217728",
            "What sources that wait for the pipeline may hold together; one that finds no room is closed as `overloaded`."
        ),
        ConfigurationKey(
            "ingest.max-waiting-bytes-per-address",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "67108864",
            "The same for the sources of one address; one that finds no room is told `too_many_from_address`."
        ),
        ConfigurationKey(
            "ingest.proxy-protocol",
            .choice(["off", "require"]),
            default: "off",
            "With `require` each ingest connection begins with a PROXY header, version 2, from a trusted proxy."
        ),
        ConfigurationKey(
            "ingest.trusted-proxies",
            .text,
            default: "",
            "Addresses and ranges whose PROXY headers are believed, separated by commas: `127.0.0.1, 10.0.0.0/8`."
        ),
        ConfigurationKey(
            "ingest.line-timeout-seconds",
            .integer(1...3600),
            unit: "s",
            default: "30",
            "How long a line may stay unfinished, and a streamed body go without finishing one."
        ),
        ConfigurationKey(
            "ingest.max-line-bytes",
            .integer(256...65536),
            unit: "bytes",
            default: "8192",
            "The longest line; a longer one closes the connection."
        ),
    ]

    private static let admission = [
        ConfigurationKey(
            "admission.room-rate",
            .integer(0...10_000_000),
            unit: "comments/s",
            default: "0",
            "Limit of one room; what is over it is shed. Paid comments do not count. 0 is no limit."
        ),
        ConfigurationKey(
            "admission.paid-rate",
            .integer(0...10_000_000),
            unit: "comments/s",
            default: "10",
            "Paid comments of one room, five seconds' worth at once; what is over it is taken as chat. 0 is no limit."
        ),
        ConfigurationKey(
            "admission.new-rooms-per-minute",
            .integer(0...10_000_000),
            unit: "rooms",
            default: "600",
            "Rooms that one client may begin; at `rooms.max` those beyond it are the first to go. 0 is no limit."
        ),
        ConfigurationKey(
            "admission.client-rate",
            .integer(0...10_000_000),
            unit: "comments/s",
            default: "0",
            "Limit of one client; TCP is read slower, HTTP is refused. 0 is no limit."
        ),
        ConfigurationKey(
            "admission.dedupe-seconds",
            .integer(0...86400),
            unit: "s",
            default: "600",
            "How long an id is remembered; 0 switches the look-up off."
        ),
        ConfigurationKey(
            "admission.dedupe-ids",
            .integer(0...67_108_864),
            unit: "ids",
            default: "524288",
            "How many ids are remembered at most, 24 bytes each; 0 switches the look-up off."
        ),
    ]

    private static let batching = [
        ConfigurationKey(
            "batching.max-batch",
            .integer(1...4096),
            unit: "comments",
            default: "256",
            "The largest batch; more saves calls, less saves latency under load."
        ),
        ConfigurationKey(
            "batching.max-delay-ms",
            .integer(0...1000),
            unit: "ms",
            default: "5",
            "How long the oldest comment may wait while another batch is being scored."
        ),
        ConfigurationKey(
            "batching.queue-limit",
            .integer(256...16_777_216),
            unit: "comments",
            default: "65536",
            "Comments queued at once; sources that can wait are paused there, others are shed."
        ),
    ]

    private static let rooms = [
        ConfigurationKey(
            "rooms.max",
            .integer(1...1_000_000),
            unit: "rooms",
            default: "10000",
            "Rooms at once, up to 96 KiB each. One more replaces the least used room of one comment; else `room_limit`."
        ),
        ConfigurationKey(
            "rooms.idle-minutes",
            .integer(1...10080),
            unit: "min",
            default: "30",
            "After so long without a comment a room that nobody watches is forgotten."
        ),
    ]

    private static let scoring = [
        ConfigurationKey(
            "scoring.model",
            .text,
            default: "",
            "Model file; empty takes the one that ships, or the lexicon where there is none."
        ),
        ConfigurationKey(
            "scoring.max-requests",
            .integer(0...1024),
            unit: "requests",
            default: "0",
            "Requests to `POST /v1/score` that are scored at once; others wait for their turn. 0 is half the cores."
        ),
        ConfigurationKey(
            "scoring.wait-ms",
            .integer(1...60_000),
            unit: "ms",
            default: "2000",
            "How long a request to `POST /v1/score` waits for its turn before it is `overloaded`."
        ),
    ]

    private static let breaker = [
        ConfigurationKey(
            "breaker.min-calls",
            .integer(1...100_000),
            unit: "calls",
            default: "10",
            "Calls in the window before a share of failures can open the breaker."
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
            "Share of failed calls that opens the breaker."
        ),
        ConfigurationKey(
            "breaker.slow-percent",
            .integer(1...100),
            unit: "%",
            default: "80",
            "Share of slow calls that opens the breaker."
        ),
        ConfigurationKey(
            "breaker.consecutive-failures",
            .integer(1...100_000),
            unit: "calls",
            default: "5",
            "Failures in a row that open the breaker, whatever the share."
        ),
        ConfigurationKey(
            "breaker.wait-ms",
            .integer(1...600_000),
            unit: "ms",
            default: "1000",
            "How long the breaker stays open the first time; it doubles with every failed probe."
        ),
        ConfigurationKey(
            "breaker.max-wait-ms",
            .integer(1...3_600_000),
            unit: "ms",
            default: "30000",
            "The longest that the breaker stays open between two probes."
        ),
        ConfigurationKey(
            "breaker.forget-seconds",
            .integer(1...86400),
            unit: "s",
            default: "60",
            "After so long closed the next opening waits as the first one did."
        ),
        ConfigurationKey(
            "breaker.probes",
            .integer(1...1000),
            unit: "calls",
            default: "3",
            "Probes in a row that must succeed before the scorer is used again."
        ),
        ConfigurationKey(
            "breaker.slow-factor",
            .integer(1...1000),
            unit: "times",
            default: "4",
            "A call is slow from so many times the usual time of its size on."
        ),
        ConfigurationKey(
            "breaker.slow-ms",
            .integer(1...600_000),
            unit: "ms",
            default: "50",
            "A call is never slow below this, whatever is usual for its size."
        ),
        ConfigurationKey(
            "breaker.timeout-ms",
            .integer(1...600_000),
            unit: "ms",
            default: "1000",
            "After so long a call is given up and its batch scored by the fallback."
        ),
    ]

    private static let fanOut = [
        ConfigurationKey(
            "fanout.flush-rate",
            .integer(1...1000),
            unit: "frames/s",
            default: "20",
            "Frames of one room and level at most; the first of a quiet room leaves at once."
        ),
        ConfigurationKey(
            "fanout.frame-bytes",
            .integer(1024...1_048_576),
            unit: "bytes",
            default: "32768",
            "A frame leaves at this size, whatever the rate."
        ),
        ConfigurationKey(
            "fanout.display-rate",
            .integer(1...10000),
            unit: "comments/s",
            default: "20",
            "Comments of one room that `detail=display` shows; the rest is sampled out."
        ),
        ConfigurationKey(
            "fanout.mood-rate",
            .integer(1...100),
            unit: "moods/s",
            default: "4",
            "Mood events of one room."
        ),
        ConfigurationKey(
            "fanout.max-lag-bytes",
            .integer(65536...1_073_741_824),
            unit: "bytes",
            default: "8388608",
            "How far a slow stream may lie behind before it skips to the newest."
        ),
        ConfigurationKey(
            "fanout.max-streams",
            .integer(1...1_000_000),
            unit: "streams",
            default: "10000",
            "Event streams at once; one more is answered `overloaded`."
        ),
        ConfigurationKey(
            "fanout.max-streams-per-address",
            .integer(1...1_000_000),
            unit: "streams",
            default: "4000",
            "Event streams of one address; one more is answered `too_many_from_address`."
        ),
        ConfigurationKey(
            "fanout.max-watched-rooms",
            .integer(100...100_000_000),
            unit: "rooms",
            default: "100000",
            "Rooms that all streams watch, counted for each stream; up to 600 bytes each."
        ),
        ConfigurationKey(
            "fanout.max-watched-rooms-per-address",
            .integer(100...100_000_000),
            unit: "rooms",
            default: "50000",
            "Rooms that the streams of one address watch."
        ),
        ConfigurationKey(
            "fanout.join-queue",
            .integer(1...1_000_000),
            unit: "streams",
            default: "2048",
            "Streams that wait for their turn to join; one more is answered `overloaded`."
        ),
        ConfigurationKey(
            "fanout.join-queue-per-address",
            .integer(1...1_000_000),
            unit: "streams",
            default: "1024",
            "Streams of one address that wait for their turn to join."
        ),
        ConfigurationKey(
            "log.ring-bytes",
            .integer(1_048_576...68_719_476_736),
            unit: "bytes",
            default: "33554432",
            "Memory of the event log: how far back a reconnecting stream can resume."
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
            "How long a drain may take before whatever is left is closed."
        ),
        ConfigurationKey(
            "privacy.expose-uid",
            .boolean,
            default: "false",
            "Results carry the source's own `uid` as `user` instead of a keyed hash of it."
        ),
        ConfigurationKey(
            "log.format",
            .choice(["human", "json"]),
            default: "human",
            "Form of the log lines on standard error."
        ),
        ConfigurationKey(
            "log.level",
            .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            default: "info",
            "The least level that is logged."
        ),
    ]

    private static let demo = [
        ConfigurationKey("demo.enabled", .boolean, default: "false", "Feeds a built-in stream into a few rooms."),
        ConfigurationKey(
            "demo.rate",
            .integer(1...10000),
            unit: "comments/s",
            default: "25",
            "Comments of all demo rooms together, on average."
        ),
    ]
}
