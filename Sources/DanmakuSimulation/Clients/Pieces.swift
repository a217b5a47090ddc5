import DanmakuTestKit
import NIOCore

/// How a client's bytes are cut and spread over time.
struct Pieces: Sendable {
    /// The most bytes of a piece.
    var most: Int
    /// The longest pause between two pieces, in nanoseconds.
    var pause: Int64

    /// Everything at once.
    static let whole = Pieces(most: .max, pause: 0)

    /// Cuts bytes.
    ///
    /// - Parameters:
    ///   - bytes: What is sent.
    ///   - random: Draws sizes and pauses.
    /// - Returns: The pieces, each with the pause before it.
    func cut(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [(pause: Int64, bytes: [UInt8])] {
        var pieces: [(pause: Int64, bytes: [UInt8])] = []
        var place = 0
        while place < bytes.count {
            let left = bytes.count - place
            let size = min(left, most == 1 ? 1 : Int.random(in: 1...min(most, left), using: &random))
            let count = most == .max ? left : size
            let before = pause == 0 ? 0 : Int64.random(in: 0...pause, using: &random)
            pieces.append((before, Array(bytes[place..<(place + count)])))
            place += count
        }
        return pieces
    }
}
