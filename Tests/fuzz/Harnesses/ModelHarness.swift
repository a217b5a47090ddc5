import Foundation

@testable import SentimentModel

/// Model files, and scoring with whatever was accepted.
///
/// Input: a byte of options, two bytes with a length, so many bytes of text, then the file. With option 1 the file is
/// taken as it is; else its magic, version, orders, size and checksum are made right first, so that mutations get past
/// them: option 2 keeps the feature space's version too. Rules: what loads has the size that it states, and every text
/// has a score within its range and shares that add up to 1.
enum ModelHarness {
    @Sendable
    static func run(_ input: FuzzInput) throws {
        var input = input
        let options = input.byte()
        let text = input.take(input.word() % 2048)
        let file = options & 1 == 1 ? input.rest : sealed(input.rest, options)
        let path = "/dev/shm/danmaku-fuzz-\(ProcessInfo.processInfo.processIdentifier).dkm"
        try Data(file).write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        guard let model = try? LinearModel(path: path) else {
            return
        }
        try require(model.fileSize == file.count, "\(file.count) bytes are a model of \(model.fileSize)")
        let half = TextRange(start: 0, count: text.count / 2)
        let rest = TextRange(start: text.count / 2, count: text.count - text.count / 2)
        let batch = TextBatch(bytes: text, ranges: [TextRange(start: 0, count: text.count), half, rest])
        let scorer = LinearScorer(model: model)
        var results: [Sentiment] = []
        scorer.score(batch, into: &results)
        try require(results.count == 3, "three texts have \(results.count) results")
        for result in results {
            try require((-1000...1000).contains(result.score), "the score is \(result.score)")
            try require(result.confidence <= 1000, "the confidence is \(result.confidence)")
        }
        var probabilities: [ClassProbabilities] = []
        scorer.probabilities(batch, into: &probabilities)
        for shares in probabilities {
            let sums = [shares.polarity.sum(), shares.emotion.sum()]
            try require(sums.allSatisfy { abs($0 - 1) < 0.01 }, "the shares add up to \(sums)")
        }
    }

    /// The bytes with everything right that a mutation would hardly ever hit.
    private static func sealed(_ bytes: [UInt8], _ options: UInt8) -> [UInt8] {
        var file = bytes
        let lines = max(1, (file.count - ModelHeader.size + 63) / 64)
        let size = ModelHeader.size + lines * 64
        file += Array(repeating: 0, count: max(0, size - file.count))
        func put<T: FixedWidthInteger>(_ value: T, _ offset: Int) {
            withUnsafeBytes(of: value.littleEndian) { file.replaceSubrange(offset..<offset + $0.count, with: $0) }
        }
        file.replaceSubrange(0..<8, with: ModelHeader.magic)
        put(ModelHeader.formatVersion, 8)
        if options & 2 == 0 {
            put(FeatureSpace.version, 12)
        }
        put(UInt64(file.count), 16)
        put(UInt32(lines), 32)
        file.replaceSubrange(48..<51, with: Sentiment.Label.allCases.map(\.rawValue))
        file.replaceSubrange(52..<57, with: Sentiment.Emotion.allCases.map(\.rawValue))
        put(
            file.withUnsafeBytes { Checksum.of(UnsafeRawBufferPointer(rebasing: $0[ModelHeader.checksumStart...])) },
            24
        )
        return file
    }
}
