import SentimentModel

/// How good answers are on the rows of one dev file.
package struct DevScore: Sendable {
    /// The file.
    package var path: String
    /// The mean of the classes' F1.
    ///
    /// Two-class files compare negative with positive only.
    package var macroF1: Float
    /// The share of right answers.
    package var accuracy: Float
    /// The mean negative logarithm of the right class's probability.
    package var loss: Float

    /// Scores answers.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - examples: The dev rows.
    ///   - rows: Those of the file.
    ///   - logits: An answer for each of `rows`, eight lanes.
    init(path: String, _ examples: ExampleSet, rows: Range<Int>, logits: [SIMD8<Float>]) {
        self.path = path
        var due = SIMD8<Int32>()
        var given = SIMD8<Int32>()
        var right = SIMD8<Int32>()
        var loss: Float = 0
        var lanes = 0..<0
        for (row, answer) in zip(rows, logits) {
            let isEmotion = examples.weights[row][7] > 0
            lanes = isEmotion ? 3..<8 : 0..<3
            var answer = answer
            if examples.masksNeutral[row] {
                answer[1] = -50
            }
            let target = examples.targets[row]
            let wanted = lanes.reduce(lanes.lowerBound) { target[$1] > target[$0] ? $1 : $0 }
            let chosen = lanes.reduce(lanes.lowerBound) { answer[$1] > answer[$0] ? $1 : $0 }
            due[wanted] += 1
            given[chosen] += 1
            right[chosen] += wanted == chosen ? 1 : 0
            loss -= logarithm(ClassProbabilities(logits: answer).lanes[wanted])
        }
        let counted = lanes.filter { due[$0] > 0 }
        macroF1 = counted.reduce(0) { $0 + 2 * Float(right[$1]) / Float(due[$1] + given[$1]) }
        macroF1 /= Float(max(counted.count, 1))
        accuracy = Float(right.wrappedSum()) / Float(max(rows.count, 1))
        self.loss = loss / Float(max(rows.count, 1))
    }
}
