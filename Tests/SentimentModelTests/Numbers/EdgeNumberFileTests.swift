import DanmakuTestKit
import Foundation
import Testing

@testable import SentimentLab
@testable import SentimentModel

/// Edge values in every number of the files that an operator gives: model, lexicons, training files.
@Suite("Edge values in files", .computes)
struct EdgeNumberFileTests {
    private static let whole = Result { try ModelFixture.bytes() }

    /// Every number of a model's header: place and bytes.
    private static let fields: [(offset: Int, size: Int)] =
        [(8, 4), (12, 4), (16, 8), (32, 4)] + (36..<44).map { ($0, 1) } + (48..<60).map { ($0, 1) }
        + stride(from: 128, to: 396, by: 4).map { ($0, 4) }

    private static let patterns: [UInt64] = [
        0, 1, 0x7F, 0x80, 0xFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000,
        0x7F7F_FFFF,
        0x0000_0001, 0x8000_0000, UInt64(Float(999.9).bitPattern), UInt64(Float(-999.9).bitPattern),
        UInt64(Float(0.0101).bitPattern), UInt64(Float(99.9).bitPattern), .max, 1 << 63, (1 << 63) - 1, 1 << 24,
        (1 << 24) + 1,
    ]

    @Test("a model's header with the right checksum is refused, or its model scores without a trap")
    func modelHeader() throws {
        let whole = try Self.whole.get()
        let folder = try TemporaryFolder()
        var loaded = 0
        for (offset, size) in Self.fields {
            for pattern in Self.patterns {
                var bytes = whole
                withUnsafeBytes(of: pattern.littleEndian) {
                    bytes.replaceSubrange(offset..<(offset + size), with: $0.prefix(size))
                }
                let checksum = bytes.withUnsafeBytes { all in
                    Checksum.of(UnsafeRawBufferPointer(rebasing: all[ModelHeader.checksumStart...]))
                }
                withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(24..<32, with: $0) }
                guard let model = try? LinearModel(path: folder.write("model.dkm", bytes)) else {
                    continue
                }
                loaded += 1
                var results: [Sentiment] = []
                LinearScorer(model: model)
                    .score(TextBatch(texts: ["太强了", "难听啊", "love this song", "", "1"]), into: &results)
                #expect(results.count == 5)
                #expect(
                    results.allSatisfy { -1000...1000 ~= $0.score && $0.confidence <= 1000 },
                    "\(offset) \(pattern)"
                )
            }
        }
        #expect(loaded > 100)
    }

    @Test("a model whose every weight and scale is as large as allowed scores without a trap")
    func extremeModel() throws {
        var bytes = try Self.whole.get()
        for offset in stride(from: 128, to: 384, by: 4) {
            let value: Float = offset % 8 == 0 ? 999.9 : -999.9
            withUnsafeBytes(of: value.bitPattern.littleEndian) {
                bytes.replaceSubrange(offset..<(offset + 4), with: $0)
            }
        }
        for offset in stride(from: 384, to: 396, by: 4) {
            withUnsafeBytes(of: Float(0.0101).bitPattern.littleEndian) {
                bytes.replaceSubrange(offset..<(offset + 4), with: $0)
            }
        }
        let checksum = bytes.withUnsafeBytes { all in
            Checksum.of(UnsafeRawBufferPointer(rebasing: all[ModelHeader.checksumStart...]))
        }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(24..<32, with: $0) }
        let folder = try TemporaryFolder()
        let scorer = LinearScorer(model: try LinearModel(path: folder.write("model.dkm", bytes)))
        var results: [Sentiment] = []
        scorer.score(TextBatch(texts: ModelFixture.praise + ModelFixture.blame + ["x", ""]), into: &results)
        #expect(results.allSatisfy { -1000...1000 ~= $0.score && $0.confidence <= 1000 })
    }

    @Test("a valence is a number of its range, or names its line", arguments: EdgeNumbers.texts)
    func lexicons(text: String) {
        let own = Result { try LexiconScorer(file: Array("好\tfeeling\t\(text)\n".utf8)) }
        let vader = Result { try VaderLexicon(file: Array("good\t\(text)\n".utf8)) }
        if let lexicon = try? own.get() {
            var results: [Sentiment] = []
            lexicon.score(TextBatch(texts: ["好", "好好"]), into: &results)
            #expect(results.count == 2)
        }
        if let lexicon = try? vader.get() {
            var results: [Sentiment] = []
            VaderScorer(lexicon: lexicon).score(TextBatch(texts: ["good", "GOOD!!!", "very good"]), into: &results)
            #expect(results.allSatisfy { -1000...1000 ~= $0.score && $0.confidence <= 1000 })
        }
    }

    @Test("probabilities, weights and limits of training files", arguments: EdgeNumbers.texts)
    func training(text: String) {
        let reader = LabelReader(task: .polarity, names: [:])
        for label in ["\(text),0.5,0.5", "0.2,\(text),0.1", "0.2,0.3,0.5;\(text),0,0,0,1"] {
            if let target = reader.target(label) {
                for lane in 0..<8 {
                    #expect((0...1).contains(target.values[lane]), "\(label)")
                }
            }
        }
        if let file = try? TrainingFile(parsing: "a:weight=\(text)") {
            #expect((1e-7...1e7).contains(file.weight))
        }
        if let file = try? TrainingFile(parsing: "a:limit=\(text)") {
            #expect(EdgeNumbers.integer(text).map { Int($0) } == file.limit)
        }
    }
}
