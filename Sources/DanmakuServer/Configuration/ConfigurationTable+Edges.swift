/// The keys of the ports: HTTP and ingest.
extension ConfigurationTable {
    static let http = [
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

    static let ingest = [
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
}
