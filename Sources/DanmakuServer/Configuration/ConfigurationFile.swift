import FoundationEssentials
import Yams

/// Reads a configuration file: nested or dotted keys, YAML or JSON, flattened to settings.
///
/// `http: {port: 8080}` and `http.port: 8080` are the same. A list becomes its elements joined by commas. Values keep
/// the spelling of the file, so that an error can show it.
package enum ConfigurationFile {
    /// Reads a file's text.
    ///
    /// - Parameters:
    ///   - text: The whole file.
    ///   - path: Its path, for error lines; `.json` at its end means JSON, all else YAML.
    /// - Returns: One setting a leaf, in the file's order for YAML.
    /// - Throws: ``ConfigurationProblem`` if it does not parse, is not a mapping, or has an invalid value.
    package static func settings(in text: String, path: String) throws -> [ConfigurationSetting] {
        let tree = try path.lowercased().hasSuffix(".json") ? json(text, path: path) : yaml(text, path: path)
        var settings: [ConfigurationSetting] = []
        try flatten(tree, prefix: "", path: path, into: &settings)
        var seen: Set<String> = []
        for setting in settings where !seen.insert(setting.name).inserted {
            throw ConfigurationProblem("\(setting.name) is given twice in \(path)")
        }
        return settings
    }

    /// What both formats come to.
    private indirect enum Tree: Decodable {
        case leaf(String)
        case list([Tree])
        case mapping([(String, Tree)])
        case nothing

        init(from decoder: any Decoder) throws {
            if let container = try? decoder.container(keyedBy: AnyKey.self) {
                let keys = container.allKeys.sorted { $0.stringValue < $1.stringValue }
                self = .mapping(try keys.map { ($0.stringValue, try container.decode(Tree.self, forKey: $0)) })
                return
            }
            if var container = try? decoder.unkeyedContainer() {
                var elements: [Tree] = []
                while !container.isAtEnd {
                    elements.append(try container.decode(Tree.self))
                }
                self = .list(elements)
                return
            }
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .nothing
            } else if let value = try? container.decode(Bool.self) {
                self = .leaf(String(value))
            } else if let value = try? container.decode(Int.self) {
                self = .leaf(String(value))
            } else if let value = try? container.decode(Double.self) {
                self = .leaf(String(value))
            } else {
                self = .leaf(try container.decode(String.self))
            }
        }
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) {
            nil
        }
    }

    private static func json(_ text: String, path: String) throws -> Tree {
        do {
            return try JSONDecoder().decode(Tree.self, from: Data(text.utf8))
        } catch {
            throw ConfigurationProblem("\(path) is not well-formed JSON\(place(ofErrorIn: text))")
        }
    }

    /// The line and column of a JSON error.
    ///
    /// Foundation's decoder has none; Yams does, because JSON is YAML.
    private static func place(ofErrorIn text: String) -> String {
        do {
            _ = try Yams.compose(yaml: text)
            return ""
        } catch {
            return (error as? YamlError).map { ": \($0)" } ?? ""
        }
    }

    private static func yaml(_ text: String, path: String) throws -> Tree {
        do {
            guard let node = try Yams.compose(yaml: text) else {
                return .mapping([])
            }
            return tree(node)
        } catch {
            // A Yams error has the line and the column; other errors are dumps.
            let detail = (error as? YamlError).map { ": \($0)" } ?? ""
            throw ConfigurationProblem("\(path) is not well-formed YAML\(detail)")
        }
    }

    private static func tree(_ node: Node) -> Tree {
        switch node {
        case .scalar(let scalar):
            node.null == nil || scalar.style != .plain ? .leaf(scalar.string) : .nothing
        case .sequence(let sequence):
            .list(sequence.map(tree))
        case .mapping(let mapping):
            .mapping(mapping.map { ($0.key.string ?? "", tree($0.value)) })
        case .alias:
            .nothing
        }
    }

    private static func flatten(
        _ tree: Tree,
        prefix: String,
        path: String,
        into settings: inout [ConfigurationSetting]
    ) throws {
        switch tree {
        case .leaf(let value):
            guard !prefix.isEmpty else {
                throw ConfigurationProblem("\(path) holds no keys")
            }
            settings.append(ConfigurationSetting(name: prefix, value: value, origin: .file(path)))
        case .mapping(let entries):
            for (key, value) in entries {
                try flatten(value, prefix: prefix.isEmpty ? key : "\(prefix).\(key)", path: path, into: &settings)
            }
        case .list(let elements):
            let values = try elements.map { element in
                guard case .leaf(let value) = element else {
                    throw ConfigurationProblem("\(prefix) in \(path) must be a list of words")
                }
                return value
            }
            guard !prefix.isEmpty else {
                throw ConfigurationProblem("\(path) holds a list instead of keys")
            }
            settings.append(
                ConfigurationSetting(name: prefix, value: values.joined(separator: ","), origin: .file(path))
            )
        case .nothing:
            throw ConfigurationProblem(prefix.isEmpty ? "\(path) holds no keys" : "\(prefix) in \(path) has no value")
        }
    }
}
