import Configuration
import SentimentModel

/// Every key's value after precedence was applied, and its origin.
///
/// A typed reader stops the program for a key that the table does not have, or has with another type: the mapping to
/// the stages' structs is in this repository, and a test reads every key once.
package struct ConfigurationValues: Sendable {
    /// One key's value.
    package struct Entry: Sendable {
        /// The key.
        package let key: ConfigurationKey
        /// Where the value came from.
        package let origin: ConfigurationOrigin
        let content: ConfigContent

        init(key: ConfigurationKey, content: ConfigContent, origin: ConfigurationOrigin) {
            self.key = key
            self.content = content
            self.origin = origin
        }

        /// The table's own default, checked like any other value.
        init(builtIn key: ConfigurationKey) throws {
            let text = key.defaultValue
            let content: ConfigContent? =
                switch key.kind {
                case .integer(let range): ClientNumber.integer(text.utf8, in: range).map { .int($0) }
                case .boolean: Bool(text).map { .bool($0) }
                case .choice, .text: .string(text)
                }
            guard let content, key.allows(content) else {
                throw ConfigurationProblem.notAllowed(key, value: text, origin: .builtIn)
            }
            self.init(key: key, content: content, origin: .builtIn)
        }

        /// The value as it would be written in a file.
        package var text: String {
            switch content {
            case .int(let value): String(value)
            case .bool(let value): String(value)
            case .string(let value): value
            default: ""
            }
        }
    }

    /// All keys, in the table's order.
    package let entries: [Entry]
    private let byName: [String: Entry]

    init(_ entries: [Entry]) {
        self.entries = entries
        byName = Dictionary(uniqueKeysWithValues: entries.map { ($0.key.name, $0) })
    }

    /// Where a key's value came from.
    package func origin(of name: String) -> ConfigurationOrigin {
        entry(name).origin
    }

    /// An integer key's value.
    package func integer(_ name: String) -> Int {
        guard case .int(let value) = entry(name).content else {
            preconditionFailure("\(name) is not an integer")
        }
        return value
    }

    /// A boolean key's value.
    package func boolean(_ name: String) -> Bool {
        guard case .bool(let value) = entry(name).content else {
            preconditionFailure("\(name) is not a boolean")
        }
        return value
    }

    /// A text or word key's value.
    package func text(_ name: String) -> String {
        guard case .string(let value) = entry(name).content else {
            preconditionFailure("\(name) is not a text")
        }
        return value
    }

    /// A key in whole seconds, as a duration.
    package func seconds(_ name: String) -> Duration {
        .seconds(integer(name))
    }

    /// A key in milliseconds, as a duration.
    package func milliseconds(_ name: String) -> Duration {
        .milliseconds(integer(name))
    }

    private func entry(_ name: String) -> Entry {
        guard let entry = byName[name] else {
            preconditionFailure("the key table has no \(name)")
        }
        return entry
    }
}
