/// How long a scorer takes for a batch of some size: a fixed part and a part per row, learnt from what it took.
///
/// A straight line fitted by least squares whose observations fade by a tenth each (so some twenty count). With sizes
/// that never differ there is no slope to tell: the mean then stands for every size.
package struct ServiceTimeEstimate: Sendable, Equatable {
    /// What is left of an older observation's weight at each new one: closer to 1 is steadier and slower to adapt.
    private static let fading = 0.9

    private var weight = 0.0
    private var rows = 0.0
    private var time = 0.0
    private var rowsSquared = 0.0
    private var rowsTime = 0.0

    /// Creates an estimate that knows nothing.
    package init() {}

    /// Learns what one batch took.
    package mutating func observe(rows count: Int, nanoseconds: Int64) {
        let x = Double(count)
        let y = Double(max(0, nanoseconds))
        weight = weight * Self.fading + 1
        rows = rows * Self.fading + x
        time = time * Self.fading + y
        rowsSquared = rowsSquared * Self.fading + x * x
        rowsTime = rowsTime * Self.fading + x * y
    }

    /// The expected time of a batch with this many rows, in nanoseconds; `nil` before the first observation.
    package func nanoseconds(rows count: Int) -> Int64? {
        guard weight > 0 else {
            return nil
        }
        let mean = time / weight
        let spread = rowsSquared - rows * rows / weight
        guard spread > 1e-6 * rowsSquared else {
            return Int64(mean)
        }
        // Noise can tilt the line down; a larger batch is never the quicker one.
        let slope = max(0, (rowsTime - rows * time / weight) / spread)
        return Int64(max(0, mean + slope * (Double(count) - rows / weight)))
    }
}
