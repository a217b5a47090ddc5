/// Reads and writes little-endian integers and runs of bytes that may go over the end of a ring.
struct RingCursor {
    var position: Int

    mutating func write(_ value: UInt64, _ count: Int, into ring: inout [UInt8]) {
        for index in 0..<count {
            ring[position] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
            position = position + 1 == ring.count ? 0 : position + 1
        }
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer, into ring: inout [UInt8]) {
        let size = ring.count
        let head = min(bytes.count, size - position)
        ring.withUnsafeMutableBytes { ring in
            UnsafeMutableRawBufferPointer(rebasing: ring[position...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<head]))
            ring.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[head...]))
        }
        position = (position + bytes.count) % size
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
