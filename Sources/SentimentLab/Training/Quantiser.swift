import SentimentModel

/// Weights as bytes, in the table's form.
struct Quantiser {
    /// The largest weights are cut to this share of the largest one, which gives all others finer steps.
    ///
    /// Cutting more than the outermost hurts: the largest weights are those of the words that say most.
    private static let covered: Float = 0.7

    /// What one step is worth: by domain (live, other) and output.
    let scales: [[Float]]
    private(set) var table: [UInt8]

    init(weights: Weights, gate: DomainGate, vocabulary: Vocabulary, placement: FeaturePlacement, lines: Int) {
        let placed = (0..<vocabulary.count).filter { placement.slot(of: $0) != nil }
        let domains = [TextDomain.live, .other]
        let scales = domains.map { domain in
            let rows = placed.map { Self.row($0, of: weights, gate, in: domain) }
            return (0..<8).map { Self.scale(rows, output: $0) }
        }
        table = [UInt8](repeating: 0, count: lines * FeatureTable.lineSize)
        for feature in placed {
            guard let slot = placement.slot(of: feature) else { continue }
            let line = slot / FeatureTable.slots * FeatureTable.lineSize
            let place = slot % FeatureTable.slots
            let fingerprint = FeatureTable.fingerprint(of: vocabulary.hashes[feature])
            table[line + 2 * place] = UInt8(truncatingIfNeeded: fingerprint)
            table[line + 2 * place + 1] = UInt8(truncatingIfNeeded: fingerprint >> 8)
            var position = line + FeatureTable.rowStart + place * FeatureTable.rowSize
            for (set, domain) in domains.enumerated() {
                let row = Self.row(feature, of: weights, gate, in: domain)
                for output in 0..<FeatureTable.outputs {
                    let steps = (row[output] / scales[set][output]).rounded()
                    table[position] = UInt8(bitPattern: Int8(max(-127, min(127, steps))))
                    position += 1
                }
            }
        }
        self.scales = scales
    }

    /// A feature's outputs in a domain; the gate's stands with the live ones.
    private static func row(
        _ feature: Int,
        of weights: Weights,
        _ gate: DomainGate,
        in domain: TextDomain
    ) -> SIMD8<Float> {
        var row = differences(weights.row(feature, in: domain))
        row[FeatureTable.gateOutput] = domain == .live ? gate.weight(of: feature) : 0
        return row
    }

    /// The outputs of a table's row: what each class but neutral and none has before those.
    static func differences(_ lanes: SIMD8<Float>) -> SIMD8<Float> {
        SIMD8(
            lanes[0] - lanes[1],
            lanes[2] - lanes[1],
            lanes[4] - lanes[3],
            lanes[5] - lanes[3],
            lanes[6] - lanes[3],
            lanes[7] - lanes[3],
            0,
            0
        )
    }

    private static func scale(_ rows: [SIMD8<Float>], output: Int) -> Float {
        let largest = rows.reduce(Float(0)) { max($0, abs($1[output])) }
        return largest > 0 ? largest * covered / 127 : 1
    }
}
