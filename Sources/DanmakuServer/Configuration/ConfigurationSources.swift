import Configuration
import SentimentModel

/// Everything that can set a key, strongest first: command line, environment, file; the table's defaults come last.
package struct ConfigurationSources: Sendable {
    /// Flags and `--set`, in the order given.
    package var commandLine: [ConfigurationSetting]
    /// Environment variables; only those that begin with `DANMAKU_` are looked at.
    package var environment: [String: String]
    /// The file, already flattened.
    package var file: [ConfigurationSetting]

    /// Creates sources; each may be empty.
    package init(
        commandLine: [ConfigurationSetting] = [],
        environment: [String: String] = [:],
        file: [ConfigurationSetting] = []
    ) {
        self.commandLine = commandLine
        self.environment = environment
        self.file = file
    }

    /// Reads `--config`.
    ///
    /// - Parameter path: A YAML or JSON file.
    /// - Throws: ``ConfigurationProblem`` if it cannot be read or parsed.
    package mutating func readFile(_ path: String) throws {
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.bytes(of: path)
        } catch {
            throw ConfigurationProblem("\(path) (--config) cannot be read: \(error.reason)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationProblem("\(path) (--config) is not UTF-8")
        }
        file = try ConfigurationFile.settings(in: text, path: path)
    }

    /// Parses the argument of one `--set`.
    ///
    /// - Parameter argument: `key=value`.
    /// - Returns: The setting; its key is looked up later.
    /// - Throws: ``ConfigurationProblem`` if there is no `=`.
    package static func setting(fromArgument argument: String) throws -> ConfigurationSetting {
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else {
            throw ConfigurationProblem("--set \(argument): expected key=value")
        }
        return ConfigurationSetting(
            name: String(argument[..<sign]),
            value: String(argument[argument.index(after: sign)...]),
            origin: .commandLine("--set")
        )
    }

    /// Decides every key's value.
    ///
    /// - Returns: One value for each key of the table, with where it came from.
    /// - Throws: ``ConfigurationProblem`` for the first unknown key, value that does not parse, value out of range, or key
    ///   that the command line gives twice. A value that a stronger source overrides is checked all the same.
    package func resolve() throws -> ConfigurationValues {
        let layers = try [layer(of: commandLine, once: true), environmentLayer(), layer(of: file, once: true)]
        var entries: [ConfigurationValues.Entry] = []
        for key in ConfigurationTable.keys {
            var entry: ConfigurationValues.Entry?
            for layer in layers {
                if let found = try layer.value(of: key), entry == nil {
                    entry = found
                }
            }
            try entries.append(entry ?? ConfigurationValues.Entry(builtIn: key))
        }
        return ConfigurationValues(entries)
    }

    private func layer(of settings: [ConfigurationSetting], once: Bool) throws -> ConfigurationLayer {
        var known: [String: ConfigurationSetting] = [:]
        for setting in settings {
            guard ConfigurationTable.key(setting.name) != nil else {
                throw ConfigurationProblem.unknown(setting.name, value: setting.value, origin: setting.origin)
            }
            if once, let first = known[setting.name] {
                throw ConfigurationProblem.twice(setting.name, first, setting)
            }
            known[setting.name] = setting
        }
        return ConfigurationLayer(known)
    }

    private func environmentLayer() throws -> ConfigurationLayer {
        let byVariable = Dictionary(uniqueKeysWithValues: ConfigurationTable.keys.map { ($0.environmentName, $0.name) })
        var known: [String: ConfigurationSetting] = [:]
        let ours = environment.filter { $0.key.hasPrefix(ConfigurationKey.environmentPrefix) }
        for (variable, value) in ours.sorted(by: { $0.key < $1.key }) {
            if let name = byVariable[variable] {
                known[name] = ConfigurationSetting(name: name, value: value, origin: .environment(variable))
            } else if !Self.isServiceLink(variable) {
                throw ConfigurationProblem.unknown(variable, value: value, origin: .environment(variable))
            }
        }
        return ConfigurationLayer(known)
    }

    /// Kubernetes puts `DANMAKU_PORT`, `DANMAKU_PORT_8080_TCP…` and `DANMAKU_SERVICE_…` into every container beside a
    /// service that is called `danmaku`: these are no misspelt keys.
    private static func isServiceLink(_ variable: String) -> Bool {
        variable == "DANMAKU_PORT" || variable.hasPrefix("DANMAKU_PORT_") || variable.hasPrefix("DANMAKU_SERVICE_")
    }
}

/// One source behind swift-configuration's environment provider, the one of its providers that converts strings.
private struct ConfigurationLayer {
    private let settings: [String: ConfigurationSetting]
    private let provider: EnvironmentVariablesProvider

    init(_ settings: [String: ConfigurationSetting]) {
        self.settings = settings
        let variables = settings.map { (ConfigurationTable.key($0.key)!.environmentName, $0.value.value) }
        provider = EnvironmentVariablesProvider(environmentVariables: Dictionary(uniqueKeysWithValues: variables))
    }

    /// The key's value here, or `nil` if this source does not set it.
    func value(of key: ConfigurationKey) throws -> ConfigurationValues.Entry? {
        guard let setting = settings[key.name] else {
            return nil
        }
        guard let content = content(of: key, as: setting.value), key.allows(content) else {
            throw ConfigurationProblem.notAllowed(key, value: setting.value, origin: setting.origin)
        }
        return ConfigurationValues.Entry(key: key, content: content, origin: setting.origin)
    }

    /// The converted value; a number is read by our own rules, which are the same for every input.
    private func content(of key: ConfigurationKey, as text: String) -> ConfigContent? {
        if case .integer(let range) = key.kind {
            return ClientNumber.integer(text.utf8, in: range).map { .int($0) }
        }
        let name = AbsoluteConfigKey(["danmaku"] + key.name.split(separator: ".").map(String.init))
        return (try? provider.value(forKey: name, type: key.configType).value)?.content
    }
}

extension ConfigurationKey {
    /// swift-configuration's name for the type.
    var configType: ConfigType {
        switch kind {
        case .integer: .int
        case .boolean: .bool
        case .choice, .text: .string
        }
    }

    /// Whether a converted value is within the key's range.
    func allows(_ content: ConfigContent) -> Bool {
        switch (kind, content) {
        case (.integer(let range), .int(let value)): range.contains(value)
        case (.boolean, .bool): true
        case (.choice(let words), .string(let value)): words.contains(value)
        case (.text, .string): true
        default: false
        }
    }
}
