import DanmakuTestKit
import Testing

@testable import SentimentModel

@Suite struct FeatureHasherTests {
    private struct Features: Equatable {
        var hashes: [UInt64]
        var group: TextGroup
    }

    private static func features(_ text: String, space: FeatureSpace = FeatureSpace()) -> Features {
        let batch = TextBatch(text)
        var hasher = FeatureHasher(space: space)
        batch.normalised[batch.normalisedRanges[0].indices]
            .withUnsafeBufferPointer { bytes in
                hasher.read(bytes, shape: batch.shapes[0], verdict: .nonAffective)
            }
        return Features(
            hashes: Array(UnsafeBufferPointer(start: hasher.hashes, count: hasher.count)),
            group: hasher.group
        )
    }

    private static let golden: [(String, Int, UInt64, UInt64)] = [
        ("", 3, 0xA2B4_2FAD_8B4D_0DC6, 0xC27F_5D2C_4D39_70FE),
        ("太好听了", 19, 0x6245_A76E_6718_72CE, 0xBA30_BA39_CF66_62C3),
        ("哈哈哈哈哈哈", 16, 0xBF34_ECB8_EE78_459E, 0x3DB5_D670_B296_DEC1),
        ("awsl!!! 666", 51, 0x7366_5611_580B_3D20, 0x649B_AFF5_EC5C_1EDC),
        ("I don't love it", 69, 0xBC1E_604D_4483_1ED4, 0x8D20_4808_3379_0EBC),
        ("草😂[doge]（；´д｀）", 62, 0x755C_0407_A775_BD3E, 0xED2B_0A8C_6411_52CE),
    ]

    /// A model file is only worth something as long as these hold on every machine.
    @Test(arguments: golden)
    func goldenVectors(text: String, count: Int, first: UInt64, digest: UInt64) {
        let hashes = Self.features(text).hashes
        #expect(hashes.count == count)
        #expect(hashes.first == first)
        #expect(hashes.reduce(0) { FeatureHasher.step($0, $1) } == digest)
    }

    @Test func groupsFollowLengthAndScript() {
        #expect(Self.features("太好听了").group == .short)
        #expect(Self.features("awsl").group == .short)
        #expect(Self.features("").group == .short)
        #expect(Self.features("this is so good").group == .alphabetic)
        #expect(Self.features("so good 哈").group == .short)
        #expect(Self.features("今天的天气真的非常好我们一起出去玩吧").group == .long)
    }

    @Test func widthAndCaseMakeNoDifference() {
        // Only that it was shouted differs, and that is the last feature.
        #expect(Self.features("ＡＷＳＬ").hashes.dropLast() == Self.features("awsl").hashes[...])
    }

    @Test func switchesAddFeatures() {
        let text = "so good 好听好听"
        let plain = Self.features(text, space: FeatureSpace(characterOrder: 1, wordOrder: 0, wholeTextLimit: 0))
        let words = Self.features(text, space: FeatureSpace(characterOrder: 1, wordOrder: 2, wholeTextLimit: 0))
        let gaps = Self.features(
            text,
            space: FeatureSpace(characterOrder: 1, wordOrder: 0, wholeTextLimit: 0, hasGaps: true)
        )
        #expect(words.hashes.count == plain.hashes.count + 3)
        #expect(gaps.hashes.count == plain.hashes.count + 10)
    }

    @Test func aTextBeyondEveryLimitFits() {
        let space = FeatureSpace(characterOrder: 6, wordOrder: 3, wholeTextLimit: 255, hasGaps: true)
        let text = (0..<5000).map { "\(UnicodeScalar(0x4E00 + $0 % 997) ?? "一") a\($0)" }.joined()
        #expect(Self.features(text, space: space).hashes.count > 6000)
    }

    @Test func anyBytesAreRead() {
        var random = SeededGenerator(seed: 11)
        var hasher = FeatureHasher(space: FeatureSpace())
        for _ in 0..<2000 {
            let bytes = (0..<Int(random.next() % 40)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            bytes.withUnsafeBufferPointer { buffer in
                hasher.read(buffer, shape: TextShape(), verdict: .nonAffective)
            }
            #expect(hasher.count >= 0)
        }
    }
}
