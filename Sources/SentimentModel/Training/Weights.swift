/// The weights under training: eight outputs for every feature, once for all texts and once more for short ones.
///
/// A short text is answered by the sum of both rows. That is the "gate": what a word means in danmaku starts from what
/// it means elsewhere and departs from it as far as the data say.
final class Weights {
    /// How one pass changes weights.
    struct Rates {
        var base: Float
        var short: Float
        var decay: Float
        var shortDecay: Float
        var dropout: Float
    }

    private static let groups = TextGroup.allCases.count

    let features: Int
    let files: Int
    /// All texts' row of feature *n* is at 2n, the short texts' extra at 2n + 1.
    private let rows: UnsafeMutablePointer<SIMD8<Float>>
    /// AdaGrad's sums of squared gradients, beside ``rows``.
    private let squares: UnsafeMutablePointer<SIMD8<Float>>
    /// The prior of each group of texts, and behind them how each file's prior departs from it.
    private let biases: UnsafeMutablePointer<SIMD8<Float>>
    private let biasSquares: UnsafeMutablePointer<SIMD8<Float>>
    /// Features that were dropped stay at zero.
    private let isDropped: UnsafeMutablePointer<Bool>

    init(features: Int, files: Int) {
        self.features = features
        self.files = files
        rows = .allocate(capacity: features * 2)
        squares = .allocate(capacity: features * 2)
        biases = .allocate(capacity: Self.groups + files)
        biasSquares = .allocate(capacity: Self.groups + files)
        isDropped = .allocate(capacity: features)
        rows.initialize(repeating: .zero, count: features * 2)
        squares.initialize(repeating: SIMD8(repeating: 1e-4), count: features * 2)
        biases.initialize(repeating: .zero, count: Self.groups + files)
        biasSquares.initialize(repeating: SIMD8(repeating: 1), count: Self.groups + files)
        isDropped.initialize(repeating: false, count: features)
    }

    deinit {
        rows.deallocate()
        squares.deallocate()
        biases.deallocate()
        biasSquares.deallocate()
        isDropped.deallocate()
    }

    /// Takes over the weights of another of the same size.
    func copy(_ other: Weights) {
        rows.update(from: other.rows, count: features * 2)
        biases.update(from: other.biases, count: Self.groups + files)
    }

    /// The effective row of a feature for a kind of text.
    func row(_ feature: Int, isShort: Bool) -> SIMD8<Float> {
        isShort ? rows[2 * feature] + rows[2 * feature + 1] : rows[2 * feature]
    }

    func groupBias(_ group: TextGroup) -> SIMD8<Float> {
        biases[Int(group.rawValue)]
    }

    func fileBias(_ file: Int) -> SIMD8<Float> {
        biases[Self.groups + file]
    }

    /// Sets features to zero, for good.
    func drop(_ features: some Sequence<Int>) {
        for feature in features {
            isDropped[feature] = true
            rows[2 * feature] = .zero
            rows[2 * feature + 1] = .zero
        }
    }

    /// The logits of a row without any bias.
    func logits(_ examples: ExampleSet, _ row: Int) -> SIMD8<Float> {
        let isShort = examples.groups[row] == .short
        var sum = SIMD8<Float>()
        examples.features.withUnsafeBufferPointer { features in
            for index in examples.starts[row]..<examples.starts[row + 1] {
                let feature = Int(features[index])
                sum += rows[2 &* feature]
                if isShort {
                    sum += rows[2 &* feature &+ 1]
                }
            }
        }
        return sum * examples.lengths[row]
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
        let decay = 1 - rates.base * rates.decay
        let shortDecay = 1 - rates.base * rates.shortDecay
        var chosen: [Int] = []
        examples.features.withUnsafeBufferPointer { features in
            for element in order {
                let row = Int(element)
                let group = Int(examples.groups[row].rawValue)
                let file = Self.groups &+ Int(examples.files[row])
                let isShort = examples.groups[row] == .short
                chosen.removeAll(keepingCapacity: true)
                var bits: UInt64 = 0
                var sum = SIMD8<Float>()
                let start = examples.starts[row]
                for index in start..<examples.starts[row &+ 1] {
                    if threshold > 0 {
                        bits = (index &- start) & 3 == 0 ? random.next() : bits &>> 16
                        if bits & 0xFFFF < threshold {
                            continue
                        }
                    }
                    let feature = Int(features[index])
                    chosen.append(feature)
                    sum += rows[2 &* feature]
                    if isShort {
                        sum += rows[2 &* feature &+ 1]
                    }
                }
                let scale = examples.lengths[row] * kept
                var logits = sum * scale + biases[group] + biases[file]
                if examples.masksNeutral[row] {
                    logits[1] = -50
                }
                let answer = ClassProbabilities(logits: logits).lanes
                let target = examples.targets[row]
                let weight = examples.weights[row]
                for lane in 0..<8 where target[lane] > 0 && weight[lane] > 0 {
                    loss -= target[lane] * weight[lane] * logarithm(answer[lane])
                }
                let error = (answer - target) * weight
                let gradient = error * scale
                let square = gradient * gradient
                for feature in chosen where !isDropped[feature] {
                    let place = 2 &* feature
                    squares[place] += square
                    let step = gradient * rates.base / squares[place].squareRoot()
                    rows[place] = rows[place] * decay - step
                    if isShort {
                        squares[place &+ 1] += square
                        let step = gradient * (rates.base * rates.short) / squares[place &+ 1].squareRoot()
                        rows[place &+ 1] = rows[place &+ 1] * shortDecay - step
                    }
                }
                for bias in [group, file] {
                    biasSquares[bias] += error * error
                    biases[bias] -= rates.base * error / biasSquares[bias].squareRoot()
                }
            }
        }
        return loss / Float(max(order.count, 1))
    }
}

extension ClassProbabilities {
    /// Both tasks in one vector: polarities first.
    @inline(__always)
    var lanes: SIMD8<Float> {
        SIMD8(polarity[0], polarity[1], polarity[2], emotion[0], emotion[1], emotion[2], emotion[3], emotion[4])
    }
}
