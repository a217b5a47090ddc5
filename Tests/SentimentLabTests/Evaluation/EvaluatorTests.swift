import SentimentLab
import SentimentModel
import Testing

/// Answers by what the text says: "n 900" is negative at confidence 900.
private struct ScriptedScorer: TextScorer {
    let version = "scripted"

    func score(_ batch: TextBatch, into results: inout [Sentiment]) {
        for index in 0..<batch.count {
            let words = batch.normalisedText(index).split(separator: " ")
            let label: Sentiment.Label = words[0] == "n" ? .negative : words[0] == "p" ? .positive : .neutral
            let lean: Int16 = words[0] == "-" ? -10 : words[0] == "+" ? 10 : 0
            results.append(
                Sentiment(
                    label: label,
                    emotion: label == .positive ? .happy : .none,
                    score: label == .neutral ? lean : Int16(label.rawValue) * 800 - 800,
                    confidence: UInt16(words[1]) ?? 0,
                    affective: true
                )
            )
        }
    }
}

@Suite("Evaluating")
struct EvaluatorTests {
    private func report(_ lines: String, _ task: EvaluationTask = .polarity, classes: [Int] = []) throws
        -> EvaluationReport
    {
        let texts = try LabelledTexts(bytes: Array(lines.utf8), task: task)
        return Evaluator(task: task, classes: classes, batchSize: 3).evaluate(ScriptedScorer(), on: texts)
    }

    private static let lines = """
        negative\tn 900
        negative\tn 900
        negative\tp 600
        neutral\tu 700
        neutral\tp 600
        positive\tp 900
        positive\tu 700
        positive\tp 1000

        """

    @Test("Accuracy, F1 and the matrix, worked out by hand")
    func figures() throws {
        let report = try report(Self.lines)
        #expect(report.rows == 8)
        #expect(report.confusion.counts == [[2, 0, 1], [0, 1, 1], [0, 1, 2]])
        #expect(report.confusion.accuracy == 5.0 / 8)
        #expect(report.confusion.precision(2) == 0.5)
        #expect(report.confusion.recall(2) == 2.0 / 3)
        #expect(report.confusion.f1(0) == 0.8)
        #expect(report.confusion.f1(1) == 0.5)
        #expect(abs(report.confusion.f1(2) - 4.0 / 7) < 1e-12)
        #expect(abs(report.confusion.macroF1 - (0.8 + 0.5 + 4.0 / 7) / 3) < 1e-12)
        #expect(report.committed.rows == 5)
        #expect(report.committed.right == 4)
        #expect(report.neutralShare == 0.25)
    }

    @Test("The calibration error weighs each bin by its rows")
    func calibration() throws {
        let report = try report(Self.lines)
        // 0.6: none of 2 right; 0.7: 1 of 2; 0.9…1: 4 of 4 at a mean of 0.925.
        let expected = (2 * 0.6 + 2 * 0.2 + 4 * 0.075) / 8
        #expect(abs(report.calibration.expectedError - expected) < 1e-12)
        #expect(report.calibration.bins[9].count == 4)
    }

    @Test("Between two classes the sign decides, 0 is wrong, and neutral is counted")
    func twoClasses() throws {
        let report = try report(
            "negative\tn 900\nnegative\t- 500\npositive\t+ 500\npositive\tu 500\nneutral\tp 500\npositive\tn 900\n",
            classes: [0, 2]
        )
        #expect(report.rows == 5)
        #expect(report.confusion.counts == [[2, 0], [1, 1]])
        #expect(report.confusion.unanswered == [0, 1])
        #expect(report.confusion.accuracy == 0.6)
        #expect(report.neutralShare == 0.6)
        #expect(report.committedAccuracy == 0.5)
    }

    @Test("Emotions, under the names that data sets give them")
    func emotions() throws {
        let report = try report("startled\tu 500\njoy\tp 500\nfear\tu 500\nhappy\tp 500\n", .emotion)
        #expect(report.confusion.counts[0] == [1, 0, 0, 0, 0])
        #expect(report.confusion.counts[1] == [0, 2, 0, 0, 0])
        #expect(report.confusion.counts[4] == [1, 0, 0, 0, 0])
        #expect(report.neutralAnswers == 0)
    }

    @Test("The speed is texts over time")
    func speed() throws {
        let texts = try LabelledTexts(bytes: Array(Self.lines.utf8), task: .polarity)
        var now = Duration.zero
        let report = Evaluator(task: .polarity)
            .evaluate(ScriptedScorer(), on: texts, measuring: .seconds(4)) {
                now += .seconds(1)
                return now
            }
        #expect(report.commentsPerSecond == 8)
    }

    @Test("No rows, no figures, no division by nothing")
    func empty() throws {
        let report = try report("")
        #expect(report.confusion.accuracy == 0)
        #expect(report.confusion.macroF1 == 0)
        #expect(report.calibration.expectedError == 0)
        #expect(report.json(name: "x").contains("\"accuracy\":0.0000"))
    }

    @Test("A bad line is named", arguments: [("negative\ta\nnope\tb\n", 2), ("negative\ta\n\nx", 3)])
    func badLines(lines: String, number: Int) {
        let failure = #expect(throws: LabelledTexts.Failure.self) {
            try LabelledTexts(bytes: Array(lines.utf8), task: .polarity)
        }
        #expect(failure?.line == number)
    }

    @Test("JSON, table and picture hold the figures")
    func outputs() throws {
        let report = try report(Self.lines)
        let json = report.json(name: "a \"b\"\n")
        #expect(
            json.hasPrefix(#"{"name":"a \"b\"\u000a","scorer":"scripted","task":"polarity","rows":8,"accuracy":0.6250"#)
        )
        #expect(json.contains(#""answers":[2, 0, 1]"#))
        #expect(report.text(name: "x").contains("accuracy 0.6250"))
        var plot = EvaluationPlot()
        plot.add(report, name: "a<b")
        plot.add(report, name: "c")
        #expect(plot.svg.contains("a&lt;b"))
        #expect(plot.svg.components(separatedBy: "<g transform=\"translate(0 ").count == 3)
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
