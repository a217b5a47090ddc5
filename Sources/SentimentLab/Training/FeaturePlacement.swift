import SentimentModel

/// Which features get a slot of the table, and where.
///
/// The most important come first; a feature whose line is full, or whose fingerprint another feature of the line has,
/// gets none. Importance is how far a feature moves an answer times the root of how often it is met.
struct FeaturePlacement {
    /// The slot (line · 4 + place) of each feature, or -1.
    private var slots: [Int32] = []

    /// No feature has a slot.
    init() {}

    init(vocabulary: Vocabulary, weights: Weights, lines: Int) {
        slots = [Int32](repeating: -1, count: vocabulary.count)
        var importance: [(value: Float, feature: Int)] = []
        importance.reserveCapacity(vocabulary.count)
        for feature in 0..<vocabulary.count {
            let other = Quantiser.differences(weights.row(feature, in: .other))
            let live = Quantiser.differences(weights.row(feature, in: .live))
            let reach = max(Self.reach(other), Self.reach(live))
            importance.append((reach * Float(vocabulary.counts[feature]).squareRoot(), feature))
        }
        importance.sort { $0.value > $1.value || ($0.value == $1.value && $0.feature < $1.feature) }
        var fingerprints = [UInt16](repeating: 0, count: lines * FeatureTable.slots)
        for (value, feature) in importance where value > 0 {
            let hash = vocabulary.hashes[feature]
            let fingerprint = FeatureTable.fingerprint(of: hash)
            let first = FeatureTable.line(of: hash, count: UInt64(lines)) * FeatureTable.slots
            for slot in first..<first + FeatureTable.slots where fingerprint != 0 {
                if fingerprints[slot] == fingerprint {
                    break
                }
                if fingerprints[slot] == 0 {
                    fingerprints[slot] = fingerprint
                    slots[feature] = Int32(slot)
                    break
                }
            }
        }
    }

    private static func reach(_ row: SIMD8<Float>) -> Float {
        max(row.max(), -row.min())
    }

    var isEmpty: Bool {
        slots.isEmpty
    }

    /// The slot of a feature, if it has one.
    func slot(of feature: Int) -> Int? {
        slots[feature] < 0 ? nil : Int(slots[feature])
    }
}
