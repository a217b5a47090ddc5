import DanmakuPipeline

/// Prints the resolved keys: for a person, for a program, and as the README's table.
package struct ConfigurationReport: Sendable {
    /// The forms of `danmaku config`.
    package enum Form: Sendable {
        /// Columns: key, value, origin.
        case human
        /// One JSON array of objects.
        case json
        /// The README's table of keys: what may be set, not what is.
        case markdown
    }

    private let values: ConfigurationValues

    /// Creates a report on some values.
    package init(_ values: ConfigurationValues) {
        self.values = values
    }

    /// The report, with a line end after every line.
    package func text(_ form: Form) -> String {
        switch form {
        case .human: human
        case .json: json
        case .markdown: Self.markdown
        }
    }

    private var human: String {
        let rows = values.entries.map { ($0.key.name, $0.text.isEmpty ? "\"\"" : $0.text, $0.origin.description) }
        let first = rows.map(\.0.count).max() ?? 0
        let second = rows.map(\.1.count).max() ?? 0
        return
            rows.map { name, value, origin in
                let left = name + String(repeating: " ", count: first - name.count)
                let middle = value + String(repeating: " ", count: second - value.count)
                return "\(left)  \(middle)  \(origin)\n"
            }
            .joined()
    }

    private var json: String {
        let objects = values.entries.map { entry -> String in
            var writer = JSONWriter(capacity: 256)
            writer.raw("{\"key\":")
            writer.string(entry.key.name)
            writer.raw(",\"value\":")
            switch entry.key.kind {
            case .integer, .boolean: writer.raw(entry.text.utf8)
            case .choice, .text: writer.string(entry.text)
            }
            writer.raw(",\"origin\":")
            writer.string(entry.origin.description)
            writer.raw(",\"type\":")
            writer.string(entry.key.typeName)
            writer.raw(",\"unit\":")
            writer.string(entry.key.unit)
            writer.raw(",\"default\":")
            writer.string(entry.key.defaultValue)
            writer.raw(",\"allowed\":")
            writer.string(entry.key.allowed)
            writer.raw(",\"environment\":")
            writer.string(entry.key.environmentName)
            writer.raw(",\"summary\":")
            writer.string(entry.key.summary)
            writer.raw("}")
            return String(decoding: writer.bytes, as: UTF8.self)
        }
        return "[\n" + objects.joined(separator: ",\n") + "\n]\n"
    }

    /// The table of keys as Markdown; it depends on nothing but the key table.
    package static var markdown: String {
        let head = "| key | default | unit | allowed | meaning |\n|---|---|---|---|---|\n"
        return head
            + ConfigurationTable.keys
            .map { key in
                let value = key.defaultValue.isEmpty ? "" : "`\(key.defaultValue)`"
                let summary = key.summary.replacing("|", with: "\\|")
                return "| `\(key.name)` | \(value) | \(key.unit) | \(key.range) | \(summary) |\n"
            }
            .joined()
    }
}
