/// What may be a room's name: 1–64 of `A–Z a–z 0–9 . _ : -`.
package enum RoomName {
    /// Bit by bit the allowed characters U+0000…U+003F: `- . 0–9 :`.
    private static let low: UInt64 = 0x07FF_6000_0000_0000
    /// Bit by bit the allowed characters U+0040…U+007F: `A–Z _ a–z`.
    private static let high: UInt64 = 0x07FF_FFFE_87FF_FFFE

    /// Whether the bytes are a room's name.
    @inline(__always)
    package static func isValid(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard (1...64).contains(name.count) else {
            return false
        }
        for byte in name {
            guard byte < 0x80, (byte < 0x40 ? low : high) >> UInt64(byte & 0x3F) & 1 == 1 else {
                return false
            }
        }
        return true
    }
}
