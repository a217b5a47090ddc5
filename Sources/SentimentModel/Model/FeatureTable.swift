internal import CPrefetch

/// The weights of the kept features, in lines of 64 bytes: one feature costs one cache line.
///
/// A line holds four slots. It begins with four fingerprints of 16 bits, which tell a kept feature from a dropped one
/// that falls into the same line; then come four rows of 14 weights: 7 for live comments, 7 for other texts. An empty
/// slot has the fingerprint 0 and weights of 0, so that a feature whose fingerprint is 0 finds nothing wrong there.
///
/// Only differences between classes matter, so a row has an output fewer a task than there are classes:
/// negative and positive against neutral, four emotions against none. The seventh of the live ones is the gate's: how
/// much of a live comment a text is. The seventh of the others is reserved.
package struct FeatureTable: Sendable {
    package static let lineSize = 64
    package static let slots = 4
    /// Outputs of a row: negative, positive, happy, angry, sad, surprised, gate.
    package static let outputs = 7
    package static let gateOutput = 6
    /// Where a line's rows begin.
    package static let rowStart = slots * 2
    package static let rowSize = outputs * 2

    /// The first line.
    ///
    /// Read-only, and kept alive by whoever made the table.
    nonisolated(unsafe) let lines: UnsafeRawPointer
    let lineCount: UInt64
    /// One bit per line and low five bits of a fingerprint: whether the line can hold such a feature at all.
    ///
    /// Most n-grams of a comment are not kept, and each would cost a miss of every cache to find that out. These bits
    /// stay in the second cache and answer for seven in eight of them.
    nonisolated(unsafe) let filter: UnsafePointer<UInt32>

    /// The line that a feature belongs to.
    @inline(__always)
    package static func line(of hash: UInt64, count: UInt64) -> Int {
        Int(truncatingIfNeeded: ((hash &>> 32) &* count) &>> 32)
    }

    /// The fingerprint of a feature.
    @inline(__always)
    package static func fingerprint(of hash: UInt64) -> UInt16 {
        UInt16(truncatingIfNeeded: hash)
    }

    /// The filter of a table; the caller owns it.
    static func makeFilter(lines: UnsafeRawPointer, count: Int) -> UnsafeMutablePointer<UInt32> {
        let filter = UnsafeMutablePointer<UInt32>.allocate(capacity: count)
        for line in 0..<count {
            var bits: UInt32 = 0
            for slot in 0..<slots {
                let offset = line &* lineSize &+ 2 &* slot
                let mark = UInt16(littleEndian: lines.load(fromByteOffset: offset, as: UInt16.self))
                if mark != 0 {
                    bits |= 1 &<< UInt32(mark & 31)
                }
            }
            filter[line] = bits
        }
        return filter
    }

    /// Sorts out the features that the table cannot hold, and sends for the lines of the others.
    ///
    /// - Parameters:
    ///   - hashes: The features; those that may be kept are moved to the front.
    ///   - count: How many there are.
    /// - Returns: How many may be kept.
    @inline(__always)
    func candidates(_ hashes: UnsafeMutablePointer<UInt64>, count: Int) -> Int {
        // Whether a feature may be kept is a coin toss that no processor foresees: what passes moves to the front
        // without a branch.
        var candidates = 0
        for index in 0..<count {
            let hash = hashes[index]
            hashes[candidates] = hash
            let bits = filter[Self.line(of: hash, count: lineCount)]
            candidates &+= Int(truncatingIfNeeded: bits &>> UInt32(truncatingIfNeeded: hash & 31) & 1)
        }
        for index in 0..<candidates {
            prefetch_line(lines + Self.line(of: hashes[index], count: lineCount) &* Self.lineSize)
        }
        return candidates
    }

    /// The sum of the weights of some features.
    ///
    /// - Parameters:
    ///   - hashes: The features that ``candidates(_:count:)`` left.
    ///   - candidates: How many there are.
    /// - Returns: What live comments and other texts make of them, seven outputs each.
    @inline(__always)
    func sum(
        _ hashes: UnsafePointer<UInt64>,
        candidates: Int
    ) -> (live: SIMD8<Float>, other: SIMD8<Float>) {
        var total = SIMD16<Int32>()
        // Sixteen lanes are read and fourteen wanted: reading begins two bytes before the row, so that nothing is read
        // beyond the last one.
        let column = Self.rowStart &- 2
        var index = 0
        while index < candidates {
            // 256 weights of 8 bits cannot overflow 16.
            let end = min(index &+ 256, candidates)
            var partial = SIMD16<Int16>()
            while index < end {
                let hash = hashes[index]
                let line = lines + Self.line(of: hash, count: lineCount) &* Self.lineSize
                let marks = line.loadUnaligned(as: UInt64.self).littleEndian
                // A lane of 16 bits that equals the fingerprint becomes 0; the lowest such lane is found exactly.
                let low: UInt64 = 0x0001_0001_0001_0001
                let difference = marks ^ (UInt64(Self.fingerprint(of: hash)) &* low)
                let zeros = (difference &- low) & ~difference & 0x8000_8000_8000_8000
                // A branch on what memory has yet to bring would hold up every line after this one.
                let found: Int8 = zeros != 0 ? -1 : 0
                let place = column &+ (zeros.trailingZeroBitCount &>> 4 & 3) &* Self.rowSize
                let row = line.loadUnaligned(fromByteOffset: place, as: SIMD16<Int8>.self)
                partial &+= SIMD16<Int16>(truncatingIfNeeded: row & found)
                index &+= 1
            }
            total &+= SIMD16<Int32>(truncatingIfNeeded: partial)
        }
        let sums = SIMD16<Float>(total)
        return (
            SIMD8(sums[2], sums[3], sums[4], sums[5], sums[6], sums[7], sums[8], 0),
            SIMD8(sums[9], sums[10], sums[11], sums[12], sums[13], sums[14], sums[15], 0)
        )
    }
}
