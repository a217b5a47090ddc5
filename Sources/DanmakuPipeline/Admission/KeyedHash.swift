/// SipHash-1-3 (Aumasson, Bernstein 2012) with a given key; a client without the key cannot compute it or make it collide.
///
/// The algorithm of Swift's `Hasher`, whose key cannot be given: a run could not be repeated from a seed. A server's keys
/// are random in each process.
package struct KeyedHash: Sendable {
    private let key0: UInt64
    private let key1: UInt64

    /// Creates a hash with a certain key.
    package init(key0: UInt64, key1: UInt64) {
        self.key0 = key0
        self.key1 = key1
    }

    /// Creates a hash with the next key of a source.
    package init(random: RandomSource) {
        self.init(key0: random.next(), key1: random.next())
    }

    /// The hash of some bytes.
    package func hash(_ bytes: RawSpan) -> UInt64 {
        var state = State(key0: key0, key1: key1)
        let last = state.absorb(wordsOf: bytes)
        state.absorb(last | UInt64(truncatingIfNeeded: bytes.byteCount) << 56)
        return state.finish()
    }

    /// The hash of two runs of bytes: "a" and "bc" differ from "ab" and "c".
    package func hash(_ first: RawSpan, _ second: RawSpan) -> UInt64 {
        var state = State(key0: key0, key1: key1)
        // The lengths come first, so the padding of the runs cannot be mistaken for bytes of theirs.
        state.absorb(UInt64(truncatingIfNeeded: first.byteCount) << 32 | UInt64(truncatingIfNeeded: second.byteCount))
        let lastOfFirst = state.absorb(wordsOf: first)
        state.absorb(lastOfFirst)
        let lastOfSecond = state.absorb(wordsOf: second)
        state.absorb(lastOfSecond)
        return state.finish()
    }

    /// The hash of two words.
    package func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
        var state = State(key0: key0, key1: key1)
        state.absorb(first)
        state.absorb(second)
        return state.finish()
    }

    private struct State {
        private var v0: UInt64
        private var v1: UInt64
        private var v2: UInt64
        private var v3: UInt64

        @inline(__always)
        init(key0: UInt64, key1: UInt64) {
            v0 = key0 ^ 0x736f_6d65_7073_6575
            v1 = key1 ^ 0x646f_7261_6e64_6f6d
            v2 = key0 ^ 0x6c79_6765_6e65_7261
            v3 = key1 ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            v0 ^= word
        }

        /// Takes all whole words; gives the bytes that are left as the low bytes of a word.
        @inline(__always)
        mutating func absorb(wordsOf bytes: RawSpan) -> UInt64 {
            let count = bytes.byteCount
            let end = count & ~7
            var offset = 0
            while offset < end {
                absorb(Self.word(of: bytes, at: offset))
                offset += 8
            }
            let rest = count & 7
            guard rest > 0 else {
                return 0
            }
            if end > 0 {
                // One load that overlaps the last word, instead of a loop over bytes.
                return Self.word(of: bytes, at: count - 8) >> UInt64(64 - 8 * rest)
            }
            var word: UInt64 = 0
            for index in 0..<rest {
                let byte = bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
                word |= UInt64(byte) << UInt64(8 * index)
            }
            return word
        }

        @inline(__always)
        private static func word(of bytes: RawSpan, at offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
        }

        @inline(__always)
        mutating func finish() -> UInt64 {
            v2 ^= 0xff
            round()
            round()
            round()
            return v0 ^ v1 ^ v2 ^ v3
        }

        @inline(__always)
        private mutating func round() {
            v0 &+= v1
            v1 = Self.rotate(v1, by: 13) ^ v0
            v0 = Self.rotate(v0, by: 32)
            v2 &+= v3
            v3 = Self.rotate(v3, by: 16) ^ v2
            v0 &+= v3
            v3 = Self.rotate(v3, by: 21) ^ v0
            v2 &+= v1
            v1 = Self.rotate(v1, by: 17) ^ v2
            v2 = Self.rotate(v2, by: 32)
        }

        @inline(__always)
        private static func rotate(_ word: UInt64, by bits: UInt64) -> UInt64 {
            word << bits | word >> (64 - bits)
        }
    }
}
