/// Reads little-endian integers, and reads and writes runs of bytes, that may go over the end of a ring.
struct RingCursor {
    var position: Int

    mutating func write(_ bytes: Span<UInt8>, into ring: inout [UInt8]) {
        let head = min(bytes.count, ring.count - position)
        bytes.withUnsafeBytes { bytes in
            ring.withUnsafeMutableBytes { ring in
                UnsafeMutableRawBufferPointer(rebasing: ring[position...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<head]))
                ring.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[head...]))
            }
        }
        position += bytes.count
        if position >= ring.count {
            position -= ring.count
        }
    }

    mutating func read(_ count: Int, from ring: [UInt8]) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<count {
            value |= UInt64(ring[position]) << UInt64(8 * index)
            position = position + 1 == ring.count ? 0 : position + 1
        }
        return value
    }

    mutating func read(_ count: Int, from ring: [UInt8], into bytes: inout [UInt8]) {
        guard count > 0 else {
            return
        }
        let head = min(count, ring.count - position)
        bytes.append(contentsOf: ring[position..<position + head])
        bytes.append(contentsOf: ring[..<(count - head)])
        position = (position + count) % ring.count
    }
}
