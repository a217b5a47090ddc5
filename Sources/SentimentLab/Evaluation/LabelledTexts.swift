package import SentimentModel

/// Texts with the class that each was given, read from lines of `label<TAB>text`.
package struct LabelledTexts: Sendable {
    /// A line that is not `label<TAB>text`, or whose label is none of the classes.
    package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// The line, counted from 1.
        package var line: Int
        /// What is wrong with it.
        package var problem: String

        /// One line for a person.
        package var description: String {
            "line \(line): \(problem)"
        }
    }

    /// The file's bytes.
    package let bytes: [UInt8]
    /// Where each text lies in ``bytes``.
    package private(set) var ranges: [TextRange] = []
    /// The class of each text, an index into the classes asked for.
    package private(set) var labels: [Int] = []

    /// Reads a file's bytes.
    ///
    /// - Parameters:
    ///   - bytes: Lines of `label<TAB>text`; empty lines are skipped.
    ///   - task: Whose classes the labels are.
    /// - Throws: ``Failure`` for the first bad line.
    package init(bytes: [UInt8], task: EvaluationTask) throws(Failure) {
        self.bytes = bytes
        var start = 0
        var number = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            number += 1
            if end > start {
                guard let tab = bytes[start..<end].firstIndex(of: 0x09) else {
                    throw Failure(line: number, problem: "no tab between label and text")
                }
                let name = String(decoding: bytes[start..<tab], as: UTF8.self)
                guard let label = task.index(ofLabel: name) else {
                    let known = task.classes.joined(separator: ", ")
                    throw Failure(line: number, problem: "the label \(name) is none of \(known)")
                }
                let last = bytes[end - 1] == 0x0D ? end - 1 : end
                ranges.append(TextRange(start: tab + 1, count: max(0, last - tab - 1)))
                labels.append(label)
            }
            start = end + 1
        }
    }

    /// The number of texts.
    package var count: Int {
        ranges.count
    }
}
