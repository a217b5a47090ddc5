import DanmakuTestKit

/// Where a stream of bytes is cut into reads: what is decoded must not depend on it.
enum Cuts {
    /// The bytes in one piece, in pieces of a random size, and for short streams byte by byte.
    static func all(of bytes: [UInt8], seed: UInt8) -> [[[UInt8]]] {
        var ways = [[bytes], random(bytes, seed: seed)]
        if bytes.count <= 256 {
            ways.append(bytes.map { [$0] })
        }
        return ways
    }

    private static func random(_ bytes: [UInt8], seed: UInt8) -> [[UInt8]] {
        var generator = SeededGenerator(seed: UInt64(seed))
        let longest = 1 << Int.random(in: 1...10, using: &generator)
        var pieces: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...longest, using: &generator))
            pieces.append(Array(bytes[start..<end]))
            start = end
        }
        return pieces
    }
}
