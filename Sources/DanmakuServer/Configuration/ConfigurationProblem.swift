/// What is wrong with the configuration, as one line for a person: key, value, origin and allowed values.
///
/// The command prints it on standard error and exits with ``exitStatus``.
package struct ConfigurationProblem: Error, Equatable, CustomStringConvertible {
    /// The exit status of a wrong configuration (`EX_USAGE`).
    package static let exitStatus: Int32 = 64

    /// The whole line.
    package let description: String

    /// Creates a problem that concerns no single key: a file that cannot be read.
    package init(_ description: String) {
        self.description = description.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// A value that does not parse or is out of range.
    static func notAllowed(_ key: ConfigurationKey, value: String, origin: ConfigurationOrigin) -> Self {
        Self("\(key.name) = \(quoted(value)) (\(origin)): expected \(key.allowed)")
    }

    /// A key, or an environment variable, that the table does not have.
    static func unknown(_ name: String, value: String, origin: ConfigurationOrigin) -> Self {
        let near = ConfigurationTable.keys
            .map { if case .environment = origin { $0.environmentName } else { $0.name } }
            .map { (name: $0, distance: distance($0, name)) }
            .min { $0.distance < $1.distance }
        let hint = near.flatMap { $0.distance <= 3 ? "; did you mean \($0.name)?" : nil } ?? ""
        return Self(
            "\(name) = \(quoted(value)) (\(origin)): there is no such key\(hint) (danmaku config lists all keys)"
        )
    }

    /// Two values for one key on the command line.
    static func twice(_ name: String, _ first: ConfigurationSetting, _ second: ConfigurationSetting) -> Self {
        Self(
            "\(name) is given twice on the command line: \(quoted(first.value)) (\(first.origin)) and "
                + "\(quoted(second.value)) (\(second.origin))"
        )
    }

    /// Values are shown in quotes, and cut, in case a whole file was passed.
    private static func quoted(_ value: String) -> String {
        "\"\(value.count > 80 ? value.prefix(80) + "…" : value[...])\""
    }

    /// The edit distance of two names.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let substituted = diagonal + (right[column] == character ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(substituted, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[right.count]
    }
}
