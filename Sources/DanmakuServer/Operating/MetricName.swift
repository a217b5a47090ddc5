/// A label of a series.
struct MetricLabel: Hashable, Comparable {
    var name: String
    var value: String

    static func < (left: MetricLabel, right: MetricLabel) -> Bool {
        (left.name, left.value) < (right.name, right.value)
    }
}

/// Turns what libraries call their metrics into names that Prometheus takes.
enum MetricName {
    /// Names that are ours, and must not be taken by a library.
    private static let reserved = ["danmaku_", "process_"]

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`: anything else becomes `_`.
    static func metric(_ label: String) -> String {
        let name = identifier(label, allowing: ":")
        return reserved.contains { name.hasPrefix($0) } ? "library_" + name : name
    }

    /// Labels by name, each name once; names that the format itself uses get a `_`.
    static func labels(_ dimensions: [(String, String)]) -> [MetricLabel] {
        var labels: [MetricLabel] = []
        for (dimension, value) in dimensions {
            var name = identifier(dimension, allowing: "_")
            if name == "le" || name == "quantile" || name.hasPrefix("__") {
                name = "x_" + name
            }
            if !labels.contains(where: { $0.name == name }) {
                labels.append(MetricLabel(name: name, value: value))
            }
        }
        return labels.sorted()
    }

    private static func identifier(_ text: String, allowing extra: Character) -> String {
        var name = ""
        for character in text {
            let isAllowed = character.isASCII && (character.isLetter || character.isNumber) || character == extra
            name.append(isAllowed ? character : "_")
        }
        return name.first.map { $0.isNumber } ?? true ? "_" + name : name
    }
}
