extension EvaluationReport {
    /// The report as one JSON object.
    ///
    /// - Parameter name: What was evaluated, for example the file's name.
    /// - Returns: JSON on one line.
    package func json(name: String) -> String {
        var members = [
            "\"name\":\(Self.quoted(name))", "\"scorer\":\(Self.quoted(scorer))",
            "\"task\":\(Self.quoted(task.rawValue))", "\"rows\":\(rows)",
            "\"accuracy\":\(Self.decimal(confusion.accuracy))", "\"macroF1\":\(Self.decimal(confusion.macroF1))",
            "\"macroRecall\":\(Self.decimal(confusion.macroRecall))",
            "\"calibrationError\":\(Self.decimal(calibration.expectedError))",
        ]
        if task == .polarity {
            members += [
                "\"neutralAnswers\":\(Self.decimal(neutralShare))",
                "\"committed\":{\"rows\":\(committed.rows),\"accuracy\":\(Self.decimal(committedAccuracy))}",
            ]
        }
        if commentsPerSecond > 0 {
            members.append("\"commentsPerSecond\":\(Int(commentsPerSecond))")
        }
        let classes = confusion.classes.indices.map { index in
            """
            {"name":\(Self.quoted(confusion.classes[index])),"precision":\(Self.decimal(confusion.precision(index))),\
            "recall":\(Self.decimal(confusion.recall(index))),"f1":\(Self.decimal(confusion.f1(index))),\
            "rows":\(confusion.support(index)),"answers":\(confusion.counts[index]),\
            "unanswered":\(confusion.unanswered[index])}
            """
        }
        let bins = calibration.bins.filter { $0.count > 0 }
            .map { bin in
                """
                {"confidence":\(Self.decimal(bin.meanConfidence)),"accuracy":\(Self.decimal(bin.accuracy)),"rows":\(bin.count)}
                """
            }
        members.append("\"classes\":[\(classes.joined(separator: ","))]")
        members.append("\"reliability\":[\(bins.joined(separator: ","))]")
        return "{\(members.joined(separator: ","))}"
    }

    /// Four decimals, without Foundation.
    static func decimal(_ value: Double) -> String {
        let scaled = Int((value * 10_000).rounded())
        let fraction = String(scaled.magnitude % 10_000)
        let padding = String(repeating: "0", count: 4 - fraction.count)
        return "\(scaled < 0 ? "-" : "")\(scaled.magnitude / 10_000).\(padding)\(fraction)"
    }

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
