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
    static let port: ConfigurationKey.Kind = .integer(0...65535)

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
