/// A strict reader of Prometheus' text format 0.0.4: what `promtool check metrics` would complain of is an error.
struct Exposition {
    struct Sample: Equatable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    struct Family {
        var kind: String
        var help: String
        var samples: [Sample] = []
    }

    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    private(set) var families: [String: Family] = [:]
    private(set) var order: [String] = []

    /// Reads a whole exposition.
    init(_ text: String) throws {
        guard text.hasSuffix("\n") else {
            throw Malformed(description: "the last line has no end")
        }
        var current: String?
        var help: (name: String, text: String)?
        var seen: Set<String> = []
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# HELP ") {
                let parts = line.dropFirst(7).split(separator: " ", maxSplits: 1)
                guard parts.count == 2, help == nil else {
                    throw Malformed(description: "HELP: \(line)")
                }
                help = (String(parts[0]), String(parts[1]))
            } else if line.hasPrefix("# TYPE ") {
                let parts = line.dropFirst(7).split(separator: " ", omittingEmptySubsequences: false).map(String.init)
                guard parts.count == 2, let announced = help, announced.name == parts[0], families[parts[0]] == nil,
                    ["counter", "gauge", "histogram", "summary"].contains(parts[1]), Self.isName(parts[0], ":")
                else {
                    throw Malformed(description: "TYPE: \(line)")
                }
                guard parts[1] != "counter" || parts[0].hasSuffix("_total") else {
                    throw Malformed(description: "a counter's name does not end in _total: \(line)")
                }
                families[parts[0]] = Family(kind: parts[1], help: announced.text)
                order.append(parts[0])
                current = parts[0]
                help = nil
            } else {
                let sample = try Self.sample(line)
                guard let current, help == nil, Self.belongs(sample, to: current, families[current]!.kind) else {
                    throw Malformed(description: "outside of its family: \(line)")
                }
                guard seen.insert("\(sample.name)\(sample.labels.sorted(by: <))").inserted else {
                    throw Malformed(description: "twice: \(line)")
                }
                families[current]!.samples.append(sample)
            }
        }
        for (name, family) in families where family.kind == "histogram" {
            try Self.checkHistogram(name, family)
        }
    }

    /// The value of one sample.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let family = families[name] ?? families.first { Self.belongs(name, to: $0.key, $0.value.kind) }?.value
        return family?.samples.first { $0.name == name && $0.labels == labels }?.value
    }

    private static func isName(_ text: some StringProtocol, _ extra: Character) -> Bool {
        guard let first = text.first, !first.isNumber else {
            return false
        }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == extra }
    }

    private static func belongs(_ sample: Sample, to name: String, _ kind: String) -> Bool {
        belongs(sample.name, to: name, kind)
            && (kind == "histogram" && sample.name.hasSuffix("_bucket")) == (sample.labels["le"] != nil)
    }

    private static func belongs(_ sample: String, to name: String, _ kind: String) -> Bool {
        switch kind {
        case "histogram": ["_bucket", "_sum", "_count"].contains { sample == name + $0 }
        case "summary": ["_sum", "_count"].contains { sample == name + $0 }
        default: sample == name
        }
    }

    private static func sample(_ line: Substring) throws -> Sample {
        var rest = line
        let name = String(rest.prefix { $0 != "{" && $0 != " " })
        rest = rest.dropFirst(name.count)
        guard isName(name, ":") else {
            throw Malformed(description: "name: \(line)")
        }
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                let label = String(rest.prefix { $0 != "=" })
                rest = rest.dropFirst(label.count)
                guard isName(label, "_"), rest.hasPrefix("=\""), labels[label] == nil else {
                    throw Malformed(description: "label: \(line)")
                }
                rest = rest.dropFirst(2)
                labels[label] = try quoted(&rest)
                if rest.first == "," {
                    rest = rest.dropFirst()
                } else if rest.first != "}" {
                    throw Malformed(description: "labels: \(line)")
                }
            }
            rest = rest.dropFirst()
        }
        guard rest.first == " ", let value = number(rest.dropFirst()) else {
            throw Malformed(description: "value: \(line)")
        }
        return Sample(name: name, labels: labels, value: value)
    }

    private static func quoted(_ rest: inout Substring) throws -> String {
        var text = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"":
                return text
            case "\\":
                switch rest.popFirst() {
                case "n": text.append("\n")
                case "\\": text.append("\\")
                case "\"": text.append("\"")
                default: throw Malformed(description: "escape")
                }
            default:
                text.append(character)
            }
        }
        throw Malformed(description: "a label without its end")
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: text.contains(" ") ? nil : Double(text)
        }
    }

    private static func checkHistogram(_ name: String, _ family: Family) throws {
        func others(_ sample: Sample) -> [String: String] {
            sample.labels.filter { $0.key != "le" }
        }
        for labels in Set(family.samples.map(others)) {
            let samples = family.samples.filter { others($0) == labels }
            let buckets = samples.filter { $0.name == name + "_bucket" }
            let bounds = buckets.compactMap { number(Substring($0.labels["le"]!)) }
            let counts = buckets.map(\.value)
            let count = samples.first { $0.name == name + "_count" }?.value
            guard bounds.count == buckets.count, bounds == bounds.sorted(), Set(bounds).count == bounds.count,
                bounds.last == .infinity, counts == counts.sorted(), counts.last == count,
                samples.contains(where: { $0.name == name + "_sum" })
            else {
                throw Malformed(description: "histogram \(name)")
            }
        }
    }
}
