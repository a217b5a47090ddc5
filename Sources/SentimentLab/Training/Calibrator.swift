import SentimentModel

/// Makes priors and confidences fit the dev files.
struct Calibrator {
    private let dev: DevSet
    /// The answers with what has been found so far.
    private(set) var logits: [SIMD8<Float>]
    /// What is added to the biases of each ``TextGroup`` in each ``TextDomain``, the domain changing faster.
    private(set) var shifts = [SIMD8<Float>](repeating: .zero, count: TextGroup.allCases.count * 2)
    /// What each group's logits are divided by.
    private(set) var temperatures = [Float](repeating: 1, count: TextGroup.allCases.count)

    init(dev: DevSet, logits: [SIMD8<Float>]) {
        self.dev = dev
        self.logits = logits
    }

    /// Moves the classes of each group and domain to where the macro-F1 of the group's dev files is best.
    ///
    /// First all classes of a task against neutral or none, then one after another, all twice over; ties stay nearest
    /// to where training left them. No class moves by more than the limit.
    mutating func shiftPriors(limit: Float) {
        for group in TextGroup.allCases {
            for place in [0, 1, 0, 1].map({ 2 * Int(group.rawValue) + $0 }) {
                for lanes in [[0, 2], [0], [2], [4, 5, 6, 7], [4], [5], [6], [7]] {
                    let here = lanes.map { shifts[place][$0] }
                    var best = (score: summary(group), shifts: here)
                    for step in [-0.8, -0.6, -0.4, -0.3, -0.2, -0.1, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8] as [Float] {
                        let tried =
                            lanes.count == 1
                            ? [step * limit] : here.map { max(-limit, min($0 + step * limit, limit)) }
                        move(place, lanes: lanes, to: tried)
                        let score = summary(group) - 0.002 * (tried.map { abs($0) }.max() ?? 0)
                        if score > best.score + 0.0005 {
                            best = (score, tried)
                        }
                    }
                    move(place, lanes: lanes, to: best.shifts)
                }
            }
        }
    }

    private mutating func move(_ place: Int, lanes: [Int], to wanted: [Float]) {
        var change = SIMD8<Float>.zero
        for (lane, shift) in zip(lanes, wanted) {
            change[lane] = shift - shifts[place][lane]
            shifts[place][lane] = shift
        }
        let isLive = place % 2 == 0
        for row in 0..<dev.examples.count where Int(dev.examples.groups[row].rawValue) == place / 2 {
            let gate = dev.examples.gates[row]
            logits[row] += change * (isLive ? gate : 1 - gate)
        }
    }

    /// The weighted macro-F1 of the files that hold texts of a group.
    private func summary(_ group: TextGroup) -> Float {
        var sum: Float = 0
        for (file, rows) in zip(dev.files, dev.rows) {
            guard rows.contains(where: { dev.examples.groups[$0] == group }) else { continue }
            let score = DevScore(path: file.path, dev.examples, rows: rows, logits: Array(logits[rows]))
            sum += score.macroF1 * file.weight
        }
        return sum
    }

    /// Finds the temperature of each group by which the polarities' loss is least.
    mutating func fitTemperatures() {
        for group in TextGroup.allCases {
            var rows: [Int] = []
            for row in 0..<dev.examples.count where dev.examples.groups[row] == group {
                if dev.examples.weights[row][0] > 0 && !dev.examples.masksNeutral[row] {
                    rows.append(row)
                }
            }
            guard rows.count >= 50 else { continue }
            var best = (loss: Float.infinity, temperature: Float(1))
            for step in 0..<60 {
                let temperature = 0.4 * power(1.03, Float(step))
                let loss = rows.reduce(Float(0)) { sum, row in
                    let target = dev.examples.targets[row]
                    let wanted = (0..<3).reduce(0) { target[$1] > target[$0] ? $1 : $0 }
                    return sum - logarithm(ClassProbabilities(logits: logits[row] / temperature).lanes[wanted])
                }
                if loss < best.loss {
                    best = (loss, temperature)
                }
            }
            temperatures[Int(group.rawValue)] = best.temperature
        }
    }
}
