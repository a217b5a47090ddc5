import SentimentModel

/// Rows ready to train on: features as numbers, targets as eight lanes.
///
/// Flat arrays, one element a row.
struct ExampleSet {
    /// Where each row's features begin in ``features``; one element more than there are rows.
    var starts: [Int] = [0]
    /// The features' hashes until a vocabulary has numbered them.
    var hashes: [UInt64] = []
    /// The features' numbers in the vocabulary; features that it has not are left out.
    var features: [UInt32] = []
    /// 1 over the root of how many features the text has, those left out included.
    var lengths: [Float] = []
    var groups: [TextGroup] = []
    var targets: [SIMD8<Float>] = []
    /// By how much each lane's error counts; 0 for the lanes of a task that the row has no label for.
    var weights: [SIMD8<Float>] = []
    /// Whether neutral is left out of the comparison.
    var masksNeutral: [Bool] = []
    /// What kind of text the row's file holds, where it says so.
    var domains: [TextDomain?] = []
    /// How much of a live comment the row is, 0…1, by the gate's account.
    var gates: [Float] = []

    var count: Int {
        lengths.count
    }

    /// Adds a row.
    mutating func append(_ hasher: borrowing FeatureHasher, target: LabelReader.Target, domain: TextDomain?) {
        hashes.append(contentsOf: UnsafeBufferPointer(start: hasher.hashes, count: hasher.count))
        starts.append(hashes.count)
        lengths.append(1 / Float(max(hasher.count, 1)).squareRoot())
        groups.append(hasher.group)
        targets.append(target.values)
        var weight = SIMD8<Float>()
        for lane in 0..<8 {
            weight[lane] = (lane < 3 ? target.hasPolarity : target.hasEmotion) ? 1 : 0
        }
        weights.append(weight)
        masksNeutral.append(false)
        domains.append(domain)
        gates.append(0)
    }

    /// Numbers the features and forgets their hashes.
    mutating func number(by vocabulary: Vocabulary) {
        features.reserveCapacity(hashes.count)
        var start = 0
        for row in 0..<count {
            let end = starts[row + 1]
            starts[row] = features.count
            for index in start..<end {
                if let number = vocabulary.number(of: hashes[index]) {
                    features.append(number)
                }
            }
            start = end
        }
        starts[count] = features.count
        hashes = []
    }
}
