import SentimentModel

/// Reads the label column of a training file.
///
/// A label is the name of a class, or what a teacher thought: three probabilities of negative, neutral and positive
/// (`0.1,0.7,0.2`), five of the emotions behind a semicolon if it has those too (`0.1,0.7,0.2;0.8,0.1,0,0.05,0.05`).
struct LabelReader {
    /// What a row is to be trained towards: lanes 0–2 the polarities, 3–7 the emotions.
    struct Target {
        var values = SIMD8<Float>()
        var hasPolarity = false
        var hasEmotion = false
    }

    var task: EvaluationTask
    /// Names that a data set has for classes of ours, beside those that ``EvaluationTask`` knows.
    var names: [String: String]

    /// The target that a label means, or nil if it is none that we know.
    func target(_ label: some StringProtocol) -> Target? {
        if let first = label.utf8.first, first == 0x2E || (first >= 0x30 && first <= 0x39) {
            return probabilities(label)
        }
        let name = String(label)
        guard let index = task.index(ofLabel: names[name] ?? name) else { return nil }
        var target = Target()
        switch task {
        case .polarity:
            target.values[index] = 1
            target.hasPolarity = true
        case .emotion:
            target.values[3 + index] = 1
            target.hasEmotion = true
        }
        return target
    }

    private func probabilities(_ label: some StringProtocol) -> Target? {
        var target = Target()
        let parts = label.split(separator: ";", omittingEmptySubsequences: false)
        guard parts.count <= 2, fill(&target, from: 0, count: 3, parts[0]) else { return nil }
        target.hasPolarity = true
        if parts.count == 2 {
            guard fill(&target, from: 3, count: 5, parts[1]) else { return nil }
            target.hasEmotion = true
        }
        return target
    }

    private func fill(_ target: inout Target, from start: Int, count: Int, _ list: some StringProtocol) -> Bool {
        let parts = list.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        let values = parts.compactMap { ClientNumber.decimal($0, in: 0...1_000_000).map { Float($0) } }
        let sum = values.reduce(0, +)
        guard parts.count == count, values.count == count, sum > 0 else { return false }
        for (index, value) in values.enumerated() {
            target.values[start + index] = value / sum
        }
        return true
    }
}
