/// Sebastiano Vigna's SplitMix64: the same numbers from the same seed on every machine, which training depends on.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed &>> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed &>> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed &>> 31
    }

    /// Puts elements into a random order.
    ///
    /// The standard library's shuffle may change its use of the generator; this one does not.
    mutating func shuffle(_ elements: inout [UInt32]) {
        var index = elements.count
        while index > 1 {
            let other = Int(next().multipliedFullWidth(by: UInt64(index)).high)
            index -= 1
            elements.swapAt(index, other)
        }
    }
}
