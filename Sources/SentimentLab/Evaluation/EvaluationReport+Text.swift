extension EvaluationReport {
    /// The report as a table for a terminal.
    ///
    /// - Parameter name: What was evaluated, for example the file's name.
    /// - Returns: Lines, the last one ended.
    package func text(name: String) -> String {
        var lines = [
            "\(name) · \(scorer) · \(rows) rows",
            "  accuracy \(Self.decimal(confusion.accuracy))   macro-F1 \(Self.decimal(confusion.macroF1))"
                + "   macro-recall \(Self.decimal(confusion.macroRecall))"
                + "   calibration error \(Self.decimal(calibration.expectedError))",
        ]
        if task == .polarity {
            lines.append(
                "  neutral answered \(Self.decimal(neutralShare))   where it commits: right "
                    + "\(Self.decimal(committedAccuracy)) of \(committed.rows)"
            )
        }
        if commentsPerSecond > 0 {
            lines.append("  \(Self.grouped(Int(commentsPerSecond))) comments/s on one core")
        }
        lines += table()
        return lines.joined(separator: "\n") + "\n"
    }

    private func table() -> [String] {
        let width = max(9, confusion.classes.map(\.count).max() ?? 0) + 2
        let hasGaps = confusion.unanswered.contains { $0 > 0 }
        var heading = Self.left("  due", width + 2)
        for title in ["rows", "precision", "recall", "F1"] {
            heading += Self.right(title, 10)
        }
        heading += "   answered:"
        for name in confusion.classes {
            heading += Self.right(name, width)
        }
        heading += hasGaps ? Self.right("neither", width) : ""
        return [heading]
            + confusion.classes.indices.map { index in
                var line = Self.left("  \(confusion.classes[index])", width + 2)
                line += Self.right("\(confusion.support(index))", 10)
                for value in [confusion.precision(index), confusion.recall(index), confusion.f1(index)] {
                    line += Self.right(Self.decimal(value), 10)
                }
                line += String(repeating: " ", count: 12)
                for count in confusion.counts[index] {
                    line += Self.right("\(count)", width)
                }
                return line + (hasGaps ? Self.right("\(confusion.unanswered[index])", width) : "")
            }
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Thousands apart: 4,200,000.
    static func grouped(_ value: Int) -> String {
        var digits = String(value)
        var grouped = ""
        while digits.count > 3 {
            grouped = ",\(digits.suffix(3))" + grouped
            digits.removeLast(3)
        }
        return digits + grouped
    }
}
