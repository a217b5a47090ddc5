import DanmakuPipeline
import Testing

@Suite("Keyed hash")
struct KeyedHashTests {
    private static func hash(_ bytes: [UInt8], _ hash: KeyedHash) -> UInt64 {
        hash.hash(bytes.span.bytes)
    }

    @Test(
        "it is SipHash-1-3",
        arguments: [
            // CPython 3.11 under PYTHONHASHSEED=0, whose key is zeros; then the reference's key, 00 01 … 0f.
            (1, 0x68a9_1412_8e01_e473, 0xc9f4_9bf3_7d57_ca93), (7, 0x2f09_8ab0_c751_325a, 0xd392_7d98_9bb1_1140),
            (8, 0xead4_11e6_7ebe_2eea, 0x3690_9511_8d29_9a8e), (9, 0x7592_7f9d_9512_4362, 0x25a4_8eb3_6c06_3de4),
            (16, 0x8972_1884_33a5_c5b7, 0xcc4f_dd1a_7d90_8b66), (23, 0x3733_2b13_89da_a4ff, 0x525a_0e7f_dae6_c123),
            (64, 0x75e0_5fd5_bbc8_70c6, 0xf179_97ec_4b4a_6065), (0, 0xd1fb_a762_150c_532c, 0xabac_0158_050f_c4dc),
        ] as [(Int, UInt64, UInt64)]
    )
    func vectors(count: Int, zeros: UInt64, reference: UInt64) {
        let bytes = (0..<count).map { UInt8($0) }
        #expect(Self.hash(bytes, KeyedHash(key0: 0, key1: 0)) == zeros)
        let key = KeyedHash(key0: 0x0706_0504_0302_0100, key1: 0x0f0e_0d0c_0b0a_0908)
        #expect(Self.hash(bytes, key) == reference)
    }

    @Test("two runs are told apart from every other pair of runs")
    func pairs() {
        let hash = KeyedHash(random: .seeded(1))
        let text: [UInt8] = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]
        var seen: Set<UInt64> = []
        var pairs = 0
        for end in 0...text.count {
            for cut in 0...end {
                let bytes = text.span.bytes
                seen.insert(hash.hash(bytes.extracting(0..<cut), bytes.extracting(cut..<end)))
                pairs += 1
            }
        }
        #expect(seen.count == pairs)
    }

    @Test("another key gives another hash")
    func keys() {
        let random = RandomSource.seeded(7)
        let hashes = (0..<100).map { _ in Self.hash([1, 2, 3], KeyedHash(random: random)) }
        #expect(Set(hashes).count == 100)
        #expect(Self.hash([1, 2, 3], KeyedHash(random: .seeded(7))) == hashes[0])
        #expect(Self.hash([1, 2, 3], KeyedHash(random: .system)) != Self.hash([1, 2, 3], KeyedHash(random: .system)))
    }
}
