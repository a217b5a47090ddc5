import Synchronization

/// Where keys, epochs and jitter come from: the system's generator, or a seed that makes a run repeatable.
///
/// Drivers hold one and hand values into the core, as they do with time.
package struct RandomSource: Sendable {
    /// SplitMix64 (Steele, Lea, Flood, 2014) behind a lock: a seeded source is shared by all parts of a simulated server.
    private final class Seeded: Sendable {
        let state: Mutex<UInt64>

        init(_ seed: UInt64) {
            state = Mutex(seed)
        }

        func next() -> UInt64 {
            let seed = state.withLock { state in
                state &+= 0x9e37_79b9_7f4a_7c15
                return state
            }
            var value = (seed ^ (seed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }

    private let seeded: Seeded?

    /// The system's generator: what it gives cannot be guessed.
    package static let system = RandomSource(seeded: nil)

    /// A repeatable source, for tests and simulations only.
    package static func seeded(_ seed: UInt64) -> RandomSource {
        RandomSource(seeded: Seeded(seed))
    }

    /// 64 random bits.
    package func next() -> UInt64 {
        seeded?.next() ?? UInt64.random(in: .min ... .max)
    }

    /// A random number of a range, each equally likely.
    package func int(in range: ClosedRange<Int>) -> Int {
        guard let seeded else {
            return Int.random(in: range)
        }
        var generator = Generator(source: seeded)
        return Int.random(in: range, using: &generator)
    }

    private struct Generator: RandomNumberGenerator {
        let source: Seeded

        func next() -> UInt64 {
            source.next()
        }
    }
}
