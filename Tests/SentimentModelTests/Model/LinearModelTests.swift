import DanmakuTestKit
import Foundation
import Testing

@testable import SentimentModel

@Suite struct LinearModelTests {
    private static let whole = Result { try ModelFixture.bytes() }

    private let folder: TemporaryFolder
    private let bytes: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        bytes = try Self.whole.get()
    }

    private func refusal(_ bytes: [UInt8]) throws -> ModelFileError.Code? {
        let path = try folder.write("model.dkm", bytes)
        do {
            _ = try LinearModel(path: path)
            return nil
        } catch {
            return error.code
        }
    }

    /// Bytes whose checksum is right again after a change.
    private func resealed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let checksum = bytes.withUnsafeBytes { all in
            Checksum.of(UnsafeRawBufferPointer(rebasing: all[ModelHeader.checksumStart...]))
        }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(24..<32, with: $0) }
        return bytes
    }

    @Test func aWholeFileLoads() throws {
        let model = try LinearModel(path: folder.write("model.dkm", bytes))
        #expect(model.name == "fixture-1")
        #expect(model.fileSize == bytes.count)
        #expect(model.header.file(Array(bytes[ModelHeader.size...])) == bytes)
    }

    @Test func everyTruncationIsRefused() throws {
        for length in [0, 1, 7, 8, 9, 31, 32, 255, 4095, 4096, 4097, bytes.count / 2, bytes.count - 1] {
            #expect(try refusal(Array(bytes.prefix(length))) != nil, "\(length) bytes")
        }
        #expect(try refusal(bytes + [0]) == .wrongSize)
    }

    @Test func namesWhatIsWrong() throws {
        #expect(try refusal([]) == .notAModel)
        #expect(try refusal(Array("hello, world".utf8)) == .notAModel)
        #expect(try refusal(Array(bytes.prefix(5000))) == .wrongSize)
        var changed = bytes
        changed[8] = 1
        #expect(try refusal(changed) == .unsupportedVersion)
        changed = bytes
        changed[bytes.count - 1] ^= 1
        #expect(try refusal(changed) == .damaged)
        changed = bytes
        changed[12] = 9
        #expect(try refusal(changed) == .unsupportedVersion)
        changed = bytes
        changed[49] = 0
        #expect(try refusal(resealed(changed)) == .unsupportedVersion)
        changed = bytes
        changed[128 + 3] = 0x7F
        changed[128 + 2] = 0xC0
        #expect(try refusal(resealed(changed)) == .invalid)
        changed = bytes
        changed[36] = 200
        #expect(try refusal(resealed(changed)) == .invalid)
        changed = bytes
        changed[32] ^= 1
        #expect(try refusal(resealed(changed)) == .invalid)
        changed = bytes
        changed[64] = 0
        #expect(try refusal(resealed(changed)) == .invalid)
    }

    @Test func whatIsNoFileIsRefused() {
        #expect(throws: ModelFileError.self) { try LinearModel(path: folder.url.path) }
        #expect(throws: ModelFileError.self) { try LinearModel(path: folder.url.path + "/none") }
        #expect(throws: ModelFileError.self) { try LinearModel(path: "/dev/zero") }
    }

    /// Any byte may be wrong: the checksum tells.
    @Test func damagedFilesAreRefused() throws {
        let seed: UInt64 = 2024
        var random = SeededGenerator(seed: seed)
        for round in 0..<300 {
            var changed = bytes
            for _ in 0...Int(random.next() % 4) {
                let index = Int(random.next() % UInt64(changed.count))
                changed[index] ^= UInt8(1 + random.next() % 255)
            }
            if changed != bytes {
                #expect(try refusal(changed) != nil, "seed \(seed), round \(round)")
            }
        }
    }

    /// A forged file with a right checksum is refused or harmless: whatever loads also scores.
    @Test func hostileFilesNeverCrash() throws {
        let seed: UInt64 = 77
        var random = SeededGenerator(seed: seed)
        let batch = TextBatch(texts: ["太强了", "", "love this so much", "哈哈哈哈哈哈", String(repeating: "好", count: 3000)])
        for round in 0..<300 {
            var changed = bytes
            let isTable = random.next() % 2 == 0
            for _ in 0..<40 {
                let index = isTable ? ModelHeader.size + Int(random.next() % 4096) : 12 + Int(random.next() % 400)
                changed[index] = UInt8(truncatingIfNeeded: random.next())
            }
            changed.replaceSubrange(16..<24, with: bytes[16..<24])
            if isTable || random.next() % 2 == 0 {
                changed.replaceSubrange(8..<12, with: bytes[8..<12])
                changed.replaceSubrange(12..<16, with: bytes[12..<16])
                changed.replaceSubrange(48..<57, with: bytes[48..<57])
            }
            let path = try folder.write("hostile.dkm", resealed(changed))
            guard let model = try? LinearModel(path: path) else { continue }
            var results: [Sentiment] = []
            LinearScorer(model: model).score(batch, into: &results)
            #expect(results.count == batch.count, "seed \(seed), round \(round)")
            #expect(results.allSatisfy { (-1000...1000).contains($0.score) && $0.confidence <= 1000 })
        }
    }
}
