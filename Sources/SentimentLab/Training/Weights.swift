import SentimentModel

/// The weights under training: eight outputs for every feature, and by how much they differ in live comments.
///
/// A text is answered by the shared weights and, as far as the gate takes it for a live comment, by the extra ones:
/// what a word means in danmaku starts from what it means elsewhere and departs from it as far as the data say.
final class Weights {
    static let groups = TextGroup.allCases.count

    let features: Int
    /// The shared row of feature *n* is at 2n, the extra one of live comments at 2n + 1.
    let rows: UnsafeMutablePointer<SIMD8<Float>>
    /// The prior of each group of texts and its departure in live comments, in the same order.
    let biases: UnsafeMutablePointer<SIMD8<Float>>

    init(features: Int) {
        self.features = features
        rows = .allocate(capacity: features * 2)
        biases = .allocate(capacity: Self.groups * 2)
        rows.initialize(repeating: .zero, count: features * 2)
        biases.initialize(repeating: .zero, count: Self.groups * 2)
    }

    deinit {
        rows.deallocate()
        biases.deallocate()
    }

    /// Takes over the weights of another of the same size.
    func copy(_ other: Weights) {
        rows.update(from: other.rows, count: features * 2)
        biases.update(from: other.biases, count: Self.groups * 2)
    }

    /// Moves towards another's weights by some share of the way.
    func move(towards other: Weights, by share: Float) {
        for index in 0..<features * 2 {
            rows[index] += (other.rows[index] - rows[index]) * share
        }
        for index in 0..<Self.groups * 2 {
            biases[index] += (other.biases[index] - biases[index]) * share
        }
    }

    /// The effective row of a feature in live comments or in other texts.
    func row(_ feature: Int, in domain: TextDomain) -> SIMD8<Float> {
        domain == .live ? rows[2 * feature] + rows[2 * feature + 1] : rows[2 * feature]
    }

    /// The effective prior of a group in live comments or in other texts.
    func bias(_ group: TextGroup, in domain: TextDomain) -> SIMD8<Float> {
        let place = 2 * Int(group.rawValue)
        return domain == .live ? biases[place] + biases[place + 1] : biases[place]
    }

    /// Sets features to zero.
    func drop(_ features: some Sequence<Int>) {
        for feature in features {
            rows[2 * feature] = .zero
            rows[2 * feature + 1] = .zero
        }
    }

    /// The logits of a row.
    func logits(_ examples: ExampleSet, _ row: Int) -> SIMD8<Float> {
        let group = 2 * Int(examples.groups[row].rawValue)
        let gate = examples.gates[row]
        var shared = SIMD8<Float>()
        var extra = SIMD8<Float>()
        for index in examples.starts[row]..<examples.starts[row + 1] {
            let place = 2 &* Int(examples.features[index])
            shared += rows[place]
            extra += rows[place &+ 1]
        }
        return (shared + extra * gate) * examples.lengths[row] + biases[group] + biases[group + 1] * gate
    }
}

extension ClassProbabilities {
    /// Both tasks in one vector: polarities first.
    @inline(__always)
    var lanes: SIMD8<Float> {
        SIMD8(polarity[0], polarity[1], polarity[2], emotion[0], emotion[1], emotion[2], emotion[3], emotion[4])
    }
}
