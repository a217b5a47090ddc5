import DanmakuPipeline

/// Writes metrics in Prometheus' text format 0.0.4: `# HELP`, `# TYPE`, then the samples of each family together.
///
/// The source is "Exposition formats" of the Prometheus documentation. The caller is responsible for valid names;
/// values of labels and help texts are escaped here.
struct PrometheusText {
    /// What a family is.
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    /// A label and its value.
    typealias Label = (name: String, value: String)

    /// What was written.
    private(set) var text = ""

    /// Begins a family; its samples follow.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        let escaped = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        text += "# HELP \(name) \(escaped)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Writes one sample.
    mutating func sample(_ name: String, _ labels: [Label], _ value: some BinaryInteger) {
        head(name, labels)
        text += " \(value)\n"
    }

    /// Writes one sample.
    mutating func sample(_ name: String, _ labels: [Label], _ value: Double) {
        head(name, labels)
        text += " \(Self.number(value))\n"
    }

    /// Writes a family of a single sample.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: some BinaryInteger) {
        family(name, kind, help)
        sample(name, [], value)
    }

    /// Writes a family of a single sample.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        family(name, kind, help)
        sample(name, [], value)
    }

    /// Writes the samples of a histogram: cumulative buckets, sum and count.
    mutating func histogram(_ name: String, _ labels: [Label] = [], of histogram: Histogram) {
        let unit = Double(histogram.unitsPerOne)
        var cumulative: UInt64 = 0
        for (bound, count) in zip(histogram.bounds, histogram.counts) {
            cumulative += count
            sample("\(name)_bucket", labels + [("le", Self.number(Double(bound) / unit))], cumulative)
        }
        sample("\(name)_bucket", labels + [("le", "+Inf")], histogram.count)
        sample("\(name)_sum", labels, Double(histogram.sum) / unit)
        sample("\(name)_count", labels, histogram.count)
    }

    private mutating func head(_ name: String, _ labels: [Label]) {
        text += name
        guard !labels.isEmpty else {
            return
        }
        text += "{"
        for (index, label) in labels.enumerated() {
            let escaped = label.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
            text += "\(index == 0 ? "" : ",")\(label.name)=\"\(escaped)\""
        }
        text += "}"
    }

    /// A number as Go's `ParseFloat` reads it; whole ones without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN {
            return "NaN"
        }
        if value.isInfinite {
            return value < 0 ? "-Inf" : "+Inf"
        }
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 {
            return String(whole)
        }
        return "\(value)"
    }
}
