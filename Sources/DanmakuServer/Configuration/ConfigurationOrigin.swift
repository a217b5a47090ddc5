/// Where a value came from.
package enum ConfigurationOrigin: Sendable, Equatable, CustomStringConvertible {
    /// The table.
    case builtIn
    /// A configuration file, by its path.
    case file(String)
    /// An environment variable, by its name.
    case environment(String)
    /// The command line, by the flag as written: `--http-port`, `--set`.
    case commandLine(String)

    /// As `danmaku config` and error lines print it.
    package var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path): "file \(path)"
        case .environment(let name): "environment \(name)"
        case .commandLine(let flag): flag
        }
    }
}

/// One key's value as it was written.
package struct ConfigurationSetting: Sendable, Equatable {
    /// The key's name, not yet looked up.
    package var name: String
    /// The value as written.
    package var value: String
    /// Where it was written.
    package var origin: ConfigurationOrigin

    /// Creates a setting.
    package init(name: String, value: String, origin: ConfigurationOrigin) {
        self.name = name
        self.value = value
        self.origin = origin
    }
}
