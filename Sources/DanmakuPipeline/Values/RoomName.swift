/// A room's name, valid by construction: 1–64 of `A–Z a–z 0–9 . _ : -`, with its hash.
package struct RoomName: Sendable {
    /// The bytes of the name, all ASCII.
    package let bytes: [UInt8]
    /// The hash that picks the room's shard: FNV-1a, 64 bits, with a final mix (the low bits of FNV alone are weak).
    ///
    /// It has no key: a client that crafts names can load one shard, which costs it no more than using one room.
    package let hash: UInt64

    /// Creates a name; `nil` if the bytes are not a valid name.
    package init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard let hash = Self.hash(of: bytes.span) else {
            return nil
        }
        self.bytes = bytes
        self.hash = hash
    }

    /// Creates a name; `nil` if the text is not a valid name.
    package init?(_ text: some StringProtocol) {
        self.init(text.utf8)
    }

    /// Creates the name of a decoded comment, whose decoder has checked and hashed it.
    init(checked name: Span<UInt8>, hash: UInt64) {
        bytes = name.withUnsafeBufferPointer { Array($0) }
        self.hash = hash
    }

    /// Bit by bit the allowed characters U+0000…U+003F: `- . 0–9 :`.
    private static let low: UInt64 = 0x07FF_6000_0000_0000
    /// Bit by bit the allowed characters U+0040…U+007F: `A–Z _ a–z`.
    private static let high: UInt64 = 0x07FF_FFFE_87FF_FFFE

    /// The hash of a name; `nil` if the bytes are not a valid name.
    @inline(__always)
    static func hash(of name: Span<UInt8>) -> UInt64? {
        let count = name.count
        guard 1...64 ~= count else {
            return nil
        }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in 0..<count {
            let byte = name[unchecked: index]
            guard byte < 0x80, (byte < 0x40 ? low : high) >> UInt64(byte & 0x3F) & 1 == 1 else {
                return nil
            }
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        hash ^= hash >> 32
        hash = hash &* 0xd6e8_feb8_6659_fd93
        return hash ^ (hash >> 32)
    }

    /// Whether this is the name with these bytes.
    @inline(__always)
    func isEqual(to name: Span<UInt8>) -> Bool {
        guard bytes.count == name.count else {
            return false
        }
        let own = bytes.span
        for index in 0..<own.count where own[unchecked: index] != name[unchecked: index] {
            return false
        }
        return true
    }
}

extension RoomName: Hashable {
    /// Whether two names have the same bytes.
    package static func == (left: RoomName, right: RoomName) -> Bool {
        left.hash == right.hash && left.bytes == right.bytes
    }

    /// Feeds the bytes, not ``hash``: names of equal ``hash`` can be made on purpose.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(bytes)
    }
}

extension RoomName: Comparable {
    /// The order of the bytes.
    package static func < (left: RoomName, right: RoomName) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension RoomName: CustomStringConvertible {
    /// The name.
    package var description: String {
        String(decoding: bytes, as: UTF8.self)
    }
}
