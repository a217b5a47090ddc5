import SentimentModel

/// Learns to tell live comments from other texts: a logistic regression on the features that the scorer has anyway.
///
/// Its answer, 0…1, is by how much the extra weights of live comments count. A word means one thing in danmaku and
/// another in a review, and which of the two a text is shows in the text: a mixture of two experts (Jacobs, Jordan,
/// Nowlan & Hinton 1991), whose gate is taught by the data's sources, over weights that are shared but for what sets
/// the domain apart (Daumé 2007).
final class DomainGate {
    private static let groups = TextGroup.allCases.count
    private static let learningRate: Float = 0.1
    private static let biasRate: Float = 0.002
    private static let decay: Float = 3e-5
    private static let dropout: Float = 0.3

    private let weights: UnsafeMutablePointer<Float>
    private let squares: UnsafeMutablePointer<Float>
    private var biases = [Float](repeating: 0, count: groups)
    private var isDropped: [Bool]

    init(features: Int) {
        weights = .allocate(capacity: features)
        squares = .allocate(capacity: features)
        weights.initialize(repeating: 0, count: features)
        squares.initialize(repeating: 1e-4, count: features)
        isDropped = [Bool](repeating: false, count: features)
    }

    deinit {
        weights.deallocate()
        squares.deallocate()
    }

    func weight(of feature: Int) -> Float {
        weights[feature]
    }

    func bias(_ group: TextGroup) -> Float {
        biases[Int(group.rawValue)]
    }

    /// Sets features to zero, for good.
    func drop(_ dropped: some Sequence<Int>) {
        for feature in dropped {
            isDropped[feature] = true
            weights[feature] = 0
        }
    }

    /// How much of a live comment each row is.
    func values(_ examples: ExampleSet) -> [Float] {
        (0..<examples.count)
            .map { row in
                var sum: Float = 0
                for index in examples.starts[row]..<examples.starts[row + 1] {
                    sum += weights[Int(examples.features[index])]
                }
                return logistic(sum * examples.lengths[row] + bias(examples.groups[row]))
            }
    }

    /// Passes over the rows whose domain is known, so many times.
    func learn(_ examples: ExampleSet, epochs: Int, random: inout SplitMix64) {
        var order = (0..<UInt32(examples.count)).filter { examples.domains[Int($0)] != nil }
        for epoch in 0..<epochs {
            random.shuffle(&order)
            pass(examples, order: order, rate: Self.learningRate / Float(epoch + 1), random: &random)
        }
    }

    private func pass(_ examples: ExampleSet, order: [UInt32], rate: Float, random: inout SplitMix64) {
        let threshold = UInt64(Self.dropout * 65536)
        let kept = 1 / (1 - Self.dropout)
        var chosen: [Int] = []
        for row in order.lazy.map({ Int($0) }) {
            guard let domain = examples.domains[row] else { continue }
            chosen.removeAll(keepingCapacity: true)
            var sum: Float = 0
            for index in examples.starts[row]..<examples.starts[row + 1] where random.next() & 0xFFFF >= threshold {
                let feature = Int(examples.features[index])
                chosen.append(feature)
                sum += weights[feature]
            }
            let scale = examples.lengths[row] * kept
            let group = Int(examples.groups[row].rawValue)
            let error = logistic(sum * scale + biases[group]) - (domain == .live ? 1 : 0)
            let gradient = error * scale
            for feature in chosen where !isDropped[feature] {
                squares[feature] += gradient * gradient
                let step = rate * gradient / squares[feature].squareRoot()
                weights[feature] = weights[feature] * (1 - Self.decay) - step
            }
            biases[group] -= Self.biasRate * error
        }
    }
}
