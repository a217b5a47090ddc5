import DanmakuPipeline
import Logging

/// One log event as bytes, line end included.
struct LogLine {
    /// Milliseconds since 1970.
    var milliseconds: Int64
    /// The level.
    var level: Logger.Level
    /// The logger's label.
    var label: String
    /// The message.
    var message: String
    /// The metadata, merged.
    var metadata: Logger.Metadata

    /// Time, level, label, message and `key=value` in the order of the keys.
    var human: [UInt8] {
        var text = "\(UTCTime(milliseconds: milliseconds)) \(level.rawValue) \(label): \(Self.onOneLine(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            text += " \(Self.onOneLine(key))=\(Self.humanValue(value))"
        }
        text += "\n"
        return Array(text.utf8)
    }

    /// One JSON object.
    var json: [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.raw("{\"time\":")
        writer.string(UTCTime(milliseconds: milliseconds).description)
        writer.raw(",\"level\":")
        writer.string(level.rawValue)
        writer.raw(",\"logger\":")
        writer.string(label)
        writer.raw(",\"message\":")
        writer.string(message)
        if !metadata.isEmpty {
            writer.raw(",\"metadata\":")
            Self.encode(.dictionary(metadata), into: &writer)
        }
        writer.raw("}\n")
        return writer.bytes
    }

    private static func encode(_ value: Logger.MetadataValue, into writer: inout JSONWriter) {
        switch value {
        case .string(let text):
            writer.string(text)
        case .stringConvertible(let value):
            writer.string(value.description)
        case .array(let values):
            writer.raw("[")
            for (index, value) in values.enumerated() {
                if index > 0 {
                    writer.raw(",")
                }
                encode(value, into: &writer)
            }
            writer.raw("]")
        case .dictionary(let values):
            writer.raw("{")
            for (index, entry) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 {
                    writer.raw(",")
                }
                writer.string(entry.key)
                writer.raw(":")
                encode(entry.value, into: &writer)
            }
            writer.raw("}")
        }
    }

    private static func humanValue(_ value: Logger.MetadataValue) -> String {
        let text = onOneLine("\(value)")
        return text.contains(" ") || text.isEmpty ? "\"\(text)\"" : text
    }

    /// Control characters as escapes: a client's bytes must not forge a line, nor move a terminal's cursor.
    private static func onOneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else {
            return text
        }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            if isControl(scalar) {
                result += scalar.escaped(asASCII: true)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
    }
}
