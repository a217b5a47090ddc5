/// Whether a scorer that says it is 80 % sure is right 80 % of the time.
package struct Calibration: Sendable, Equatable {
    /// Answers whose confidence lies in one tenth of 0…1.
    package struct Bin: Sendable, Equatable {
        /// The number of answers.
        package var count = 0
        /// How many of them were right.
        package var right = 0
        /// The sum of their confidences, in thousandths.
        package var confidence = 0

        /// The mean confidence, 0…1.
        package var meanConfidence: Double {
            count == 0 ? 0 : Double(confidence) / 1000 / Double(count)
        }

        /// The share of right answers.
        package var accuracy: Double {
            count == 0 ? 0 : Double(right) / Double(count)
        }
    }

    /// Ten bins of equal width; the last one holds 1 too.
    package private(set) var bins = [Bin](repeating: Bin(), count: 10)

    /// Nothing answered yet.
    package init() {}

    /// Counts one answer.
    ///
    /// - Parameters:
    ///   - confidence: In thousandths.
    ///   - right: Whether the answer was right.
    package mutating func add(confidence: UInt16, right: Bool) {
        let index = min(9, Int(confidence) / 100)
        bins[index].count += 1
        bins[index].right += right ? 1 : 0
        bins[index].confidence += Int(confidence)
    }

    /// The expected calibration error: the mean distance between confidence and accuracy, weighted by count.
    package var expectedError: Double {
        let total = bins.reduce(0) { $0 + $1.count }
        guard total > 0 else { return 0 }
        return bins.reduce(0) { $0 + abs($1.accuracy - $1.meanConfidence) * Double($1.count) } / Double(total)
    }
}
