/// One row of the key table: everything that the file, the environment, `--set`, `danmaku config` and the README need
/// of a key.
package struct ConfigurationKey: Sendable {
    /// What a key's value may be.
    package enum Kind: Sendable, Equatable {
        /// A whole number within bounds, both inclusive.
        case integer(ClosedRange<Int>)
        /// `true` or `false` (also `yes`, `no`, `1`, `0`).
        case boolean
        /// One of a few words.
        case choice([String])
        /// Any text; the summary says what it means.
        case text
    }

    /// The dotted name, unit included.
    ///
    /// `http.port`, `shutdown.grace-seconds`.
    package let name: String
    /// What it may be.
    package let kind: Kind
    /// The unit as the README prints it; empty for plain numbers and words.
    package let unit: String
    /// The value where nothing else says one, as it would be written in a file.
    package let defaultValue: String
    /// One sentence on what moves when it moves.
    package let summary: String

    /// Creates a row.
    package init(_ name: String, _ kind: Kind, unit: String = "", default defaultValue: String, _ summary: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.defaultValue = defaultValue
        self.summary = summary
    }

    /// The environment variable: `DANMAKU_HTTP_PORT` for `http.port`.
    package var environmentName: String {
        ConfigurationKey.environmentPrefix + String(name.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 })
    }

    /// What every environment variable of ours begins with.
    package static let environmentPrefix = "DANMAKU_"

    /// The allowed values, in words for a person: `an integer from 0 to 65535`.
    package var allowed: String {
        switch kind {
        case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .boolean: "true or false"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .text: "any text"
        }
    }

    /// The type's name for the README's table.
    package var typeName: String {
        switch kind {
        case .integer: "integer"
        case .boolean: "boolean"
        case .choice: "word"
        case .text: "text"
        }
    }

    /// The allowed values, short, for the README's table.
    package var range: String {
        switch kind {
        case .integer(let range): "\(range.lowerBound)–\(range.upperBound)"
        case .boolean: "true, false"
        case .choice(let words): words.joined(separator: ", ")
        case .text: ""
        }
    }
}
