import SentimentModel

/// AdaGrad (Duchi, Hazan & Singer 2011): steps get smaller where gradients have been large.
final class AdaGrad {
    /// How one pass changes weights.
    struct Rates {
        var base: Float
        var live: Float
        var decay: Float
        var liveDecay: Float
        var dropout: Float
    }

    /// The least gate at which the extra weights take part.
    private static let leastGate: Float = 0.01

    private let weights: Weights
    /// Sums of squared gradients, in the order of the weights.
    private let squares: UnsafeMutablePointer<SIMD8<Float>>
    private var biasSquares = [SIMD8<Float>](repeating: SIMD8(repeating: 1), count: Weights.groups * 2)
    /// Features that were dropped stay at zero.
    private var isDropped: [Bool]

    init(_ weights: Weights) {
        self.weights = weights
        squares = .allocate(capacity: weights.features * 2)
        squares.initialize(repeating: SIMD8(repeating: 1e-4), count: weights.features * 2)
        isDropped = [Bool](repeating: false, count: weights.features)
    }

    deinit {
        squares.deallocate()
    }

    /// Sets features to zero, for good.
    func drop(_ features: some Sequence<Int>) {
        weights.drop(features)
        for feature in features {
            isDropped[feature] = true
        }
    }

    /// Learns from rows in an order.
    ///
    /// - Returns: The mean loss.
    func learn(
        _ examples: ExampleSet,
        order: ArraySlice<UInt32>,
        rates: Rates,
        random: inout SplitMix64
    ) -> Float {
        var loss: Float = 0
        // Features are left out in proportion to 65,536ths, four decided by each random number.
        let threshold = UInt64(rates.dropout * 65536)
        let kept = 1 / (1 - rates.dropout)
        let rows = weights.rows
        var chosen: [Int] = []
        for row in order.lazy.map({ Int($0) }) {
            let gate = examples.gates[row] < Self.leastGate ? 0 : examples.gates[row]
            chosen.removeAll(keepingCapacity: true)
            var bits: UInt64 = 0
            var shared = SIMD8<Float>()
            var extra = SIMD8<Float>()
            let start = examples.starts[row]
            for index in start..<examples.starts[row &+ 1] {
                bits = (index &- start) & 3 == 0 ? random.next() : bits &>> 16
                if bits & 0xFFFF < threshold {
                    continue
                }
                let feature = Int(examples.features[index])
                chosen.append(feature)
                shared += rows[2 &* feature]
                if gate > 0 {
                    extra += rows[2 &* feature &+ 1]
                }
            }
            let scale = examples.lengths[row] * kept
            let group = 2 * Int(examples.groups[row].rawValue)
            let prior = weights.biases[group] + weights.biases[group + 1] * gate
            let logits = (shared + extra * gate) * scale + prior
            let error = self.error(examples, row, logits: logits, loss: &loss)
            step(chosen, gradient: error * scale, gate: gate, rates: rates)
            stepBias(group, gradient: error, rate: rates.base)
            stepBias(group + 1, gradient: error * gate, rate: rates.base)
        }
        return loss / Float(max(order.count, 1))
    }

    /// What each output answers too much, by how much it counts.
    @inline(__always)
    private func error(
        _ examples: ExampleSet,
        _ row: Int,
        logits: SIMD8<Float>,
        loss: inout Float
    ) -> SIMD8<Float> {
        var logits = logits
        if examples.masksNeutral[row] {
            logits[1] = -50
        }
        let answer = ClassProbabilities(logits: logits).lanes
        let target = examples.targets[row]
        let weight = examples.weights[row]
        for lane in 0..<8 where target[lane] > 0 && weight[lane] > 0 {
            loss -= target[lane] * weight[lane] * logarithm(answer[lane])
        }
        return (answer - target) * weight
    }

    @inline(__always)
    private func step(_ features: [Int], gradient: SIMD8<Float>, gate: Float, rates: Rates) {
        let rows = weights.rows
        let decay = 1 - rates.base * rates.decay
        let liveDecay = 1 - rates.base * rates.liveDecay
        let square = gradient * gradient
        let liveGradient = gradient * gate
        let liveSquare = liveGradient * liveGradient
        for feature in features where !isDropped[feature] {
            let place = 2 &* feature
            squares[place] += square
            rows[place] = rows[place] * decay - gradient * rates.base / squares[place].squareRoot()
            if gate > 0 {
                squares[place &+ 1] += liveSquare
                let step = liveGradient * (rates.base * rates.live) / squares[place &+ 1].squareRoot()
                rows[place &+ 1] = rows[place &+ 1] * liveDecay - step
            }
        }
    }

    @inline(__always)
    private func stepBias(_ place: Int, gradient: SIMD8<Float>, rate: Float) {
        biasSquares[place] += gradient * gradient
        weights.biases[place] -= rate * gradient / biasSquares[place].squareRoot()
    }
}
