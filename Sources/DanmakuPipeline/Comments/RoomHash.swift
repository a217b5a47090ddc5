/// The hash that picks a room's shard: FNV-1a, 64 bits, with a final mix (the low bits of FNV alone are weak).
///
/// It is not keyed: a client that crafts room names can load one shard, which costs it no more than using one room.
@inlinable
public func roomHash(_ name: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
    hash ^= hash >> 32
    hash = hash &* 0xd6e8_feb8_6659_fd93
    return hash ^ (hash >> 32)
}
