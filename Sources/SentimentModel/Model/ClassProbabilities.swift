/// How likely each class is, by the model's account.
///
/// Each of the two adds up to 1.
public struct ClassProbabilities: Sendable, Equatable {
    /// By the raw value of ``Sentiment/Label``.
    public var polarity: SIMD3<Float>
    /// By the raw value of ``Sentiment/Emotion``; the lanes behind the last emotion are 0.
    public var emotion: SIMD8<Float>

    /// From logits whose first three lanes are the polarities and whose other five the emotions.
    package init(logits: SIMD8<Float>) {
        let polarity = SIMD3(logits[0], logits[1], logits[2])
        let emotion = SIMD8(logits[3], logits[4], logits[5], logits[6], logits[7], -100, -100, -100)
        self.polarity = Self.shares(polarity)
        let powers = exponential(emotion - emotion.max())
        self.emotion = powers / powers.sum()
    }

    /// The probabilities of three logits.
    @inline(__always)
    static func shares(_ logits: SIMD3<Float>) -> SIMD3<Float> {
        let highest = max(logits[0], logits[1], logits[2])
        let powers = exponential(SIMD4(logits - highest, -100))
        let total = powers[0] + powers[1] + powers[2]
        return SIMD3(powers[0], powers[1], powers[2]) / total
    }

    /// Between 0 and 1.
    @inline(__always)
    static func logistic(_ value: Float) -> Float {
        1 / (1 + exponential(SIMD4(repeating: -value))[0])
    }
}

/// e to the power of each lane, to six digits; the C library's would cost more than all the features of a comment.
///
/// The whole part of the power of two goes into the exponent's bits, a polynomial covers the rest.
@inline(__always)
private func exponential(_ value: SIMD4<Float>) -> SIMD4<Float> {
    let limit = SIMD4<Float>(repeating: 80)
    let power = pointwiseMax(pointwiseMin(value, limit), -limit) * 1.442_695_04
    // Adding 1.5 · 2²³ leaves the nearest whole number in the low bits, without a rounding instruction.
    let shifted = power + 12_582_912
    let rest = (power - (shifted - 12_582_912)) * 0.693_147_18
    var sum = SIMD4<Float>(repeating: 1.0 / 720)
    sum = sum * rest + 1.0 / 120
    sum = sum * rest + 1.0 / 24
    sum = sum * rest + 1.0 / 6
    sum = sum * rest + 0.5
    sum = sum * rest + 1
    sum = sum * rest + 1
    let bits = (unsafeBitCast(shifted, to: SIMD4<UInt32>.self) &- 0x4B40_0000 &+ 127) &<< 23
    return sum * unsafeBitCast(bits, to: SIMD4<Float>.self)
}

@inline(__always)
private func exponential(_ value: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(lowHalf: exponential(value.lowHalf), highHalf: exponential(value.highHalf))
}
