import Testing

@testable import SentimentModel

@Suite struct ChecksumTests {
    /// Values of the reference implementation with seed 0.
    @Test(
        arguments: [
            ("", 0xEF46_DB37_51D8_E999),
            ("a", 0xD24E_C4F1_A98C_6E5B),
            ("abc", 0x44BC_2CF5_AD77_0999),
            ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
        ] as [(String, UInt64)]
    )
    func equalsTheReference(text: String, expected: UInt64) {
        let bytes = Array(text.utf8)
        #expect(bytes.withUnsafeBytes { Checksum.of($0) } == expected)
    }

    @Test func everyBitCounts() {
        var bytes = (0..<100).map { UInt8($0) }
        let whole = bytes.withUnsafeBytes { Checksum.of($0) }
        for index in bytes.indices {
            for bit in 0..<8 {
                bytes[index] ^= 1 << bit
                #expect(bytes.withUnsafeBytes { Checksum.of($0) } != whole)
                bytes[index] ^= 1 << bit
            }
        }
    }
}
